import type { OpenTokenizer, Tokenizer } from '../../contract/tokenizer.ts'
import type { Artefact } from '../../core/compress/pass.ts'
import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Feeds, HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Graph } from '../../core/onnx/model.ts'
import { isTensor, rawFeeds, rawInputs } from '../../core/onnx/raw-feeds.ts'
import { cutTokens, type TokenFacts, textFeeds, tokenFacts } from '../../core/onnx/text-feeds.ts'
import { judgedBatches } from '../evaluate/batches.ts'
import type { Batches } from './answers.ts'

/** What a model is run on, row by row. */
export interface Inputs {
  readonly size: number
  /** Tokens of a text, values of a tensor: rows of like length share a run. */
  readonly lengths: readonly number[]
  /** Most rows in one run; null where the graph does not fix it. */
  most(graph: Graph): number | null
  feeds(graph: Graph, rows: readonly number[]): Feeds
}

/** The same rows as different artefacts see them: each with its own tokenizer and greatest length. */
export type InputsOf = (artefact: Artefact) => Inputs

/** Rows with what is right for them. */
export interface Part {
  readonly size: number
  readonly inputs: InputsOf
  /** Class numbers; -1 where the model has no such class. */
  readonly labels: readonly number[]
  /** Rows of each slice, `column=value`. */
  readonly slices: ReadonlyMap<string, readonly number[]>
  /** The texts, where they are texts. */
  readonly texts: readonly string[] | null
  /** The batches in which `run` would judge these rows. */
  readonly batches: Batches
}

/** Items as rows for a model with these class names. Throws SHRINK_TASK where an item is no text and no tensor, or not like the others. */
export function partOf(
  items: readonly Item[],
  labels: readonly string[],
  open: OpenTokenizer,
): Part {
  const numbers = new Map(labels.map((label, at) => [label, at]))
  const slices = new Map<string, number[]>()
  for (const [row, item] of items.entries())
    for (const [column, value] of Object.entries(item.slices)) {
      const slice = `${column}=${value}`
      const rows = slices.get(slice)
      if (rows === undefined) slices.set(slice, [row])
      else rows.push(row)
    }
  const first = items[0]?.input
  const texts = typeof first === 'string' ? items.map(textOf) : null
  return {
    size: items.length,
    inputs: texts === null ? tensorInputs(items.map(tensorOfItem)) : textInputs(texts, open),
    labels: items.map(({ expected }) => numbers.get(String(expected)) ?? -1),
    slices,
    texts,
    batches: batchesOf(items),
  }
}

function batchesOf(items: readonly Item[]): Batches {
  const placed = items.map(({ input }, at) => ({ input, at }))
  return (most) => judgedBatches(placed, most).map((batch) => batch.map(({ at }) => at))
}

function textOf({ id, input }: Item): string {
  if (typeof input === 'string') return input
  throw new RightsizeError('SHRINK_TASK', `item ${id} is not one text`)
}

function tensorOfItem({ id, input }: Item): HostTensor {
  if (isTensor(input)) return input
  throw new RightsizeError('SHRINK_TASK', `item ${id} is neither one text nor one tensor`)
}

/** One result a tokenizer and length: states of a search share them. */
function remembered(make: (artefact: Artefact) => Inputs): InputsOf {
  const known = new Map<unknown, Inputs>()
  return (artefact) => {
    const key = JSON.stringify([tokenizerKey(artefact), artefact.maxLength ?? null])
    const found = known.get(key) ?? make(artefact)
    known.set(key, found)
    return found
  }
}

/** Ids kept say which trimming a tokenizer has gone through; nothing else changes it within a search. */
const tokenizerKey = ({ idsKept }: Artefact): string => idsKept?.join(' ') ?? 'original'

function textInputs(texts: readonly string[], open: OpenTokenizer): InputsOf {
  return remembered((artefact) => {
    const tokenizer = opened(artefact, open)
    const ids = texts.map((text) => tokenizer.encode(text).ids)
    return idInputs(ids, artefact, tokenFacts(tokenizer))
  })
}

export function opened({ tokenizer, tokenizerConfig }: Artefact, open: OpenTokenizer): Tokenizer {
  if (tokenizer === null)
    throw new RightsizeError(
      'TOKENIZER_MISSING',
      'the items are texts and the model has no tokenizer',
    )
  return open(tokenizer, tokenizerConfig)
}

function idInputs(
  whole: readonly (readonly number[])[],
  { maxLength = Number.POSITIVE_INFINITY }: Artefact,
  facts: TokenFacts,
): Inputs {
  const ids = whole.map((row) => cutTokens(row, maxLength, facts))
  return {
    size: ids.length,
    lengths: ids.map((row) => row.length),
    most: (graph) => fixedBatch(graph),
    feeds: (graph, rows) =>
      textFeeds(
        rawInputs(graph),
        rows.map((row) => ({ ids: ids[row] ?? [] })),
        facts.padId,
      ),
  }
}

/** Rows of token ids in the original's numbers, as an artefact numbers them. */
export function numberedInputs(
  original: readonly (readonly number[])[],
  factsOf: (artefact: Artefact) => TokenFacts,
): InputsOf {
  return remembered((artefact) => {
    const { idsKept } = artefact
    const facts = factsOf(artefact)
    if (idsKept === undefined) return idInputs(original, artefact, facts)
    const now = new Map(idsKept.map((old, id) => [old, id]))
    const renumbered = original.map((row) => row.map((id) => now.get(id) ?? facts.padId))
    return idInputs(renumbered, artefact, facts)
  })
}

function tensorInputs(tensors: readonly HostTensor[]): InputsOf {
  const size = tensors[0]?.data.length ?? 0
  const other = tensors.findIndex(({ data }) => data.length !== size)
  if (other >= 0)
    throw new RightsizeError(
      'SHRINK_TASK',
      `row ${other} has ${tensors[other]?.data.length} values, the first ${size}: tensors of different sizes share no run`,
    )
  const inputs: Inputs = {
    size: tensors.length,
    lengths: tensors.map(() => 1),
    most: (graph) => fixedBatch(graph),
    feeds: (graph, rows) =>
      rawFeeds(
        rawInputs(graph),
        rows.flatMap((row) => tensors[row] ?? []),
      ),
  }
  return () => inputs
}

function fixedBatch(graph: Graph): number | null {
  const first = rawInputs(graph)[0]?.dims[0]
  return typeof first === 'number' ? first : null
}
