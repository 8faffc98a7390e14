import { RightsizeError } from '../error/error.ts'
import type { Feeds } from '../onnx/host-tensor.ts'
import { keptEntries } from '../onnx/kept-entries.ts'
import type { Graph, Model, Tensor } from '../onnx/model.ts'
import { integersOf, tensorOf } from '../onnx/tensor-values.ts'
import type { Params } from '../result/compression.ts'
import {
  idsToKeep,
  newIds,
  tokenIds,
  tokenizerKind,
  trimTokenizer,
  trimTokenizerConfig,
} from '../text/trim-tokenizer.ts'
import type { Artefact, NotApplicable, Pass, Patched, Proposal } from './pass.ts'
import { type VocabularyRows, vocabularyRows } from './vocabulary-rows.ts'

/**
 * Tokens that the task's texts never use are taken out of tokenizer and tables.
 *
 * What it does: keeps the tokens of the corpus with what derives them (`idsToKeep`), renumbers them in tokenizer.json, config.json and the
 * graph, and cuts the rows of the tables, and of an output layer over the vocabulary.
 * When to use: any text model of one domain or language: up to half of a MiniLM file, about 80 % of a multilingual one (measured).
 * When it misleads: words outside the corpus come apart into more pieces, so other texts get longer and may be answered differently; `vocabularyEffect` counts it.
 * Inputs are other numbers afterwards (`idsKept` of the artefact says which): compare with the original through `trimmedFeeds`.
 * Source: Abdaoui et al., "Load What You Need", arXiv 2010.05609; the closure for BPE is argued at `idsToKeep`.
 */
export const vocabulary: Pass = {
  id: 'vocabulary',
  family: 'vocabulary',
  propose: (artefact) => proposals(artefact),
  needs: () => [],
  apply: (artefact, { params }) => applied(artefact, params),
}

interface Plan {
  readonly keep: readonly number[]
  readonly found: VocabularyRows
}

/** Shares of the table, from its start, that stay beside the corpus' tokens: most vocabularies are ordered by how common a token is. */
const shares = [0, 0.25] as const

function proposals(artefact: Artefact): readonly Proposal[] | NotApplicable {
  const plans = shares.map((share) => ({ share, plan: planOf(artefact, share) }))
  const offers = plans.flatMap(({ share, plan }) =>
    'why' in plan ? [] : [proposalOf(plan, share)],
  )
  const first = plans[0]?.plan
  if (offers.length > 0 || first === undefined || !('why' in first)) return offers
  return { pass: 'vocabulary', why: first.why }
}

function proposalOf({ keep, found }: Plan, share: number): Proposal {
  const bytes = [...found.tensors.keys()].reduce(
    (sum, { byteLength }) =>
      sum + Math.floor((byteLength * (found.rows - keep.length)) / found.rows),
    0,
  )
  const beside = share === 0 ? '' : ` and the first ${100 * share} % of the table`
  return {
    pass: 'vocabulary',
    params: { share, tokens: keep.length },
    text: `keep ${keep.length} of ${found.rows} tokens: those of the corpus with what derives them${beside}`,
    saves: { bytes, cpuShare: 0 },
    risk: share === 0 ? 0.2 : 0.1,
    exactness: 'exact-on-calibration',
    repairs: ['distil'],
  }
}

function planOf(
  { model, tokenizer, config, tokensUsed }: Artefact,
  share: number,
): Plan | { why: string } {
  if (tokenizer === null) return { why: 'the model has no tokenizer.json' }
  if (tokenizerKind(tokenizer) === null)
    return { why: 'its tokenizer is neither WordPiece, BPE nor Unigram' }
  if (tokensUsed === undefined) return { why: 'the tokens of the texts are unknown' }
  const found = vocabularyRows(model.graph)
  if ('why' in found) return found
  const highest = tokenIds(tokenizer).at(-1) ?? 0
  if (highest >= found.rows)
    return { why: `the tokenizer has ids up to ${highest}, the model ${found.rows} rows` }
  const named = [...configIds(config), ...found.ids.flatMap(integersOf)]
  const common = Array.from({ length: Math.floor(share * found.rows) }, (_, id) => id)
  const keep = idsToKeep(tokenizer, [...tokensUsed, ...named, ...common])
  if (keep.length >= found.rows) return { why: 'every token is used or derives one that is' }
  return { keep, found }
}

const isIdKey = (key: string): boolean => /_token_ids?$/.test(key)

/** Token ids that config.json names. */
function configIds(config: Artefact['config']): readonly number[] {
  return Object.entries(config).flatMap(([key, value]) =>
    isIdKey(key) ? [value].flat().filter((id): id is number => typeof id === 'number') : [],
  )
}

