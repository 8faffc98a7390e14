import type { TensorEngine } from '../../contract/tensors.ts'
import type { Tokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { ByteSource, Model } from '../../core/onnx/model.ts'
import { randomFeeds } from '../../core/onnx/random-feeds.ts'
import { decodeSafetensors } from '../../core/onnx/safetensors.ts'
import { seededRandom } from '../../core/stats/random.ts'
import { readBertConfig } from '../../core/train/bert-config.ts'
import { buildBert, type EmbeddingHead } from '../../core/train/build-bert.ts'
import { textFeeds } from './text-rows.ts'

/** A checkpoint folder, read. JSON files are parsed; null where there is none. */
export interface Checkpoint {
  readonly config: Readonly<Record<string, unknown>>
  readonly weights: ByteSource
  readonly tokenizer: Tokenizer | null
  /** modules.json of sentence-transformers. */
  readonly modules: unknown
  /** 1_Pooling/config.json of sentence-transformers. */
  readonly pooling: unknown
  /** What `--logits` names: `{ texts | input_ids, attention_mask?, token_type_ids?, logits }`. */
  readonly expected: unknown
}

export interface Imported {
  readonly model: Model
  readonly parameters: number
  /** How the graph was checked, one line each. */
  readonly checks: readonly string[]
  readonly notes: readonly string[]
}

/** Largest difference from given outputs, absolute plus the same share of the value: float32 sums in another order stay far below. */
const tolerance = 1e-3

/**
 * The checkpoint as an ONNX model, checked: against given outputs where there are some, always that outputs are finite and that padding
 * changes nothing. Throws MODEL_IMPORT for what is not built, MODEL_IMPORT_DIFFERS when a check fails.
 */
export async function importBert(checkpoint: Checkpoint, engine: TensorEngine): Promise<Imported> {
  const config = readBertConfig(checkpoint.config)
  const { tensors } = decodeSafetensors(checkpoint.weights)
  const head = embeddingHead(checkpoint)
  const { model, unused } = buildBert(config, tensors, head)
  const session = await engine.open(encodeModel(model), { intraThreads: 1 })
  try {
    const run = async (feeds: Feeds) => Object.values(await session.run(feeds))[0]
    const checks = [await paddingChecked(model, run)]
    if (checkpoint.expected !== null) checks.push(await outputsChecked(model, checkpoint, run))
    const parameters = model.graph.initializers.reduce(
      (sum, { dtype, byteLength }) => sum + (dtype === 'float32' ? byteLength / 4 : 0),
      0,
    )
    return { model, parameters, checks, notes: notesOf(unused, checkpoint, config.head) }
  } finally {
    await session.close()
  }
}

function notesOf(
  unused: readonly string[],
  { tokenizer, expected, pooling }: Checkpoint,
  head: 'classes' | 'embedding',
): readonly string[] {
  return [
    ...(unused.length === 0 ? [] : [`not needed by this head: ${unused.join(', ')}`]),
    ...(tokenizer === null ? ['there is no tokenizer.json: texts cannot be run yet'] : []),
    ...(expected === null ? ['no --logits given: only the form of the outputs was checked'] : []),
    ...(head === 'embedding' && pooling === null
      ? ['no 1_Pooling/config.json: the vector is the mean over tokens']
      : []),
  ]
}

const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** Pooling as sentence-transformers writes it (models/Pooling.py). */
function embeddingHead({ modules, pooling }: Checkpoint): EmbeddingHead {
  const types = (Array.isArray(modules) ? modules : []).map((one) => String(fields(one)['type']))
  const kinds = types.map((type) => type.split('.').at(-1) ?? '')
  const other = kinds.find((kind) => !['Transformer', 'Pooling', 'Normalize'].includes(kind))
  if (other !== undefined)
    throw new RightsizeError('MODEL_IMPORT', `the module '${other}' is not built`, {
      at: 'modules.json',
    })
  const modes = Object.entries(fields(pooling))
    .filter(([key, value]) => key.startsWith('pooling_mode_') && value === true)
    .map(([key]) => key.slice('pooling_mode_'.length))
  const mode = modes.join(' and ') || 'mean_tokens'
  if (mode !== 'mean_tokens' && mode !== 'cls_token')
    throw new RightsizeError('MODEL_IMPORT', `pooling by ${mode} is not built`, {
      at: '1_Pooling/config.json',
    })
  return {
    pooling: mode === 'mean_tokens' ? 'mean' : 'cls',
    normalize: kinds.includes('Normalize'),
  }
}

type Run = (feeds: Feeds) => Promise<HostTensor | undefined>

const numbers = (tensor: HostTensor | undefined): Float32Array =>
  tensor?.data instanceof Float32Array ? tensor.data : new Float32Array()

/** Random ids, alone and with three places of padding behind them: the same numbers, and finite. */
async function paddingChecked(model: Model, run: Run): Promise<string> {
  const source = seededRandom(1)
  const shape = { symbols: { batch: 2, sequence: 5 }, other: 5 }
  const drawn = randomFeeds(model.graph, { shape, random: () => source.next() })
  const short = { ...drawn, attention_mask: whole([2, 5], () => 1) }
  const padded = Object.fromEntries(
    Object.entries(short).map(([name, { data }]) => {
      const old = data as BigInt64Array
      const value = (at: number) =>
        at % 8 < 5 ? Number(old[5 * Math.floor(at / 8) + (at % 8)]) : 0
      return [name, whole([2, 8], value)]
    }),
  )
  const [alone, longer] = [numbers(await run(short)), numbers(await run(padded))]
  const worst = furthest(alone, longer)
  if (alone.length === 0 || !alone.every(Number.isFinite))
    throw new RightsizeError('MODEL_IMPORT_DIFFERS', 'outputs are not finite')
  if (!(worst <= tolerance))
    throw new RightsizeError('MODEL_IMPORT_DIFFERS', `padding changes outputs by ${worst}`)
  return `outputs are finite, and padding changes them by ${worst.toExponential(1)} at most`
}

function whole(dims: readonly number[], value: (at: number) => number): HostTensor {
  const length = dims.reduce((product, dim) => product * dim, 1)
  return {
    dtype: 'int64',
    dims,
    data: BigInt64Array.from({ length }, (_, at) => BigInt(value(at))),
  }
}

/** Largest difference over 1 + |expected|. */
function furthest(expected: ArrayLike<number>, got: ArrayLike<number>): number {
  if (expected.length !== got.length) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let at = 0; at < expected.length; at += 1) {
    const wanted = expected[at] ?? Number.NaN
    const apart = Math.abs(wanted - (got[at] ?? Number.NaN)) / (1 + Math.abs(wanted))
    worst = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(worst, apart)
  }
  return worst
}

