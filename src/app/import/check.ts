import type { Tokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import { randomFeeds } from '../../core/onnx/random-feeds.ts'
import { rawInputs } from '../../core/onnx/raw-feeds.ts'
import { textFeeds } from '../../core/onnx/text-feeds.ts'
import { seededRandom } from '../../core/random/random.ts'

/** The first output of the graph for some inputs. */
export type Run = (feeds: Feeds) => Promise<HostTensor | undefined>

/** Largest difference from given outputs, absolute plus the same share of the value: float32 sums in another order stay far below. */
const tolerance = 1e-3

const numbers = (tensor: HostTensor | undefined): Float32Array =>
  tensor?.data instanceof Float32Array ? tensor.data : new Float32Array()

const differs = (what: string, next?: string): RightsizeError =>
  new RightsizeError('MODEL_IMPORT_DIFFERS', what, { next })

/** Tokens of each of the two texts that are asked alone and with padding behind them. */
const tokens = { alone: 5, padded: 8 }

/** Random ids, alone and with three places of padding behind them: the same numbers, and finite. Throws MODEL_IMPORT_DIFFERS. */
export async function paddingChecked(model: Model, run: Run): Promise<string> {
  const source = seededRandom(1)
  const shape = { symbols: { batch: 2, sequence: tokens.alone }, other: tokens.alone }
  const drawn = randomFeeds(model.graph, { shape, random: source.next })
  const short = { ...drawn, attention_mask: whole([2, tokens.alone], () => 1) }
  const padded = Object.fromEntries(
    Object.entries(short).map(([name, { data }]) => {
      const old = data as BigInt64Array
      const value = (at: number) => {
        const [row, place] = [Math.floor(at / tokens.padded), at % tokens.padded]
        return place < tokens.alone ? Number(old[tokens.alone * row + place]) : 0
      }
      return [name, whole([2, tokens.padded], value)]
    }),
  )
  const [alone, longer] = [await run(short), await run(padded)]
  const [first, second] = [numbers(alone), withoutPadding(longer)]
  const worst = furthest(first, second).apart
  if (first.length === 0 || !first.every(Number.isFinite)) throw differs('outputs are not finite')
  if (!(worst <= tolerance)) throw differs(`padding changes outputs by ${worst}`)
  return `outputs are finite, and padding changes them by ${worst.toExponential(1)} at most`
}

/** Of outputs per token, those of the first places. */
function withoutPadding(tensor: HostTensor | undefined): Float32Array {
  const values = numbers(tensor)
  if (tensor?.dims.length !== 3) return values
  const [rows = 0, places = 0, width = 0] = tensor.dims
  const kept = Array.from({ length: rows }, (_, row) => {
    const from = row * places * width
    return [...values.subarray(from, from + tokens.alone * width)]
  })
  return Float32Array.from(kept.flat())
}

function whole(dims: readonly number[], value: (at: number) => number): HostTensor {
  const length = dims.reduce((product, dim) => product * dim, 1)
  return {
    dtype: 'int64',
    dims,
    data: BigInt64Array.from({ length }, (_, at) => BigInt(value(at))),
  }
}

/** The largest difference over 1 + |expected|, and where it is. */
function furthest(expected: ArrayLike<number>, got: ArrayLike<number>) {
  if (expected.length !== got.length) return { apart: Number.POSITIVE_INFINITY, at: 0 }
  let worst = { apart: 0, at: 0 }
  for (let at = 0; at < expected.length; at += 1) {
    const wanted = expected[at] ?? Number.NaN
    const apart = Math.abs(wanted - (got[at] ?? Number.NaN)) / (1 + Math.abs(wanted))
    if (Number.isNaN(apart)) return { apart: Number.POSITIVE_INFINITY, at }
    if (apart > worst.apart) worst = { apart, at }
  }
  return worst
}

/** Runs what `--logits` holds. Throws MODEL_IMPORT for a file that cannot be used, MODEL_IMPORT_DIFFERS with row, place and both values. */
export async function outputsChecked(
  model: Model,
  expected: unknown,
  tokenizer: Tokenizer | null,
  run: Run,
): Promise<string> {
  const given = fields(expected)
  const logits = wantedRows(given)
  const feeds =
    given['texts'] === undefined
      ? idFeeds(model, given)
      : textsFeeds(model, given['texts'], tokenizer)
  if (feeds.length !== logits.length)
    throw bad(`${feeds.length} inputs for ${logits.length} rows of logits`)
  let worst = 0
  for (const [row, one] of feeds.entries()) {
    const wanted = logits[row] ?? []
    const got = numbers(await run(one))
    refuseLength(row, wanted.length, got.length)
    const { apart, at } = furthest(wanted, got)
    if (apart > tolerance) throw apartError(row, at, wanted[at] ?? Number.NaN, got[at], apart)
    worst = Math.max(worst, apart)
  }
  return `${feeds.length} given outputs are met within ${worst.toExponential(1)}`
}

function refuseLength(row: number, wanted: number, got: number): void {
  if (wanted !== got)
    throw differs(
      `row ${row + 1} holds ${wanted} numbers, the model gives ${got}`,
      'Give one row per text: as many numbers as classes, or classes times tokens for a head per token.',
    )
}

function apartError(
  row: number,
  at: number,
  wanted: number,
  got: number | undefined,
  apart: number,
): RightsizeError {
  const values = `number ${at + 1} should be ${wanted} and is ${got}`
  return differs(
    `row ${row + 1}: ${values}; ${apart.toExponential(2)} apart, allowed ${tolerance.toExponential(0)}`,
    'Check that the outputs belong to this checkpoint, in evaluation mode and float32, with the same token ids (give input_ids to leave the tokenizer out). If they do, report it with config.json. Nothing was written.',
  )
}

const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const bad = (what: string) =>
  new RightsizeError('MODEL_IMPORT', what, {
    at: '--logits',
    next: 'Give { "texts": [...], "logits": [[...]] }, or input_ids and attention_mask instead of texts.',
  })

/** `logits`, or `embeddings` where the model is a sentence encoder; rows per token are taken in one line. */
function wantedRows(given: Readonly<Record<string, unknown>>): readonly (readonly number[])[] {
  const name =
    given['logits'] === undefined && given['embeddings'] !== undefined ? 'embeddings' : 'logits'
  const rows = Array.isArray(given[name]) ? (given[name] as unknown[]) : []
  return rowsOf(
    rows.map((row) => (Array.isArray(row) ? row.flat() : row)),
    name,
  )
}

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
  const inputs = rawInputs(model.graph)
  return texts.map((text) => {
    const { ids } = tokenizer.encode(String(text))
    return textFeeds(inputs, [{ ids }], tokenizer.padId)
  })
}
