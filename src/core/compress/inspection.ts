import { elementCount } from '../onnx/dtype.ts'
import type { GgufFile } from '../onnx/gguf.ts'
import {
  ggufPresets,
  type PredictedSize,
  predictSize,
  quantisedTypes,
} from '../onnx/gguf-presets.ts'
import { removeDead } from '../onnx/graph-edit.ts'
import { type GraphIndex, indexGraph } from '../onnx/graph-index.ts'
import type { Graph, Tensor } from '../onnx/model.ts'
import type { TensorFile } from '../onnx/safetensors.ts'
import { graphsWithin } from '../onnx/walk.ts'
import { multiplyAdds, type Operations } from './operations.ts'
import type { Artefact, Pass, Target } from './pass.ts'
import { type SaturationRisk, saturationRisks } from './saturation.ts'
import { type Dense, feedForwards } from './structural-anatomy.ts'
import { attentions } from './structural-attention.ts'
import { tidy } from './tidy.ts'

/** Weights and bytes of one kind of tensor. */
export interface Share {
  readonly name: string
  readonly parameters: number
  readonly bytes: number
}

/** What one pass would give here, by its own prediction, or why nothing. */
export interface Prospect {
  readonly pass: string
  readonly text: string
  /** Predicted; null where the pass has nothing to offer. */
  readonly bytes: number | null
}

/** What a model file is made of. Fields that only a graph can tell are null for weight files. */
export interface Inspection {
  readonly format: 'onnx' | 'gguf' | 'safetensors'
  readonly parameters: {
    /** Null where operators hold values in their attributes, as those of ai.onnx.ml do: these are not counted. */
    readonly total: number | null
    /** Neither dead nor a copy of others. */
    readonly active: number | null
    readonly duplicated: number | null
    readonly dead: number | null
  }
  /** Of the weights; null as the number of parameters. */
  readonly bytes: number | null
  /** bytes x 8 / parameters; 0 without parameters, null where they are unknown. */
  readonly bitsPerWeight: number | null
  readonly byPart: readonly Share[]
  readonly byDtype: readonly Share[]
  readonly operations: Operations | null
  readonly prospects: readonly Prospect[]
  /** What llama-quantize's types would make of a GGUF file; empty for other formats. */
  readonly quantised: readonly PredictedSize[]
  readonly saturation: readonly SaturationRisk[]
  readonly notes: readonly string[]
}

interface Weight {
  readonly name: string
  readonly dtype: string
  readonly parameters: number
  readonly bytes: number
}

/** Shapes, axes and switches are no parameters. */
const indexTypes = new Set(['int64', 'int32', 'uint64', 'uint32', 'bool', 'string'])

/** The inspection of a graph; prospects are what the passes themselves propose. */
export function inspectModel(
  artefact: Artefact,
  target: Target,
  passes: readonly Pass[],
): Inspection {
  const { model } = artefact
  const { graph } = model
  const live = removeDead(graph).graph
  const [total, alive] = [parametersOf(graph), parametersOf(live)]
  const proposals = tidy.propose(artefact, target)
  const first = 'why' in proposals ? undefined : proposals[0]
  const kept =
    first === undefined ? graph : tidy.apply(artefact, first, new Map()).artefact.model.graph
  const active = parametersOf(kept)
  const weights = weightsOf(graph)
  const part = partOf(graph)
  const uncounted = uncountedOperators(graph)
  return {
    format: 'onnx',
    ...(uncounted.length > 0
      ? unknownSize
      : {
          parameters: { total, active, duplicated: alive - active, dead: total - alive },
          ...sizeOf(weights),
        }),
    byPart: shares(weights, ({ name }) => part(name)),
    byDtype: shares(weights, ({ dtype }) => dtype),
    operations: uncounted.length > 0 ? null : multiplyAdds(graph),
    prospects: passes.flatMap((pass) => prospectsOf(pass, artefact, target)),
    quantised: [],
    saturation: saturationRisks(model),
    notes: uncounted.map(
      (name) =>
        `${name} holds its values in attributes, which are not counted: size and work are unknown`,
    ),
  }
}

const unknownSize = {
  parameters: { total: null, active: null, duplicated: null, dead: null },
  ...{ bytes: null, bitsPerWeight: null },
} as const

/** Operators whose learned values are attributes and no tensors: trees, linear models, scalers, tables of n-grams. */
function uncountedOperators(graph: Graph): readonly string[] {
  const found = [...graphsWithin(graph)].flatMap(({ nodes }) =>
    nodes.filter(
      ({ domain, opType, attributes }) =>
        (domain === 'ai.onnx.ml' || opType === 'TfIdfVectorizer') &&
        attributes.some(({ kind }) => kind === 'floats' || kind === 'tensor'),
    ),
  )
  return [...new Set(found.map(({ opType }) => opType))]
}

/** The inspection of a safetensors header: nothing but names, types and sizes. */
export function inspectSafetensors({ tensors }: TensorFile): Inspection {
  const weights = tensors.map(asWeight)
  return weightFile('safetensors', weights)
}

