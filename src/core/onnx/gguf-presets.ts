import { elementCount } from './dtype.ts'
import type { GgufFile, GgufTensor } from './gguf.ts'
import { type GgmlType, ggmlTypes } from './gguf-types.ts'

type TypeName =
  | 'F16'
  | 'Q3_K'
  | 'Q4_0'
  | 'Q4_K'
  | 'Q5_0'
  | 'Q5_1'
  | 'Q5_K'
  | 'Q6_K'
  | 'Q8_0'
  | 'IQ4_NL'

/** A mixture that llama-quantize makes: one type for most tensors, more bits for those that suffer most. */
export interface GgufPreset {
  readonly name: string
  /** Bits per weight that llama.cpp publishes for this type on Llama-3.1-8B; null where its table has no row. */
  readonly publishedBits: number | null
  readonly base: TypeName
  /** Types of attn_v and attn_qkv, of ffn_down and of attn_output, by layer; the base type where absent. */
  readonly value?: LayerRule
  readonly down?: LayerRule
  readonly output?: TypeName
}

type LayerRule = (layer: number, layers: number) => TypeName

/** The first and last eighth of the layers and every third between. Source: llama.cpp src/llama-quant.cpp, use_more_bits. */
const moreBits = (layer: number, layers: number): boolean => {
  const eighth = Math.floor(layers / 8)
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2
}
const raised =
  (base: TypeName): LayerRule =>
  (layer, layers) =>
    moreBits(layer, layers) ? 'Q6_K' : base

/**
 * Types of llama-quantize whose mixture is written out here, most bits first. Bits per weight: llama.cpp tools/quantize/README.md, table
 * for meta-llama/Llama-3.1-8B (commit 311c2c9). Mixtures: llama.cpp src/llama-quant.cpp, llama_tensor_get_type_impl (commit 007dbbf),
 * without its exceptions for Falcon, for 8 experts and for 70B.
 */
export const ggufPresets: readonly GgufPreset[] = [
  { name: 'F16', publishedBits: 16.0005, base: 'F16' },
  { name: 'Q8_0', publishedBits: 8.5008, base: 'Q8_0' },
  { name: 'Q6_K', publishedBits: 6.5633, base: 'Q6_K' },
  {
    ...{ name: 'Q5_K_M', publishedBits: 5.7036, base: 'Q5_K' },
    ...{ value: raised('Q5_K'), down: raised('Q5_K') },
  },
  { name: 'Q5_K_S', publishedBits: 5.5704, base: 'Q5_K' },
  {
    ...{ name: 'Q4_K_M', publishedBits: 4.8944, base: 'Q4_K' },
    ...{ value: raised('Q4_K'), down: raised('Q4_K') },
  },
  {
    ...{ name: 'Q4_K_S', publishedBits: 4.6672, base: 'Q4_K' },
    value: (layer) => (layer < 4 ? 'Q5_K' : 'Q4_K'),
    down: (layer, layers) => (layer < Math.floor(layers / 8) ? 'Q5_K' : 'Q4_K'),
  },
  { name: 'Q4_0', publishedBits: null, base: 'Q4_0' },
  {
    ...{ name: 'Q3_K_L', publishedBits: 4.2979, base: 'Q3_K', output: 'Q5_K' },
    ...{ value: () => 'Q5_K', down: () => 'Q5_K' },
  },
  {
    ...{ name: 'Q3_K_M', publishedBits: null, base: 'Q3_K', output: 'Q4_K' },
    value: (layer) => (layer < 2 ? 'Q5_K' : 'Q4_K'),
    down: (layer, layers) => (layer < Math.floor(layers / 16) ? 'Q5_K' : 'Q4_K'),
  },
  { name: 'Q3_K_S', publishedBits: 3.6429, base: 'Q3_K' },
]

/** What a file would be in one type: predicted from its header, nothing made. */
export interface PredictedSize {
  readonly type: string
  /** Of the whole file, its metadata counted as they are now. */
  readonly bytes: number
  /** Tensor bytes x 8 / weights. */
  readonly bitsPerWeight: number
  readonly publishedBits: number | null
  /** Tensors that get another type because their rows are not a multiple of 256 (or 32). */
  readonly fallbacks: number
}

/**
 * Size of a GGUF file in one of llama-quantize's types, tensor by tensor. `fileBytes` is the size of the file as it is. Norms, positions and other
 * tensors that llama-quantize leaves alone keep theirs.
 */
export function predictSize(file: GgufFile, fileBytes: number, preset: GgufPreset): PredictedSize {
  const facts = layerFacts(file)
  let [before, after, fallbacks] = [0, 0, 0]
  for (const tensor of file.tensors) {
    const { type, fellBack } = typeOf(tensor, preset, facts)
    before += tensor.byteLength
    after += (elementCount(tensor.dims) / type.blockElements) * type.blockBytes
    fallbacks += fellBack ? 1 : 0
  }
  return {
    type: preset.name,
    bytes: fileBytes - before + after,
    bitsPerWeight: file.parameters === 0 ? 0 : (8 * after) / file.parameters,
    publishedBits: preset.publishedBits,
    fallbacks,
  }
}

