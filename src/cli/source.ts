import { RightsizeError } from '../core/error/error.ts'
import {
  type Source,
  sourceFromFile,
  sourceFromFlags,
  sourceFromPredictions,
} from '../wire/spec-source.ts'
import type { At } from '../wire/world.ts'
import { dashed, list, number, oneOf, text } from './flag.ts'

const specEndings = ['.yaml', '.yml']

/** Whether a positional argument names a spec rather than data. JSON may be either: data come with `--input`. */
const isSpec = (path: string, flags: Readonly<Record<string, unknown>>): boolean =>
  specEndings.some((ending) => path.endsWith(ending)) ||
  (path.endsWith('.json') && text(flags, 'input') === undefined)

/** The spec that a command works on: a file, or one made from flags and written beside the data. */
export async function sourceOf(
  arg: string | undefined,
  flags: Readonly<Record<string, unknown>>,
  at: Pick<At, 'cwd'>,
): Promise<Source> {
  if (list(flags, 'predictions').length > 0) {
    refuseUnused(flags, [...students, ...calls], 'with --predictions, which call no model')
    return sourceFromPredictions(predictionFlags(flags), at)
  }
  if (arg !== undefined && !isSpec(arg, flags)) return sourceFromFlags(dataFlags(arg, flags), at)
  refuseUnused(flags, [...students, ...calls, ...said], 'beside a spec file')
  return sourceFromFile(
    arg ?? 'rightsize.yaml',
    {
      trust: flags['trust'] === true,
      incumbent: text(flags, 'incumbent'),
      margin: number(flags, 'margin'),
      floor: number(flags, 'floor'),
    },
    at,
  )
}

const students = ['train', 'try']
const calls = ['baseUrl', 'apiKeyEnv', 'prompt', 'maxCalls']
/** What a spec file says itself. Bar and incumbent are not here: promptfoo files lack them. */
const said = [
  ...['task', 'input', 'expected', 'id', 'slice', 'cluster'],
  ...['claim', 'order', 'regime', 'grid', 'volume'],
]

function refuseUnused(
  flags: Readonly<Record<string, unknown>>,
  names: readonly string[],
  where: string,
): void {
  const given = names.filter((name) => (text(flags, name) ?? list(flags, name)[0]) !== undefined)
  if (given.length === 0) return
  const shown = given.map((name) => `--${dashed(name)}`).join(', ')
  throw new RightsizeError('FLAG_UNUSED', `${shown} would have no effect ${where}`)
}

function predictionFlags(flags: Readonly<Record<string, unknown>>) {
  const named = list(flags, 'predictions').map((entry) => {
    const at = entry.indexOf('=')
    if (at === 0) {
      throw new RightsizeError('FLAGS_MISSING', `--predictions needs name=file, not "${entry}"`)
    }
    // A file of several candidates (a matrix, promptfoo) says their names itself.
    const file = entry.slice(at + 1)
    return { name: at < 0 ? fileName(file) : entry.slice(0, at), file }
  })
  return {
    ...common(flags),
    predictions: named,
    expectedFile: text(flags, 'expected'),
    input: text(flags, 'input'),
  }
}

const fileName = (path: string): string => path.replace(/^.*[/\\]/, '').replace(/\.[^.]+$/, '')

function dataFlags(dataset: string, flags: Readonly<Record<string, unknown>>) {
  const input = text(flags, 'input')
  const missing = [
    ...(input === undefined ? ['--input COLUMN'] : []),
    ...(list(flags, 'try').length === 0 ? ['--try CANDIDATE'] : []),
  ]
  if (input === undefined || missing.length > 0) {
    throw new RightsizeError('FLAGS_MISSING', `to judge ${dataset}, add ${missing.join(' and ')}`)
  }
  return {
    ...common(flags),
    dataset,
    input,
    expected: text(flags, 'expected'),
    try: list(flags, 'try'),
    train: text(flags, 'train'),
    baseUrl: text(flags, 'baseUrl'),
    apiKeyEnv: text(flags, 'apiKeyEnv'),
    prompt: text(flags, 'prompt'),
  }
}

function common(flags: Readonly<Record<string, unknown>>) {
  return {
    task: text(flags, 'task'),
    id: text(flags, 'id'),
    slices: list(flags, 'slice'),
    cluster: text(flags, 'cluster'),
    incumbent: text(flags, 'incumbent'),
    margin: number(flags, 'margin'),
    floor: number(flags, 'floor'),
    claim: oneOf(flags, 'claim', ['supported', 'certified']),
    order: oneOf(flags, 'order', ['auto', 'energy', 'price', 'latency', 'parameters']),
    regime: oneOf(flags, 'regime', ['auto', 'full', 'race']),
    grid: text(flags, 'grid'),
    volumePerMonth: number(flags, 'volume'),
    maxCalls: number(flags, 'maxCalls'),
  }
}
