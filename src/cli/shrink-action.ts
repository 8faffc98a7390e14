import { compressionSummary } from '../core/compress/compression-text.ts'
import { RightsizeError } from '../core/error/error.ts'
import { openWorld, type World } from '../wire/effects.ts'
import { planShrink, type ShrinkFlags, shrinkModel } from '../wire/shrink.ts'
import type { Invocation, Io } from './command.ts'
import { dashed, list, number, text } from './flag.ts'

const codes = { proven: 0, nothing: 1, undecided: 2 } as const

/** Exit code: 0 something smaller is proven, 1 nothing could be saved or a target was not reached, 2 the hold-out decides nothing. */
export async function shrinkAction(call: Invocation): Promise<number> {
  const { args, flags, io } = call
  if (/\.gguf$/i.test(args[0] ?? '')) return (await import('./shrink-gguf.ts')).shrinkGguf(call)
  const request = requestOf(args[0] ?? '', flags)
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: false })
  const how = { say: io.err, signal: io.signal }
  if (flags['dryRun'] === true) return dryRun(request, world, io)
  const found = await shrinkModel(request, how, world).catch((cause: unknown) => {
    if (!io.signal.aborted) throw cause
    throw new RightsizeError('SHRINK_INTERRUPTED', 'stopped by Ctrl-C', { cause })
  })
  io.out(flags['json'] === true ? JSON.stringify(found, null, 2) : compressionSummary(found))
  io.err(`wrote ${request.out} (report.html, compression.md, compression.json)`)
  if (found.result !== null) {
    const entry = {
      id: 'small',
      runtime: found.result.runtime,
      model: request.out,
      settings: found.result.settings,
    }
    io.err(`as a candidate:\n  - ${JSON.stringify(entry)}`)
  }
  const missed = found.outcome === 'proven' && found.goal.reached === false
  return missed ? codes.nothing : codes[found.outcome]
}

function requestOf(model: string, flags: Readonly<Record<string, unknown>>): ShrinkFlags {
  return {
    model,
    task: text(flags, 'task') ?? 'rightsize.yaml',
    out: text(flags, 'out') ?? `${model.replace(/\/+$/, '')}-small`,
    margin: share(flags, 'margin'),
    alpha: share(flags, 'alpha') ?? 0.05,
    lean: share(flags, 'lean') ?? 0.7,
    seed: number(flags, 'seed') ?? 1,
    seconds: positive(flags, 'seconds') ?? 300,
    maxEnergyJ: positive(flags, 'maxEnergy'),
    only: list(flags, 'only'),
    without: list(flags, 'without'),
    targetBytes: positive(flags, 'targetSize'),
    targetLatencyMs: positive(flags, 'targetLatency'),
    runtime: runtimeOf(text(flags, 'runtime')),
    healSteps: steps(flags, 'healSteps') ?? 600,
    replay: text(flags, 'replay'),
  }
}

function runtimeOf(name = 'onnxruntime-node'): ShrinkFlags['runtime'] {
  if (name === 'onnxruntime-node' || name === 'onnxruntime-web') return name
  throw new RightsizeError('SHRINK_OPTION', `--runtime ${name}: there is no such runtime`, {
    next: 'Runtimes are onnxruntime-node and onnxruntime-web.',
  })
}

function positive(flags: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = number(flags, name)
  if (value === undefined || value > 0) return value
  throw new RightsizeError('FLAG_NOT_A_NUMBER', `--${dashed(name)} must be above 0, not ${value}`)
}

function steps(flags: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = positive(flags, name)
  if (value === undefined || Number.isInteger(value)) return value
  throw new RightsizeError('FLAG_NOT_A_NUMBER', `--${dashed(name)} must be whole, not ${value}`)
}

function share(flags: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = number(flags, name)
  if (value === undefined || (value > 0 && value < 1)) return value
  throw new RightsizeError('FLAG_NOT_A_NUMBER', `--${name} must be between 0 and 1, not ${value}`)
}

const simple =
  'student-linear: word and character n-grams, tried before anything else; their size depends on the texts'

async function dryRun(request: ShrinkFlags, world: World, io: Io): Promise<number> {
  const how = { say: io.err, signal: io.signal }
  const plan = await planShrink(request, how, world)
  io.out('What would be tried, first things first, and what each is predicted to save.')
  io.out('Predicted from sizes and a profile; the search measures.\n')
  io.out('   size    CPU  pass')
  const share = (part: number) => `${-Math.min(99, Math.round(100 * part))} %`.padStart(6)
  if (plan.simple) io.out(`      ?      ?  ${wrapped(simple)}`)
  for (const { pass, text: what, bytes: saved, cpuShare } of plan.lines)
    io.out(`${share(saved / plan.bytes)} ${share(cpuShare)}  ${wrapped(`${pass}: ${what}`)}`)
  if (plan.notApplicable.length > 0) io.out('\nDoes not apply:')
  for (const { pass, why } of plan.notApplicable) io.out(`  ${wrapped(`${pass}: ${why}`, 2)}`)
  return 0
}

/** Words in lines of 80 columns, the later ones indented. */
function wrapped(words: string, indent = 15): string {
  const lines: string[] = ['']
  for (const word of words.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && indent + last.length + word.length + 1 > 80) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}
