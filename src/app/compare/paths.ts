import type { ModelFiles } from '../../contract/model-files.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { OpenTokenizer, Tokenizer } from '../../contract/tokenizer.ts'
import { type Digest, itemsOf, TENSOR_COLUMN } from '../../core/data/items.ts'
import type { Row } from '../../core/data/json-rows.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { classNames, maxTokens } from '../../core/onnx/model-config.ts'
import { seededRandom } from '../../core/random/random.ts'
import { DEFAULTS } from '../../core/spec/fill.ts'
import type { RawTensorInput } from '../../core/spec/spec.ts'
import type { Ledger } from '../keep/ledger.ts'
import { type OwnProcessEffects, withOwnProcess } from '../measure/own-process.ts'
import { type CompareOptions, type Comparison, compareModels } from './compare.ts'
import { feedsOfRows, randomPairs } from './feeds.ts'
import { judgePair } from './judge-pair.ts'

/** What `compare` is told. */
export interface CompareRequest {
  /** ONNX files or model folders. */
  readonly a: string
  readonly b: string
  /** Rows to run; random inputs without. */
  readonly data: string | undefined
  /** Column of the labels: with them B is judged in the place of A. */
  readonly expected: string | undefined
  /** Loss of B against A that is allowed, a share. */
  readonly margin: number
  /** Column of the text, of the list of numbers, or of the file with raw numbers. */
  readonly input: string
  /** How the numbers lie in the files that the column names. */
  readonly raw: Omit<RawTensorInput, 'column'> | undefined
  readonly runtime: 'onnxruntime-node' | 'onnxruntime-web'
  /** Most items. */
  readonly limit: number
  readonly set: Readonly<Record<string, number>>
  readonly carry: Readonly<Record<string, string>>
  readonly vectors: boolean
  readonly rounds: number | undefined
  readonly seed: number
}

export interface ModelComparison extends Comparison {
  /** Where the inputs come from. */
  readonly inputs: string
  /** Name and version of what ran both. */
  readonly runtime: string
}

export interface CompareEffects {
  readonly engine: TensorEngine
  readonly files: ModelFiles
  find(path: string): {
    readonly file: string
    readonly bytes: number
    readonly config: Readonly<Record<string, unknown>>
    readonly tokenizerFile: string | null
    readonly tokenizerConfig: unknown
  }
  readonly openTokenizer: OpenTokenizer
  readText(path: string): Promise<string>
  readRows(
    path: string,
    dataset: {
      readonly test: string
      readonly input: string | RawTensorInput
      readonly limit: number
    },
  ): Promise<readonly Row[]>
  /** This process, on one thread. */
  readonly own: OwnProcessEffects
  readonly signal: AbortSignal
  readonly digest: Digest
  readonly now: () => string
  /** Where looks at labeled items are counted. */
  readonly ledger: Ledger
  /** The identity that `run` gives to a model. */
  identify(path: string): Promise<string>
}

/** Opens both models, makes inputs for each in its own way, and compares. */
export async function comparePaths(
  request: CompareRequest,
  effects: CompareEffects,
): Promise<ModelComparison> {
  const { a, b, data, seed, rounds, carry, vectors } = request
  const [left, right] = [await opened(a, effects), await opened(b, effects)]
  const found = data === undefined ? null : await rowsOf(data, request, effects)
  const rows = found?.slice(0, request.limit) ?? null
  const beyond = (found?.length ?? 0) - (rows?.length ?? 0)
  const [feedsA, feedsB] =
    rows === null ? drawn(left, right, request) : feedsOf(left, right, rows, request)
  const judge = await judgeOf(rows, [left, right], request, effects)
  const { engine, signal } = effects
  const result = await withOwnProcess(effects.own, (own) =>
    compareModels(
      { name: a, bytes: left.bytes, model: left.model, feeds: feedsA },
      { name: b, bytes: right.bytes, model: right.model, feeds: feedsB },
      { engine, own, signal, carry, vectors, rounds, ...judge },
    ),
  )
  const runtime = `${engine.name} ${engine.version}`
  const inputs = data === undefined ? `random, seed ${seed}` : `${data}${beyondText(beyond)}`
  return { ...result, inputs, runtime }
}

interface Opened {
  readonly model: Model
  readonly config: Readonly<Record<string, unknown>>
  readonly bytes: number
  readonly tokenizer: Tokenizer | null
  readonly maxLength: number
}

async function opened(path: string, effects: CompareEffects): Promise<Opened> {
  const { file, bytes, config, tokenizerFile, tokenizerConfig } = effects.find(path)
  const model = await effects.files.read(file)
  const maxLength = maxTokens({ config, tokenizerConfig, inputs: model.graph.inputs })
  const tokenizer =
    tokenizerFile === null
      ? null
      : effects.openTokenizer(JSON.parse(await effects.readText(tokenizerFile)), tokenizerConfig)
  return { model, config, bytes, tokenizer, maxLength }
}

type Pair = readonly [readonly Feeds[], readonly Feeds[]]

function drawn(left: Opened, right: Opened, { set, carry, limit, seed }: CompareRequest): Pair {
  const source = seededRandom(seed)
  const graphs = [left.model.graph, right.model.graph] as const
  return randomPairs(graphs, limit, () => source.next(), { set, carried: Object.keys(carry) })
}

const beyondText = (rows: number): string =>
  rows === 0 ? '' : `, without its last ${rows} rows (--limit takes more)`

/** The rows, of which the first are run. */
async function rowsOf(
  data: string,
  { input, raw, limit }: CompareRequest,
  { readRows }: CompareEffects,
): Promise<readonly Row[]> {
  const column = raw === undefined ? input : { ...raw, column: input }
  return readRows(data, { test: data, input: column, limit })
}

function feedsOf(
  left: Opened,
  right: Opened,
  rows: readonly Row[],
  { data = '', input, raw, set, carry }: CompareRequest,
): Pair {
  const values = rows.map((row, at) => {
    const value = row[raw === undefined ? input : TENSOR_COLUMN]
    if (value !== undefined && value !== null) return value
    throw new RightsizeError('ONNX_VERIFY', `row ${at + 1} has no column '${input}'`, { at: data })
  })
  const carried = Object.keys(carry)
  const feeds = ({ model, tokenizer, maxLength }: Opened) =>
    feedsOfRows(model.graph, values, { set, carried, tokenizer, maxLength })
  return [feeds(left), feeds(right)]
}

/** How answers become a claim, where the rows have labels. */
async function judgeOf(
  rows: readonly Row[] | null,
  [left, right]: readonly [Opened, Opened],
  { a, b, data = '', expected, input, raw, margin, vectors }: CompareRequest,
  { digest, identify, ledger, now }: CompareEffects,
): Promise<Pick<CompareOptions, 'judge'>> {
  if (expected === undefined || rows === null || vectors) return {}
  const column = raw === undefined ? input : { ...raw, column: input }
  const { items } = itemsOf(rows, 'test', { test: data, input: column, expected }, digest)
  const models = [await identify(a), await identify(b)] as const
  const classes = [classNames(left.config), classNames(right.config)] as const
  const { risk } = DEFAULTS
  const terms = { items, classes, margin, risk, task: data, models, now, digest, ledger }
  return { judge: (answers) => judgePair(answers, terms) }
}