async function outputsChecked(
  model: Model,
  { expected, tokenizer }: Checkpoint,
  run: Run,
): Promise<string> {
  const given = fields(expected)
  const logits = rowsOf(given['logits'], 'logits')
  const feeds =
    given['texts'] === undefined
      ? idFeeds(model, given)
      : textsFeeds(model, given['texts'], tokenizer)
  if (feeds.length !== logits.length)
    throw bad(`${feeds.length} inputs stand beside ${logits.length} rows of logits`)
  let worst = 0
  for (const [row, one] of feeds.entries()) {
    const apart = furthest(logits[row] ?? [], numbers(await run(one)))
    if (apart > tolerance)
      throw new RightsizeError(
        'MODEL_IMPORT_DIFFERS',
        `row ${row + 1} is ${apart.toExponential(2)} from the given outputs, allowed ${tolerance}`,
      )
    worst = Math.max(worst, apart)
  }
  return `${feeds.length} given outputs are met within ${worst.toExponential(1)}`
}

const bad = (what: string) =>
  new RightsizeError('MODEL_IMPORT', what, {
    at: '--logits',
    next: 'Give { "texts": [...], "logits": [[...]] }, or input_ids and attention_mask instead of texts.',
  })

function rowsOf(value: unknown, name: string): readonly (readonly number[])[] {
  const rows = Array.isArray(value) ? value : []
  const fine = rows.every((row) => Array.isArray(row) && row.every((n) => typeof n === 'number'))
  if (rows.length === 0 || !fine) throw bad(`'${name}' is not a list of rows of numbers`)
  return rows
}

function idFeeds(model: Model, given: Readonly<Record<string, unknown>>): readonly Feeds[] {
  const ids = rowsOf(given['input_ids'], 'input_ids')
  const rows = (name: string, otherwise: number) =>
    given[name] === undefined
      ? ids.map((row) => row.map(() => otherwise))
      : rowsOf(given[name], name)
  const all = {
    input_ids: ids,
    attention_mask: rows('attention_mask', 1),
    token_type_ids: rows('token_type_ids', 0),
  }
  return ids.map((_, row) =>
    Object.fromEntries(
      model.graph.inputs.map(({ name }) => {
        const values = all[name as keyof typeof all][row] ?? []
        return [name, whole([1, values.length], (at) => values[at] ?? 0)]
      }),
    ),
  )
}

function textsFeeds(model: Model, texts: unknown, tokenizer: Tokenizer | null): readonly Feeds[] {
  if (!Array.isArray(texts)) throw bad("'texts' is not a list")
  if (tokenizer === null) throw bad('texts need a tokenizer.json in the folder')
  const ids = texts.map((text) => tokenizer.encode(String(text)).ids)
  return ids.map((_, row) => textFeeds(model.graph, ids, [row], tokenizer.padId))
}
