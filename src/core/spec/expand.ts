import { RightsizeError } from '../error/error.ts'
import { nearest } from '../error/nearest.ts'
import { partName } from '../part/part.ts'
import {
  isAdapterName,
  type RuntimeName,
  runtimeName,
  runtimePart,
  runtimes,
  vendorOf,
} from '../part/runtimes.ts'
import type { CandidateInput } from './define.ts'
import { tunedSettings } from './settings.ts'
import type { CandidateSettings, CandidateSpec } from './spec.ts'
import { requireSize } from './stated-size.ts'

/** Most candidates that one written candidate may become: a wrong list should not become a month of work. */
const MOST_VARIANTS = 256

/** Stands in a list for leaving the setting out. Never written by a person. */
const UNSET = null
type Value = string | number | boolean | null
interface Dimension {
  readonly key: string
  readonly values: readonly Value[]
}

/**
 * `runtime:model` or a student's name, in short. `openai:gpt-4o` is { runtime: openai, model: gpt-4o },
 * `openai:responses:gpt-5` names the interface too, `command:python answer.py` is a program with its arguments,
 * `npm:name:model` an adapter with its model. The name of a model that one vendor alone serves stands for itself.
 * Throws RUNTIME_UNKNOWN.
 */
export function candidateFromShort(short: string, at?: string): CandidateInput {
  const [, word = '', rest = ''] = /^((?:npm:)?[^:]*):?(.*)$/s.exec(short) ?? []
  const vendor = isRuntime(word) ? null : vendorOf(short)
  if (vendor !== null) return { runtime: vendor, model: short }
  const runtime = namedRuntime(word, short, at)
  const part = runtimePart(runtime, at)
  if (rest === '') return part.student ? { runtime, train: true } : { runtime }
  if (part.short === 'command') return { runtime, command: rest.trim().split(/\s+/) }
  return part.endpoint === null ? { runtime, model: rest } : { runtime, ...withInterface(rest) }
}

/** Words before a model that name an interface, as promptfoo and other tools write them. */
const interfaces: Readonly<Record<string, string | null>> = {
  chat: null,
  messages: null,
  completion: 'completions',
  completions: 'completions',
  responses: 'responses',
  embedding: 'embeddings',
  embeddings: 'embeddings',
}

function withInterface(text: string): Pick<CandidateInput, 'model' | 'settings'> {
  const [, word = '', model = ''] = /^([a-z]+):(.+)$/s.exec(text) ?? []
  if (!Object.hasOwn(interfaces, word)) return { model: text }
  const api = interfaces[word] ?? null
  return api === null ? { model } : { model, settings: { extra: { api } } }
}

/** A model that many servers may serve needs to be told where: by its runtime. */
function namedRuntime(word: string, short: string, at?: string): RuntimeName {
  if (isRuntime(word) || nearest(word, Object.keys(runtimes)) !== null) return runtimeName(word, at)
  const next = `Write where it runs: openai:${short} (OpenAI, or any server at --base-url), ollama:${short}, onnx:FOLDER. Runtimes: ${Object.keys(runtimes).join(', ')}.`
  throw new RightsizeError('RUNTIME_UNKNOWN', `\`${short}\` does not say which runtime it is of.`, {
    at,
    next,
  })
}

/** A kind, or the path or package of an adapter; a dot alone is that of a version, `llama3.1`. */
const isRuntime = (word: string): boolean =>
  partName(runtimes, word) !== null ||
  (isAdapterName(word) && /[/\\@]|^npm:|\.[cm]?[jt]s$/.test(word))

/** A candidate's own id, or one made from its model or runtime. */
export function candidateId(candidate: CandidateInput): string {
  if (candidate.id !== undefined) return candidate.id
  const name = candidate.model
    ?.replace(/[/\\]+$/, '')
    .split(/[/\\]/)
    .at(-1)
  return name === undefined || name === '' ? candidate.runtime : name
}

/**
 * One written candidate as the candidates it stands for: the product of its lists. The suffix of an id names what was
 * varied, `small+maxTokens=64+prompt=2`. `keepFirst` names only what differs from the first values (what is in use), so
 * that the first keeps its id.
 */
export function expandCandidate(
  candidate: CandidateInput,
  keepFirst: boolean,
): readonly CandidateSpec[] {
  const dimensions = dimensionsOf(candidate)
  const variants = product(dimensions)
  const base = candidateId(candidate)
  if (variants.length > MOST_VARIANTS)
    throw new RightsizeError(
      'SPEC_TOO_LARGE',
      `\`${base}\` stands for ${variants.length} candidates; at most ${MOST_VARIANTS} are taken.`,
    )
  return variants.map((choice) => {
    const suffix = suffixOf(dimensions, choice, keepFirst)
    return candidateSpec(candidate, choice, `${base}${suffix}`, base)
  })
}

/** What is varied in a written candidate: every list with more than one value. */
function dimensionsOf(candidate: CandidateInput): readonly Dimension[] {
  const settings = { ...candidate.settings } as Readonly<Record<string, unknown>>
  const lists: readonly (readonly [string, unknown])[] = [
    ['prompt', candidate.prompt],
    ['system', candidate.system],
    ...tunedSettings.map((key) => [key, settings[key]] as const),
  ]
  return lists.flatMap(([key, value]) =>
    Array.isArray(value) && value.length > 1 ? [{ key, values: value as readonly Value[] }] : [],
  )
}