/** Tensor bytes x 8 / weights: what llama.cpp prints as BPW; 0 for a file without weights (a vocabulary alone). */
export function bitsPerWeight({ tensors, parameters }: GgufFile): number {
  const bytes = tensors.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return parameters === 0 ? 0 : (8 * bytes) / parameters
}

/** Types of tensors other than 16- and 32-bit floats: a file with such tensors is already quantized. */
export function quantisedTypes({ tensors }: GgufFile): readonly string[] {
  const found = new Set(tensors.map(({ type }) => type.name))
  return [...found].filter((name) => !/^(F64|F32|F16|BF16|I\d+)$/.test(name)).sort()
}

interface LayerFacts {
  /** Without an output matrix the table of tokens serves as one. */
  readonly tied: boolean
  /** Place of a tensor among those of its kind, and how many there are. */
  place(tensor: GgufTensor, kind: RegExp): readonly [number, number]
}

const valueKind = /attn_(v|qkv|kv_b)\.weight/
const downKind = /ffn_down/

function layerFacts({ tensors }: GgufFile): LayerFacts {
  const ranks = new Map<RegExp, readonly string[]>()
  const layer = (name: string) => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? 0)
  for (const kind of [valueKind, downKind]) {
    const names = tensors.map(({ name }) => name).filter((name) => kind.test(name))
    ranks.set(
      kind,
      names.filter(mayQuantise).sort((a, b) => layer(a) - layer(b)),
    )
  }
  return {
    tied: !tensors.some(({ name }) => name === 'output.weight'),
    place: ({ name }, kind) => {
      const names = ranks.get(kind) ?? []
      return [names.indexOf(name), names.length]
    },
  }
}

/** Names that llama-quantize leaves alone. Source: src/llama-quant.cpp, tensor_allows_quantization (commit 007dbbf), its commonest cases. */
function mayQuantise(name: string): boolean {
  if (!name.endsWith('weight')) return false
  return !/_norm\.weight|ffn_gate_inp\.weight|^position_embd|\.position_embd|^token_types|ssm_conv1d|shortconv\.conv|attn_rel_b|time_mix_(first|lerp_fused|decay_w\d|[wvag]\d)|altup|laurel|per_layer_model_proj|\.patch_embd/.test(
    name,
  )
}

function typeOf(
  tensor: GgufTensor,
  preset: GgufPreset,
  facts: LayerFacts,
): { readonly type: GgmlType; readonly fellBack: boolean } {
  // Leading axes of one are not counted: ggml_n_dims.
  const rank = tensor.dims.slice(tensor.dims.findIndex((dim) => dim > 1)).length
  if (rank < 2 || !mayQuantise(tensor.name)) return { type: tensor.type, fellBack: false }
  const wanted = wantedType(tensor, preset, facts)
  const fitting = fittingType(wanted, tensor.dims.at(-1) ?? 1)
  return { type: byName(fitting), fellBack: fitting !== wanted }
}

function wantedType(tensor: GgufTensor, preset: GgufPreset, facts: LayerFacts): TypeName {
  const { base, value, down, output } = preset
  const { name, dims } = tensor
  if (base === 'F16') return base
  if (name === 'output.weight' || (facts.tied && /^token_embd\.weight$/.test(name))) {
    const fits = (dims.at(-1) ?? 1) % byName(base).blockElements === 0
    return fits && base !== 'Q8_0' ? 'Q6_K' : 'Q8_0'
  }
  if (valueKind.test(name)) return value?.(...facts.place(tensor, valueKind)) ?? base
  if (downKind.test(name)) return down?.(...facts.place(tensor, downKind)) ?? base
  if (/attn_output\.weight/.test(name)) return output ?? base
  return base
}

/** Where rows are not a multiple of the block. Source: src/llama-quant.cpp, tensor_type_fallback. */
const fallback: Readonly<Partial<Record<TypeName, TypeName>>> = {
  Q3_K: 'Q4_0',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
}

function fittingType(wanted: TypeName, row: number): TypeName {
  const fits = (name: TypeName) => row % byName(name).blockElements === 0
  if (fits(wanted)) return wanted
  const second = fallback[wanted] ?? 'F16'
  return fits(second) ? second : 'F16'
}

const types = new Map([...ggmlTypes.values()].map((type) => [type.name, type]))

function byName(name: TypeName): GgmlType {
  const type = types.get(name)
  if (type === undefined) throw new RangeError(name)
  return type
}
