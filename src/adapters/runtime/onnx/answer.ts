import type { RuntimeItem } from '../../../contract/runtime.ts'
import type { TensorInputInfo, TensorSession } from '../../../contract/tensors.ts'
import type { Tokenizer } from '../../../contract/tokenizer.ts'
import type { Answer, Output } from '../../../core/data/answer.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { Feeds, HostTensor } from '../../../core/onnx/host-tensor.ts'
import { isTensor, misfitOf, rawFeeds } from '../../../core/onnx/raw-feeds.ts'
import { type TokenFacts, textFeeds } from '../../../core/onnx/text-feeds.ts'
import { bucketByLength } from './batch.ts'
import { type EncodedText, encodeText } from './encode.ts'
import { classesIn, type Reading, readBatch, splitTensors } from './read.ts'
import { spansOf } from './spans.ts'

/** Everything that answering needs, found once. */
export interface Loaded {
  readonly session: TensorSession
  readonly inputs: readonly TensorInputInfo[]
  readonly labels: readonly string[]
  readonly batch: number
  readonly text: TextSide | null
  readonly multiLabel: boolean
  readonly pooling: 'mean' | 'cls'
  readonly alive: () => void
}

export interface TextSide {
  readonly tokenizer: Tokenizer
  readonly maxLength: number
  readonly facts: TokenFacts
}

/** One item as the graph will see it, or why it cannot be shown to it. */
type Prepared = EncodedText | HostTensor | Failed
type Failed = Extract<Answer, { readonly ok: false }>

/** Answers in the order of the items; what does not fit is that item's failure, not the batch's. */
export async function answerAll(
  loaded: Loaded,
  items: readonly RuntimeItem[],
  signal?: AbortSignal,
): Promise<readonly Answer[]> {
  const prepared = items.map((item) => prepare(loaded, item))
  const answers = prepared.map((one): Answer => (isFailed(one) ? one : unreached))
  const good = prepared.flatMap((one, at) => (isFailed(one) ? [] : [at]))
  const lengths = good.map((at) => sizeOf(prepared[at]))
  for (const places of bucketByLength(lengths, loaded.batch, loaded.text === null)) {
    signal?.throwIfAborted()
    const at = places.flatMap((place) => good[place] ?? [])
    const given = await answerBatch(loaded, {
      items: at.flatMap((i) => items[i] ?? []),
      encoded: at.flatMap((i) => (prepared[i] as EncodedText | HostTensor) ?? []),
    })
    at.forEach((i, place) => {
      answers[i] = given[place] ?? unreached
    })
    loaded.alive()
  }
  return answers
}

const unreached: Failed = failed('RUNTIME_FAILED', 'the graph returned no row for this item')

function failed(code: string, message: string): Failed {
  return { ok: false, code, message, retryable: false }
}

function isFailed(prepared: Prepared | undefined): prepared is Failed {
  return prepared !== undefined && 'ok' in prepared
}

function sizeOf(prepared: Prepared | undefined): number {
  if (prepared === undefined || isFailed(prepared)) return 0
  return 'ids' in prepared ? prepared.ids.length : prepared.data.length
}

/** A tensor as it is, a text as ids. What does not fit is that item's failure, not the batch's. */
function prepare(loaded: Loaded, item: RuntimeItem): Prepared {
  if (isTensor(item.input)) {
    const reason = misfitOf(loaded.inputs, item.input)
    return reason === null ? item.input : failed('MODEL_INPUT', reason)
  }
  if (loaded.text) return encodeText(loaded.text.tokenizer, textsOf(item), loaded.text)
  const names = loaded.inputs.map((input) => input.name).join(', ')
  throw new RightsizeError('MODEL_INPUT', `the graph takes ${names}, the items are read as text`, {
    next: tensorAdvice(loaded.inputs),
  })
}

/** How a spec names items that are numbers, in the type and shape of the graph; the first of its dims is the batch. */
function tensorAdvice([first]: Loaded['inputs']): string {
  const { dtype = 'float32', dims = [] } = first ?? {}
  const sizes = dims.slice(1).map((size) => (typeof size === 'number' ? size : 'N'))
  return `Write each item's numbers to a file of its own (.npy, .bin, or .json with a list), its name in a column FILE, and in the spec \`dataset: { input: { column: FILE, dtype: ${dtype}, shape: [${sizes.join(', ')}] } }\`.`
}