/**
 * The incumbent with its rivals' lists added, its own value first, so that nobody beats a straw man: a setting that
 * rivals of the same runtime vary is varied for the incumbent too. `tune: false` leaves it as written.
 */
export function tunedIncumbent(
  incumbent: CandidateInput,
  rivals: readonly CandidateInput[],
): CandidateInput {
  if (incumbent.tune === false) return incumbent
  const lists = rivals.filter((rival) => rival.runtime === incumbent.runtime).flatMap(dimensionsOf)
  return lists.reduce(withDimension, incumbent)
}

/** A value that is not set in use comes first as `unset`: a rival's cap is tried on an incumbent that has none. */
function withDimension(candidate: CandidateInput, { key, values }: Dimension): CandidateInput {
  const own = key === 'prompt' || key === 'system' ? candidate[key] : settingOf(candidate, key)
  const first: readonly unknown[] = own === undefined ? [UNSET] : Array.isArray(own) ? own : [own]
  const merged = [...new Set([...first, ...values])] as readonly Value[]
  if (key === 'prompt' || key === 'system')
    return { ...candidate, [key]: merged as readonly string[] }
  return { ...candidate, settings: { ...candidate.settings, [key]: merged } }
}

const settingOf = (candidate: CandidateInput, key: string) =>
  (candidate.settings as Readonly<Record<string, unknown>> | undefined)?.[key]

function product(dimensions: readonly Dimension[]): readonly Readonly<Record<string, Value>>[] {
  return dimensions.reduce<readonly Readonly<Record<string, Value>>[]>(
    (rows, { key, values }) =>
      rows.length > MOST_VARIANTS
        ? rows
        : rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value }))),
    [{}],
  )
}

/** With `keepFirst` only what differs from what is in use is named. */
function suffixOf(
  dimensions: readonly Dimension[],
  choice: Readonly<Record<string, Value>>,
  keepFirst: boolean,
): string {
  return dimensions
    .filter(({ key, values }) => !(keepFirst && choice[key] === values[0]))
    .map(({ key, values }) => `+${key}=${valueName(key, choice[key] ?? UNSET, values)}`)
    .join('')
}

/** Numbers and words as they are; a prompt by its file name or by its place in the list. */
function valueName(key: string, value: Value, values: readonly Value[]): string {
  if (value === UNSET) return 'unset'
  if (key !== 'prompt' && key !== 'system') return String(value)
  const files = values.map((v) => /^file:\/\/.*?([^/\\]+?)(?:\.[^./\\]+)?$/.exec(String(v))?.[1])
  const named = files.every((file) => file !== undefined) && new Set(files).size === files.length
  const index = values.indexOf(value)
  return named ? String(files[index]) : String(index + 1)
}

function candidateSpec(
  candidate: CandidateInput,
  choice: Readonly<Record<string, Value>>,
  id: string,
  base: string,
): CandidateSpec {
  const { settings, tune: _, prompt, system, parameters, activeParameters, ...plain } = candidate
  const { prompt: chosenPrompt = single(prompt), system: chosenSystem = single(system) } = choice
  const sizes = sizesOf({ parameters, activeParameters })
  if (runtimePart(plain.runtime).talks)
    requireSize(plain.model ?? id, sizes.parameters, sizes.activeParameters)
  return {
    ...withoutUndefined(plain),
    ...sizes,
    ...(chosenPrompt == null ? {} : { prompt: String(chosenPrompt) }),
    ...(chosenSystem == null ? {} : { system: String(chosenSystem) }),
    id,
    base,
    settings: settingsOf(settings, choice),
  } as CandidateSpec
}

/** Sizes as numbers, and the records of those that name their source. */
function sizesOf(
  sizes: Pick<CandidateInput, 'parameters' | 'activeParameters'>,
): Pick<CandidateSpec, 'parameters' | 'activeParameters' | 'stated'> {
  const written = Object.entries(sizes).filter(([, size]) => size !== undefined)
  const stated = written.filter(([, size]) => typeof size === 'object')
  const numbers = written.map(([key, size]) => [key, typeof size === 'object' ? size.value : size])
  return {
    ...Object.fromEntries(numbers),
    ...(stated.length > 0 ? { stated: Object.fromEntries(stated) } : {}),
  }
}

function settingsOf(
  settings: CandidateInput['settings'],
  choice: Readonly<Record<string, Value>>,
): CandidateSettings {
  const { extra, ...known } = settings ?? {}
  const one = Object.entries(known).map(([key, value]) => [
    key,
    (key in choice ? choice[key] : single(value)) ?? undefined,
  ])
  return withoutUndefined({ ...extra, ...Object.fromEntries(one) }) as CandidateSettings
}

/** The one value of a value or a list of one. */
const single = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value)

/** The object without keys that hold undefined, all the way down through plain objects. */
export function withoutUndefined<T extends object>(value: T): T {
  const kept = Object.entries(value).filter(([, v]) => v !== undefined)
  return Object.fromEntries(kept.map(([k, v]) => [k, isPlain(v) ? withoutUndefined(v) : v])) as T
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