function applied(artefact: Artefact, params: Params): Patched {
  const { tokenizer } = artefact
  const plan = planOf(artefact, Number(params['share'] ?? 0))
  if (tokenizer === null || 'why' in plan || plan.keep.length !== params['tokens']) {
    const why = 'why' in plan ? plan.why : 'the kept tokens do not belong to this model and corpus'
    throw new RightsizeError('SHRINK_PASS', `vocabulary: ${why}`)
  }
  const { keep, found } = plan
  const ids = newIds(keep)
  const { tokensUsed = [], idsKept, tokenizerConfig, ...rest } = artefact
  return {
    artefact: {
      ...rest,
      model: trimModel(artefact.model, keep, found),
      tokenizer: trimTokenizer(tokenizer, keep),
      config: trimConfig(artefact.config, ids, keep.length),
      tokensUsed: tokensUsed.flatMap((id) => ids.get(id) ?? []),
      idsKept: keep.map((id) => idsKept?.[id] ?? id),
      ...(tokenizerConfig === undefined
        ? {}
        : { tokenizerConfig: trimTokenizerConfig(tokenizerConfig, keep) }),
    },
    changes: [
      `${keep.length} of ${found.rows} tokens kept`,
      ...[...found.tensors.keys()].map(({ name }) => `'${name}' cut to ${keep.length} tokens`),
    ],
  }
}

function trimConfig(
  config: Artefact['config'],
  ids: ReadonlyMap<number, number>,
  size: number,
): Artefact['config'] {
  // Ids of the config that the tokenizer does not have were not kept; they stay as they are, and mean nothing as before.
  const renumber = (value: unknown): unknown =>
    typeof value === 'number' ? (ids.get(value) ?? value) : value
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (key === 'vocab_size') return [key, size]
      if (!isIdKey(key)) return [key, value]
      return [key, Array.isArray(value) ? value.map(renumber) : renumber(value)]
    }),
  )
}

function trimModel(model: Model, keep: readonly number[], found: VocabularyRows): Model {
  const ids = newIds(keep)
  const single = new Set(found.ids)
  const initializers = model.graph.initializers.map((tensor) => {
    const axis = found.tensors.get(tensor)
    if (axis !== undefined) return keptEntries(tensor, axis, keep)
    return single.has(tensor) ? renumbered(tensor, ids) : tensor
  })
  return { ...model, graph: withOutputSize({ ...model.graph, initializers }, keep.length, found) }
}

function renumbered(tensor: Tensor, ids: ReadonlyMap<number, number>): Tensor {
  const [old = 0] = integersOf(tensor)
  const id = ids.get(old) ?? old
  const data = tensor.dtype === 'int64' ? BigInt64Array.of(BigInt(id)) : Int32Array.of(id)
  return tensorOf(tensor.name, { dtype: tensor.dtype, dims: tensor.dims, data })
}

function withOutputSize(graph: Graph, size: number, { rows, outputs }: VocabularyRows): Graph {
  const scored = new Set(outputs)
  const names = new Set(graph.nodes.flatMap((node) => node.outputs))
  return {
    ...graph,
    outputs: graph.outputs.map((value) =>
      scored.has(value.name) && value.dims !== null
        ? { ...value, dims: value.dims.map((dim) => (dim === rows ? size : dim)) }
        : value,
    ),
    // Stated shapes inside may name the old size; the engine infers them again.
    valueInfo:
      outputs.length === 0
        ? graph.valueInfo
        : graph.valueInfo.filter(({ name }) => !names.has(name)),
  }
}

/**
 * Feeds for the trimmed model from those of the original: token ids renumbered. Throws SHRINK_PASS for an id that was not kept: texts that
 * use it must be tokenised again.
 */
export function trimmedFeeds(feeds: Feeds, keep: readonly number[]): Feeds {
  const ids = newIds(keep)
  const renumber = (old: number | bigint): number => {
    const id = ids.get(Number(old))
    if (id === undefined)
      throw new RightsizeError('SHRINK_PASS', `vocabulary: token ${old} is not kept`)
    return id
  }
  const entries = Object.entries(feeds).map(([name, tensor]) => {
    const { data } = tensor
    if (!/(^|_)input_ids$/.test(name)) return [name, tensor]
    if (data instanceof BigInt64Array)
      return [name, { ...tensor, data: data.map((id) => BigInt(renumber(id))) }]
    if (data instanceof Int32Array) return [name, { ...tensor, data: data.map(renumber) }]
    return [name, tensor]
  })
  return Object.fromEntries(entries)
}