/** A batch that fails is asked again one by one: the bad item fails, the others do not. */
async function answerBatch(loaded: Loaded, batch: Batch): Promise<readonly Answer[]> {
  try {
    return await runBatch(loaded, batch)
  } catch (cause) {
    if (!(cause instanceof RightsizeError) || cause.code !== 'RUNTIME_FAILED') throw cause
    if (batch.items.length === 1) return [failed(cause.code, cause.message)]
    const singles = batch.items.map((item, i) =>
      answerBatch(loaded, { items: [item], encoded: batch.encoded.slice(i, i + 1) }),
    )
    return (await Promise.all(singles)).flat()
  }
}

/** A text, or the first two fields of a row as a pair. */
function textsOf(item: RuntimeItem): readonly [string, string?] {
  if (typeof item.input === 'string') return [item.input]
  const [first, second] = Object.values(item.input).map(String)
  return second === undefined ? [first ?? ''] : [first ?? '', second]
}

interface Batch {
  readonly items: readonly RuntimeItem[]
  readonly encoded: readonly (EncodedText | HostTensor)[]
}

async function runBatch(loaded: Loaded, batch: Batch): Promise<readonly Answer[]> {
  const outputs = await runGraph(loaded, feedsOf(loaded, batch))
  const readings = readOutputs(loaded, batch, outputs)
  return readings.map((reading, i) => {
    const tokens = lengthOf(batch.encoded[i])
    const output = outputOf(loaded, reading, batch, i)
    return {
      ok: true,
      output,
      ...(tokens === null ? {} : { tokens: { input: tokens, output: 0 } }),
    }
  })
}

function feedsOf(loaded: Loaded, batch: Batch): Feeds {
  const tensors = batch.encoded.filter((item) => isTensor(item))
  if (tensors.length > 0) return rawFeeds(loaded.inputs, tensors)
  const texts = batch.encoded.filter((item) => 'ids' in item)
  return textFeeds(loaded.inputs, texts, loaded.text?.facts.padId ?? 0)
}

async function runGraph(
  loaded: Loaded,
  feeds: Feeds,
): Promise<Readonly<Record<string, HostTensor>>> {
  try {
    return await loaded.session.run(feeds)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    // onnxruntime: "indices element out of data bounds, idx=... must be within the inclusive range [...]"
    const misfit = loaded.text !== null && /out of (data )?bounds/i.test(reason)
    throw new RightsizeError(misfit ? 'TOKENIZER_MISFIT' : 'RUNTIME_FAILED', reason.slice(0, 400), {
      cause,
    })
  }
}

function readOutputs(
  loaded: Loaded,
  batch: Batch,
  outputs: Readonly<Record<string, HostTensor>>,
): readonly Reading[] {
  if (loaded.text === null && loaded.labels.length === 0)
    return (
      classesIn(outputs, batch.items.length, []) ??
      splitTensors(outputs, batch.items.length).map((output) => ({ kind: 'output', output }))
    )
  return readBatch({
    outputs,
    labels: loaded.labels,
    lengths: batch.encoded.map((item) => lengthOf(item) ?? 0),
    multiLabel: loaded.multiLabel,
    pooling: loaded.pooling,
  })
}

function lengthOf(item: EncodedText | HostTensor | undefined): number | null {
  return item && 'ids' in item ? item.ids.length : null
}

function outputOf(loaded: Loaded, reading: Reading, batch: Batch, i: number): Output {
  if (reading.kind === 'output') return reading.output
  const item = batch.items[i]
  const encoded = batch.encoded[i]
  const tokens = encoded && 'ids' in encoded ? encoded.tokens : []
  const classes = reading.classes.map((index) => loaded.labels[index] ?? 'O')
  return { kind: 'spans', spans: spansOf(item ? textsOf(item)[0] : '', tokens, classes) }
}
