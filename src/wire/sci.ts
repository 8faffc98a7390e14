import { resolve } from 'node:path'
import { textOrNull } from '../adapters/files/whole-file.ts'
import type { SciExplanation } from '../core/carbon/explain-sci.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { Billions } from '../core/hosted/model-table.ts'
import type { StatedFactor } from '../core/spec/spec.ts'
import { withPrefix } from '../core/unit/si-prefix.ts'
import { type At, accountOf, readResult, readText } from './world.ts'

/** Figures of a score: energy, answers, the device that was reserved, and the place. */
export interface SciFlags {
  /** Candidates of a run to explain; none: the chosen one and the incumbent. */
  readonly candidate: readonly string[]
  readonly kwh?: number | undefined
  readonly model?: string | undefined
  readonly tokensIn?: number | undefined
  readonly tokensOut?: number | undefined
  readonly tokensCached?: number | undefined
  readonly host?: string | undefined
  readonly batch?: number | undefined
  readonly parameters?: Billions | undefined
  readonly activeParameters?: Billions | undefined
  readonly joules?: number | undefined
  readonly requests?: number | undefined
  readonly accepted?: number | undefined
  /** Seconds for which the device was reserved. */
  readonly duration?: number | undefined
  readonly device?: string | undefined
  readonly share?: number | undefined
  /** Years. */
  readonly lifetime?: number | undefined
  /** gCO2e. */
  readonly embodied?: number | undefined
  readonly pue?: number | undefined
  readonly grid?: string | StatedFactor | undefined
}

interface Explained {
  readonly explanations: readonly SciExplanation[]
  readonly notes: readonly string[]
}

/** A score from figures, from a run result, or from a file of another tool. Throws FLAG_UNUSED where a figure would not count. */
export async function explainSci(
  file: string | undefined,
  flags: SciFlags,
  at: At,
): Promise<Explained> {
  if (file === undefined && flags.model !== undefined) return ofCall(flags, at)
  if (file === undefined && (flags.kwh ?? flags.joules) !== undefined) return ofFigures(flags, at)
  const path = resolve(at.cwd, file ?? 'result.json')
  if (file === undefined) await requireResult(path)
  const text = await readText(path)
  if (!isResult(text)) return ofImport(text, flags, at)
  const { candidate, ...figures } = flags
  refuse(figures, 'next to a run result')
  const { explainRun } = await import('../app/account/explain.ts')
  return { explanations: explainRun(await readResult(path, at), candidate), notes: [] }
}

const isResult = (text: string): boolean => /"rightsize\/run-result@\d+"/.test(text.slice(0, 200))

async function requireResult(path: string): Promise<void> {
  if ((await textOrNull(path)) !== null) return
  throw new RightsizeError('RESULT_NOT_FOUND', `${path} does not exist`, {
    next: 'Name a file of measurements, or state figures, for example: rightsize sci --model gpt-4o --tokens-in 500 --tokens-out 200',
  })
}

/** A score of one call, or of `requests` like it, of a model behind an API. */
async function ofCall(flags: SciFlags, { effects }: At): Promise<Explained> {
  const { candidate: _none, model = '', tokensIn, tokensOut, tokensCached = 0, ...rest } = flags
  const { host, batch, parameters, activeParameters, requests, accepted, grid, pue, ...unused } =
    rest
  refuse(unused, 'next to --model')
  if (tokensIn === undefined || tokensOut === undefined)
    throw new RightsizeError('FLAGS_MISSING', 'an estimate needs --tokens-in and --tokens-out')
  if (tokensIn + tokensOut === 0)
    throw new RightsizeError('QUANTITY_INVALID', 'an answer of 0 tokens in and out is none', {
      next: 'State the tokens of one answer, for example: --tokens-in 500 --tokens-out 200',
    })
  const { explainCalls } = await import('../app/account/explain.ts')
  const tokens = { input: tokensIn, output: tokensOut, cachedInput: tokensCached }
  const { explanation, notes } = explainCalls(
    {
      ...{ model, tokens, host, batch, parameters, activeParameters, requests, accepted, pue },
      grid: grid === undefined ? undefined : await effects.gridFactor(grid),
    },
    await effects.apiFacts(),
  )
  return { explanations: [explanation], notes }
}

/** What EcoLogits states for a request of a model by its name. Throws FLAGS_MISSING, FLAG_UNUSED, MODEL_FACTS_UNKNOWN. */
export async function ecologitsSci(file: string | undefined, flags: SciFlags) {
  const { candidate: _none, model, tokensOut, tokensIn: _in, duration, grid, ...unused } = flags
  const gridFactor = typeof grid === 'object' ? grid : undefined
  refuse({ file, gridFactor, ...unused }, 'with --method ecologits')
  if (model === undefined || tokensOut === undefined)
    throw new RightsizeError('FLAGS_MISSING', 'EcoLogits needs --model and --tokens-out')
  const { ecologitsFile } = await import('./models.ts')
  const { ecologitsLines, ecologitsOf } = await import('../core/hosted/ecologits-mode.ts')
  const request = {
    model,
    outputTokens: tokensOut,
    latencyS: duration,
    zone: typeof grid === 'string' ? grid : undefined,
  }
  const impacts = ecologitsOf(request, await ecologitsFile())
  return { impacts, lines: ecologitsLines(impacts, tokensOut) }
}

