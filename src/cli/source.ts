import type { Source } from '../app/source/source.ts'
import { RightsizeError } from '../core/error/error.ts'
import { runtimeFor } from '../core/part/runtimes.ts'
import type { StatedPrice } from '../core/spec/stated-cost.ts'
import type { At } from '../wire/world.ts'
import type { ValuesOf } from './command.ts'
import { columnsOf } from './data-columns.ts'
import { dashed, flag, list, toggle } from './flag.ts'
import { gridFlags, statedGridOf } from './grid.ts'
import {
  candidate,
  column,
  count,
  file,
  type Kind,
  name,
  oneOf,
  pairKind,
  positive,
  share,
  url,
} from './kind.ts'
import { untrustedFlags } from './untrusted.ts'

/** `small=b.jsonl`; a file of several candidates (a matrix, promptfoo) names them itself. */
const predictions: Kind<{ readonly name: string; readonly file: string }> = {
  name: 'name=file',
  takes: 'name=file, or a file',
  example: 'small=answers.jsonl',
  read(text) {
    const at = text.indexOf('=')
    const file = text.slice(at + 1)
    if (at === 0 || file === '') return undefined
    return { name: at < 0 ? fileName(file) : text.slice(0, at), file }
  },
}

/** `0.15/0.6`: what a million input and a million output tokens cost. */
const tokenPrice: Kind<StatedPrice> = {
  name: 'input/output',
  takes: 'two amounts of money with a slash between them',
  example: '0.15/0.6',
  read(text) {
    const [input = Number.NaN, output = Number.NaN, ...more] = text.split('/').map(amountOf)
    const known = input >= 0 && output >= 0 && input + output > 0 && more.length === 0
    return known ? { input, output } : undefined
  },
}

/** `1..5`: the worst and the best score. */
const scale: Kind<readonly [number, number]> = {
  name: 'low..high',
  takes: 'two numbers with two dots between them, the lower first',
  example: '1..5',
  read(text) {
    const [low = Number.NaN, high = Number.NaN, ...more] = text.split('..').map(amountOf)
    return low < high && Number.isFinite(high - low) && more.length === 0 ? [low, high] : undefined
  },
}

const amountOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))

const fileName = (path: string): string => path.replace(/^.*[/\\]/, '').replace(/\.[^.]+$/, '')

export const sourceArgument = {
  source: flag(file, 'a spec (YAML, JSON) or a data file (default: rightsize.yaml)'),
}

/** Flags that name what to decide: what `run` and `plan` share. */
export const sourceFlags = {
  task: flag(name, 'name of the task (default: the file name)'),
  input: flag(column, 'column that holds the input'),
  expected: flag(column, 'column that holds the label; with --predictions, a file'),
  id: flag(column, 'column that identifies each row'),
  slice: list(column, 'column to report by, such as locale'),
  cluster: flag(column, 'column that groups rows that belong together'),
  train: flag(file, 'labeled rows for students (default: cross-fitting on the same rows)'),
  incumbent: flag(candidate, 'the model in use now, as runtime:model'),
  try: list(candidate, 'a candidate, as runtime:model or a student such as linear'),
  baseUrl: flag(url, 'OpenAI-compatible endpoint'),
  apiKeyEnv: flag(name, 'environment variable that holds the API key'),
  prompt: flag(file, 'prompt template; {{column}} is replaced by the row'),
  predictions: list(
    predictions,
    'existing answers (CSV, JSONL, inspect_ai, promptfoo, lm-eval, ...); no model is called',
  ),
  output: flag(column, 'with --predictions: column that holds the output'),
  score: flag(column, 'with --predictions: column or metric that holds the score'),
  model: flag(column, 'with --predictions: column that names the candidate'),
  scoreScale: flag(scale, 'worst and best score, such as 1..5 (default: 0..1)'),
  missing: flag(oneOf('missing', ['refuse', 'wrong']), 'what an answer without a score counts as'),
  metricDirection: flag(
    oneOf('direction', ['higher', 'lower']),
    'which scores are better, where the name of the metric does not tell',
  ),
  margin: flag(share, 'loss allowed against the incumbent; 0.01 is one point'),
  floor: flag(
    { ...share, example: '0.9' },
    'lowest quality that is good enough, instead of a margin',
  ),
  claim: flag(oneOf('claim', ['supported', 'certified']), 'evidence required to decide'),
  order: flag(
    oneOf('order', ['auto', 'energy', 'price', 'latency', 'parameters']),
    'the meaning of cheapest',
  ),
  price: list(
    pairKind(['name', tokenPrice], 'small=0.15/0.6'),
    'money per million input and output tokens of a candidate (hosted models have list prices)',
  ),
  parameters: list(pairKind(['name', positive], 'small=8e9'), 'size of a candidate, in parameters'),
  regime: flag(
    oneOf('regime', ['auto', 'full', 'race']),
    'every candidate on every item (full), or drop losers early (race)',
  ),
  ...gridFlags,
  volume: flag(positive, 'answers per month, for the payback time'),
  maxCalls: flag(count, 'stop after this many model calls'),
  save: toggle('replace a rightsize.yaml that holds another spec'),
  noExec: toggle('refuse code that the spec names (module, command, adapters)'),
  trust: toggle('run code in a promptfoo file (javascript assertions)'),
  ...untrustedFlags,
}

