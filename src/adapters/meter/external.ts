import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Meter, MeterSource, WindowReading } from '../../contract/meter.ts'
import { fieldsOf } from '../../core/data/fields.ts'
import { gaugeIn } from '../../core/data/figures.ts'
import { integratePower, type PowerSample } from '../../core/energy/counter.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { meterRecipes } from '../../core/part/meter-recipes.ts'
import { unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import { recipesHere } from './external/recipes.ts'

export interface ExternalParts {
  /** Program and arguments. */
  readonly command: readonly string[]
  readonly nowS: () => number
}

export const external: MeterSource = {
  open: async ({ id, energy }, _binding, { nowS, exec }) => {
    if (energy?.external === undefined) return null
    if (exec === false)
      throw new RightsizeError(
        'RUNTIME_NO_EXEC',
        `the meter of candidate ${id} would run a program`,
      )
    return createExternalMeter({ command: energy.external, nowS })
  },
  available: async ({ env = {} }) => {
    const here = recipesHere(env)
    const recipes =
      here.length === 0
        ? 'recipes for AMD, Apple, IPMI, Redfish and smart plugs are in docs/reference/meters.md'
        : `recipes that fit this machine: ${here.map((name) => `${name}: ${meterRecipes[name].example}`).join('; ')}`
    return { works: true, detail: `reads the program that \`energy.external\` names; ${recipes}` }
  },
}

/** A plug or a BMC, share (uncertainty table of the accounting research: wall meter 2 %). */
const meterError = 0.02
/** The program has this long to print its first line. */
const firstLineMs = 10_000

/**
 * Any program that prints one line after the other: a number (joules so far), or JSON with `joules` (so far) or `watts`
 * (now). A smart plug, a BMC, EnergiBridge behind a small script. It is stopped when the meter closes.
 */
export function createExternalMeter(parts: ExternalParts): Meter {
  const feed = startFeed(parts)
  return {
    name: 'external',
    scope: `What the program "${parts.command[0] ?? ''}" measures: its own documentation says what that is.`,
    sensor: true,
    start: async () => {
      await feed.ready
      const first = Math.max(0, feed.samples.length - 1)
      const startedS = parts.nowS()
      return { stop: async () => finish(parts, feed, { first, startedS }) }
    },
    close: async () => feed.stop(),
  }
}

interface Line {
  readonly kind: 'joules' | 'watts'
  readonly value: number
  readonly atS: number
}

interface Feed {
  readonly samples: readonly Line[]
  readonly ready: Promise<void>
  stop(): void
}

function startFeed({ command, nowS }: ExternalParts): Feed {
  const [program = '', ...args] = command
  const samples: Line[] = []
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  // A meter that nobody closes must not keep the run from ending; without a reader the program ends, too.
  child.unref()
  ;(child.stdout as Socket | null)?.unref()
  const ready = new Promise<void>((done, fail) => {
    const give = (what: string): void =>
      fail(new RightsizeError('METER_UNAVAILABLE', `${program}: ${what}`))
    const timer = setTimeout(() => give('printed no reading within 10 s'), firstLineMs)
    child.once('error', (cause) => give(cause.message))
    child.once('exit', (code) => give(`ended with code ${code}`))
    readLines(child, (text) => {
      const line = parseLine(text)
      if (line === null) return
      samples.push({ ...line, atS: nowS() })
      clearTimeout(timer)
      done()
    })
  })
  // Heard by whoever starts a window; an unheard rejection would end the process.
  ready.catch(() => undefined)
  return { samples, ready, stop: () => void child.kill('SIGKILL') }
}

function readLines(child: ChildProcess, heard: (line: string) => void): void {
  let rest = ''
  child.stdout?.setEncoding('utf8')
  child.stdout?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = (lines.pop() ?? '').slice(-4096)
    lines.forEach(heard)
  })
}

/** Reads one line; null for a heading, an empty line or talk. */
export function parseLine(text: string): Omit<Line, 'atS'> | null {
  const bare = text.trim()
  const counted = gaugeIn(bare)
  if (counted !== undefined) return { kind: 'joules', value: counted }
  try {
    const fields = fieldsOf(JSON.parse(bare))
    const [joules, watts] = [gaugeIn(fields['joules']), gaugeIn(fields['watts'])]
    if (joules !== undefined) return { kind: 'joules', value: joules }
    return watts === undefined ? null : { kind: 'watts', value: watts }
  } catch {
    return null
  }
}

/** Waits for one line after the end, then counts what lies between start and end, ends interpolated between lines. */
async function finish(
  parts: ExternalParts,
  feed: Feed,
  from: { readonly first: number; readonly startedS: number },
): Promise<WindowReading> {
  const endS = parts.nowS()
  const deadline = endS + firstLineMs / 1000
  while ((feed.samples.at(-1)?.atS ?? 0) < endS && parts.nowS() < deadline)
    await new Promise((done) => setTimeout(done, 10))
  const lines = feed.samples.slice(from.first)
  const joules = between(lines, from.startedS, endS)
  return {
    wallS: endS - from.startedS,
    cpuS: null,
    peakRssBytes: null,
    energy:
      joules === null || joules <= 0
        ? unknown('the program printed too few readings in this window')
        : known('J', {
            value: joules,
            low: joules * (1 - meterError),
            high: joules * (1 + meterError),
            level: 0.9,
            method: 'measured',
            how: 'external meter',
            source: parts.command[0] ?? 'external program',
          }),
    idle: unknown('the program does not tell idle energy apart'),
    resolutionJ: stepOf(lines),
    steal: null,
    notes: [`${lines.length} readings`],
  }
}

/** Energy between two moments, J; null when the readings do not reach over both. */
export function between(lines: readonly Line[], startS: number, endS: number): number | null {
  const counters = lines.filter((line) => line.kind === 'joules')
  if (counters.length > 0) {
    const [from, to] = [counterAt(counters, startS), counterAt(counters, endS)]
    return from === null || to === null ? null : to - from
  }
  const samples = lines.map((line): PowerSample => ({ watts: line.value, atS: line.atS }))
  const inside = samples.filter((sample) => sample.atS >= startS && sample.atS <= endS)
  const joules = integratePower(inside)
  const covered = (inside.at(-1)?.atS ?? 0) - (inside[0]?.atS ?? 0)
  // Power before the first and after the last reading is taken as their mean.
  return joules === null || covered <= 0 ? null : (joules / covered) * (endS - startS)
}

function counterAt(lines: readonly Line[], atS: number): number | null {
  const after = lines.findIndex((line) => line.atS >= atS)
  const [a, b] = after > 0 ? [lines[after - 1], lines[after]] : [lines.at(-2), lines.at(-1)]
  if (!a || !b || b.atS === a.atS) return null
  return a.value + ((b.value - a.value) * (atS - a.atS)) / (b.atS - a.atS)
}

function stepOf(lines: readonly Line[]): number | null {
  const values = lines.flatMap((line) => (line.kind === 'joules' ? [line.value] : []))
  const steps = values.slice(1).flatMap((value, i) => {
    const step = value - (values[i] ?? value)
    return step > 0 ? [step] : []
  })
  return steps.length === 0 ? null : Math.min(...steps)
}