/** The inspection of a GGUF header; `fileBytes` is the size of the whole file. */
export function inspectGguf(file: GgufFile, fileBytes: number): Inspection {
  const weights = file.tensors.map(({ name, type, dims, byteLength }) => ({
    name,
    dtype: type.name,
    parameters: elementCount(dims),
    bytes: byteLength,
  }))
  const found = weightFile('gguf', weights)
  const quantised = quantisedTypes(file)
  const notes =
    quantised.length === 0
      ? []
      : [
          `already quantized (${quantised.join(', ')}): build other types from the 16- or 32-bit source`,
        ]
  return {
    ...found,
    quantised: ggufPresets.map((preset) => predictSize(file, fileBytes, preset)),
    notes: [...found.notes, ...notes, ...splitNote(file)],
  }
}

function splitNote({ metadata }: GgufFile): readonly string[] {
  const parts = metadata.get('split.count')
  if (typeof parts !== 'number' || parts < 2) return []
  return [`one of ${parts} parts of a split model: only this part was counted`]
}

function weightFile(format: Inspection['format'], weights: readonly Weight[]): Inspection {
  const total = weights.reduce((sum, { parameters }) => sum + parameters, 0)
  return {
    format,
    parameters: { total, active: null, duplicated: null, dead: null },
    ...sizeOf(weights),
    byPart: shares(weights, ({ name }) => partByName(name)),
    byDtype: shares(weights, ({ dtype }) => dtype),
    operations: null,
    ...{ prospects: [], quantised: [], saturation: [] },
    notes: [
      'a weight file has no graph: dead nodes, multiply-adds and the effect of passes are unknown',
    ],
  }
}

function sizeOf(weights: readonly Weight[]): Pick<Inspection, 'bytes' | 'bitsPerWeight'> {
  const bytes = weights.reduce((sum, weight) => sum + weight.bytes, 0)
  const total = weights.reduce((sum, { parameters }) => sum + parameters, 0)
  return { bytes, bitsPerWeight: total === 0 ? 0 : (8 * bytes) / total }
}

function asWeight({ name, dtype, dims, byteLength }: Tensor): Weight {
  return { name, dtype, parameters: elementCount(dims), bytes: byteLength }
}

/** Weights of the graph and of the graphs inside its nodes. */
function weightsOf(graph: Graph): readonly Weight[] {
  return [...graphsWithin(graph)].flatMap(({ initializers }) =>
    initializers.filter(({ dtype }) => !indexTypes.has(dtype)).map(asWeight),
  )
}

/** Number of parameters of the graph and of the graphs inside its nodes. */
export function parametersOf(graph: Graph): number {
  return weightsOf(graph).reduce((sum, { parameters }) => sum + parameters, 0)
}

/** Sums by a key, largest first. */
function shares(weights: readonly Weight[], key: (weight: Weight) => string): readonly Share[] {
  const sums = new Map<string, Share>()
  for (const weight of weights) {
    const name = key(weight)
    const { parameters, bytes } = sums.get(name) ?? { parameters: 0, bytes: 0 }
    sums.set(name, {
      name,
      parameters: parameters + weight.parameters,
      bytes: bytes + weight.bytes,
    })
  }
  return [...sums.values()].sort((left, right) => right.bytes - left.bytes)
}

/** What a tensor serves: by what the graph does with it. */
function partOf(graph: Graph): (name: string) => string {
  const index = indexGraph(graph)
  const parts = new Map<string, string>()
  const note = (part: string, ...denses: readonly Dense[]) => {
    for (const { weight, bias } of denses) {
      parts.set(weight.name, part)
      if (bias !== null) parts.set(bias.name, part)
    }
  }
  for (const { up, down } of feedForwards(graph)) note('feed-forward', ...up, down)
  for (const { query, key, value, output } of attentions(graph)) {
    note('attention', query, key, value, output)
  }
  return (name) => parts.get(name) ?? partByUse(name, index)
}

function partByUse(name: string, index: GraphIndex): string {
  const ops = index.consumers(name).map(({ opType }) => opType)
  const uses = (pattern: RegExp) => ops.some((op) => pattern.test(op))
  if (uses(/^Gather/)) return 'embeddings'
  if (uses(/Conv/)) return 'convolutions'
  if (uses(/^(Dynamic.*)?(LSTM|GRU|RNN)$/)) return 'recurrent'
  if (uses(/Normalization$/)) return 'normalization'
  if (uses(/MatMul|Gemm/)) return 'dense'
  return ops.length === 0 ? 'unused or in inner graphs' : 'other'
}

/** Names as Hugging Face and llama.cpp write them. */
function partByName(name: string): string {
  if (/embed|token_embd|wte|wpe/i.test(name)) return 'embeddings'
  if (/norm|ln_/i.test(name)) return 'normalization'
  if (/attn|attention/i.test(name)) return 'attention'
  if (/ffn|mlp|intermediate|\.output\.dense|fc\d/i.test(name)) return 'feed-forward'
  if (/conv/i.test(name)) return 'convolutions'
  return 'other'
}

function prospectsOf(pass: Pass, artefact: Artefact, target: Target): readonly Prospect[] {
  const proposals = pass.propose(artefact, target)
  if ('why' in proposals) return [{ pass: pass.id, text: proposals.why, bytes: null }]
  return proposals.map(({ text, saves }) => ({ pass: pass.id, text, bytes: saves.bytes }))
}