export type SourceFlags = ValuesOf<typeof sourceFlags>

export const runsCode = true

const specEndings = ['.yaml', '.yml']

/** Whether an argument names a spec rather than data. JSON may be either: data come with `--input`. */
const isSpec = (path: string, { input }: SourceFlags): boolean =>
  specEndings.some((ending) => path.endsWith(ending)) ||
  (path.endsWith('.json') && input === undefined)

/** The spec that a command works on: a file, or one built from flags and written into `home` (default: the working folder). */
export async function sourceOf(
  named: string | undefined,
  flags: SourceFlags,
  at: At,
  home?: string,
): Promise<Source> {
  const { sourceFromFile, sourceFromFlags, sourceFromPredictions } = await import(
    '../wire/source.ts'
  )
  const kept = { home, save: flags.save }
  if (flags.predictions.length > 0) {
    refuseUnused(flags, [...students, ...calls], 'with --predictions, which call no model')
    const { input, predictions, expected, output, score, model } = flags
    const terms = {
      scale: flags.scoreScale,
      missing: flags.missing,
      direction: flags.metricDirection,
    }
    const columns = { id: flags.id, output, score, model }
    const given = { ...common(flags), predictions, expectedFile: expected, input, columns, terms }
    return sourceFromPredictions(given, at, kept)
  }
  refuseUnused(flags, ofResults, 'without --predictions')
  if (named !== undefined && !isSpec(named, flags))
    return sourceFromFlags(await dataFlags(named, flags, at), at, kept)
  refuseUnused(flags, [...students, ...calls, ...inSpec], 'next to a spec file')
  return sourceFromFile(named ?? 'rightsize.yaml', flags, at)
}

/** The spec as the user names it: the argument, or the one that flags are written to. */
export function specFileOf(named: string | undefined, flags: SourceFlags, out?: string): string {
  if (named === undefined && flags.predictions.length === 0) return 'rightsize.yaml'
  if (named !== undefined && flags.predictions.length === 0 && isSpec(named, flags)) return named
  return out === undefined ? 'rightsize.yaml' : `${out.replace(/[/\\]+$/, '')}/rightsize.yaml`
}

type Names = readonly (keyof SourceFlags)[]

const ofResults: Names = ['output', 'score', 'model', 'scoreScale', 'missing', 'metricDirection']
const students: Names = ['train', 'try']
const calls: Names = ['baseUrl', 'apiKeyEnv', 'prompt', 'maxCalls']
/** What a spec file sets itself. Bar and incumbent are not here: promptfoo files lack them. */
const inSpec: Names = [
  ...(['grid', 'gridFactor', 'gridSource', 'gridYear'] as const),
  ...(['task', 'input', 'expected', 'id', 'slice', 'cluster'] as const),
  ...(['claim', 'order', 'price', 'parameters', 'regime', 'volume'] as const),
]

function refuseUnused(flags: SourceFlags, names: Names, where: string): void {
  const given = names.filter((name) => [flags[name]].flat().some((one) => one !== undefined))
  if (given.length === 0) return
  throw new RightsizeError(
    'FLAG_UNUSED',
    `${given.map(dashed).join(', ')} would have no effect ${where}`,
  )
}

async function dataFlags(dataset: string, flags: SourceFlags, at: At) {
  const { input, expected, train, baseUrl, apiKeyEnv, prompt } = flags
  const missing = [
    ...(input === undefined ? ['--input COLUMN'] : []),
    ...(flags.try.length === 0 ? ['--try CANDIDATE'] : []),
  ]
  if (input === undefined || missing.length > 0)
    throw new RightsizeError('FLAGS_MISSING', `to judge ${dataset}, add ${missing.join(' and ')}`, {
      next: await completed(dataset, flags, at),
    })
  const named = { dataset, input, expected, train, baseUrl, apiKeyEnv, prompt }
  return { ...common(flags), ...named, try: flags.try }
}

/** The columns that there are, and the command with what was typed and what the file shows. */
async function completed(dataset: string, flags: SourceFlags, at: At): Promise<string> {
  const columns = await columnsOf(dataset, at)
  const { input = columns.input, expected = columns.expected, incumbent } = flags
  const candidates = flags.try.length > 0 ? flags.try : [runtimeFor.baseline]
  const words = [
    `rightsize run ${dataset}`,
    ...(input === undefined ? [] : [`--input ${input}`]),
    ...(expected === undefined ? [] : [`--expected ${expected}`]),
    `--incumbent ${incumbent ?? 'openai:gpt-4o'}`,
    ...candidates.map((one) => `--try ${one}`),
  ]
  return `Its columns: ${columns.all.join(', ')}. For example: ${words.join(' ')}`
}

function common(flags: SourceFlags) {
  const { task, id, cluster, incumbent, margin, floor, claim, order, regime } = flags
  const { price, parameters } = flags
  return {
    ...{ price, parameters },
    ...{ task, id, cluster, incumbent, margin, floor, claim, order, regime },
    grid: statedGridOf(flags),
    slices: flags.slice,
    volumePerMonth: flags.volume,
    maxCalls: flags.maxCalls,
  }
}