async function ofFigures(flags: SciFlags, { effects }: At): Promise<Explained> {
  const { candidate: _none, kwh, joules, duration, lifetime, embodied, requests, ...more } = flags
  const { model, tokensIn, tokensOut, tokensCached, host, batch, ...others } = more
  const { parameters, activeParameters, ...rest } = others
  refuse(
    { model, tokensIn, tokensOut, tokensCached, host, batch, parameters, activeParameters },
    'next to energy',
  )
  if (requests === undefined)
    throw new RightsizeError('FLAGS_MISSING', 'a score needs --requests, the number of answers')
  const { explainFigures } = await import('../app/account/explain.ts')
  const figures = {
    ...{ ...rest, energyKwh: kwh, energyJ: joules, durationS: duration },
    ...{ lifetimeYears: lifetime, embodiedG: embodied },
  }
  const given = Object.fromEntries(Object.entries(figures).filter(([, one]) => one !== undefined))
  const grid = await effects.gridFactor(flags.grid ?? 'WORLD')
  if (duration === undefined && embodied === undefined)
    throw new RightsizeError(
      'FLAGS_MISSING',
      'a score needs the embodied carbon: --duration and --device, or --embodied',
      {
        next: 'Add how long which device was reserved, for example `--duration 3600 --device server`, or the grams themselves, for example `--embodied 320`.',
      },
    )
  return { explanations: [explainFigures({ ...given, requests, grid })], notes: [] }
}

async function ofImport(text: string, flags: SciFlags, { effects }: At): Promise<Explained> {
  const { candidate: _none, requests, accepted, grid, pue = null, ...more } = flags
  const { device, share, lifetime, ...unused } = more
  refuse(unused, 'next to measurements of another tool')
  const { importEnergy } = await import('../adapters/energy-import/table.ts')
  const imported = await importEnergy(text)
  const { placeFor } = await import('../app/evaluate/site.ts')
  const { explainImport } = await import('../app/account/explain.ts')
  const environment = await effects.environment()
  const siteAt = async (place: string | StatedFactor | undefined) => {
    const account = { ...accountOf(place), pue }
    return (await placeFor({ account, deployment: null }, environment, effects)).site
  }
  const stated = {
    ...(requests === undefined ? {} : { requests }),
    ...(accepted === undefined ? {} : { accepted }),
    ...(grid === undefined ? {} : { grid: await effects.gridFactor(grid) }),
    pue,
    hardware: {
      ...(device === undefined ? {} : { device }),
      ...(share === undefined ? {} : { share }),
      ...(lifetime === undefined ? {} : { lifetimeYears: lifetime }),
    },
  }
  const context = await effects.apiFacts()
  const notes = [...imported.leftOut, ...imported.uses.flatMap((use) => use.notes)]
  const explanations = []
  for (const use of imported.uses) {
    const { place = null } = use
    if (place !== null)
      notes.push(
        grid !== undefined
          ? `the file names ${place}; ${shownGrid(grid)} is used`
          : `grid: ${place}, as the file names it`,
      )
    const site = await siteAt(grid ?? place ?? undefined)
    const own = grid === undefined ? use : { ...use, intensity: null }
    const explained = explainImport(own, site, stated, context)
    explanations.push(explained.explanation)
    notes.push(...explained.notes)
  }
  return { explanations, notes: [...new Set([...notes, ...sharedAnswers(explanations, requests)])] }
}

/** What holds where a file has several runs and one number of answers is stated for it. */
function sharedAnswers(
  explanations: readonly SciExplanation[],
  requests: number | undefined,
): readonly string[] {
  if (requests === undefined || explanations.length < 2) return []
  const rule = `each of the ${explanations.length} runs in the file is divided by all ${requests} answers of --requests`
  const totals = explanations.flatMap(({ score }) => (score === null ? [] : [score.totalG]))
  if (totals.length < explanations.length) return [rule]
  const sum = totals.reduce((all, one) => all + one, 0)
  return [
    `${rule}: where the answers are those of all runs, their score is the sum, ${withPrefix(sum, 'gCO2e')} and ${withPrefix(sum / requests, 'gCO2e')} per answer`,
  ]
}

const shownGrid = (grid: string | StatedFactor): string =>
  typeof grid === 'string' ? `--grid ${grid}` : `--grid-factor ${grid.value}`

function refuse(figures: Readonly<Record<string, unknown>>, where: string): void {
  const given = Object.keys(figures).filter((name) => figures[name] !== undefined)
  if (given.length === 0) return
  const shown = given.map(
    (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
  throw new RightsizeError('FLAG_UNUSED', `${shown.join(', ')} would have no effect ${where}`)
}

/** The account of a run result in one of the forms of `sci --export`. Throws RESULT_INVALID for another file, SCI_EXPORT_UNKNOWN and SCI_NO_ACCOUNT. */
export async function exportSci(file: string, form: string, at: At): Promise<string> {
  if (!isResult(await readText(resolve(at.cwd, file))))
    throw new RightsizeError('RESULT_INVALID', `${file} is not a run result: exports need one`, {
      next: `Name the result.json of \`rightsize run\`; for the scores of measurements: rightsize sci ${file} --requests 5000 --json`,
    })
  const { exportAccount } = await import('../app/account/exports.ts')
  return exportAccount(await readResult(file, at), form)
}
