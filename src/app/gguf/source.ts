import { RightsizeError } from '../../core/error/error.ts'
import { decodeGguf, type GgufFile } from '../../core/onnx/gguf.ts'
import {
  bitsPerWeight,
  type GgufPreset,
  ggufPresets,
  type PredictedSize,
  predictSize,
  quantisedTypes,
} from '../../core/onnx/gguf-presets.ts'
import type { ByteSource } from '../../core/onnx/model.ts'

/** Types that are made unless others are named: from nearly no loss to the usual compromise. */
export const defaultTypes = ['Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M'] as const

export interface GgufRequest {
  /** Absolute path of the source. */
  readonly model: string
  /** Absolute path of the folder for the variants. */
  readonly out: string
  /** Types of llama-quantize; the default ones where empty. */
  readonly types: readonly string[]
  readonly without: readonly string[]
  /** Absolute path of an importance matrix. */
  readonly imatrix: string | undefined
  readonly allowRequantize: boolean
  /** Path of llama-quantize, or its name where PATH has it. */
  readonly program: string
}

/** The sizes that the types of the request would give, from the header alone. A type whose mixture is not known gets null. */
export interface GgufPlan {
  readonly bytes: number
  readonly parameters: number
  readonly bitsPerWeight: number
  readonly sizes: readonly { readonly type: string; readonly predicted: PredictedSize | null }[]
}

/** Reads the source's header and predicts. Throws GGUF_NOT_SOURCE, TENSOR_FILE_INVALID, ONNX_NOT_FOUND. */
export function planGguf(
  request: GgufRequest,
  { source }: { readonly source: (path: string) => ByteSource },
): GgufPlan {
  const { file, bytes } = openSource(request, source)
  return {
    ...{ bytes, parameters: file.parameters, bitsPerWeight: bitsPerWeight(file) },
    sizes: typesOf(request).map((type) => {
      const preset = presetOf(type)
      return { type, predicted: preset === undefined ? null : predictSize(file, bytes, preset) }
    }),
  }
}

/** A GGUF file by its header. */
export interface GgufSource {
  readonly file: GgufFile
  readonly bytes: number
}

/** The header of the source. Throws GGUF_NOT_SOURCE where it cannot be quantized. */
export function openSource(
  { model, allowRequantize }: GgufRequest,
  source: (path: string) => ByteSource,
): GgufSource {
  const opened = source(model)
  const file = decodeGguf(opened)
  if (file.parameters === 0)
    throw new RightsizeError('GGUF_NOT_SOURCE', 'it holds no weights', { at: model })
  const parts = file.metadata.get('split.count')
  if (typeof parts === 'number' && parts > 1) {
    const next = 'Merge the parts first: llama-gguf-split --merge FIRST-PART MERGED.gguf'
    const what = `it is one of ${parts} parts of a split model`
    throw new RightsizeError('GGUF_NOT_SOURCE', what, { at: model, next })
  }
  const quantised = quantisedTypes(file)
  if (quantised.length > 0 && !allowRequantize) {
    const what = `its tensors are ${quantised.join(', ')} already`
    throw new RightsizeError('GGUF_NOT_SOURCE', what, { at: model })
  }
  return { file, bytes: opened.size }
}

/** The types asked for, as llama-quantize writes them. Throws FLAG_UNKNOWN_WORD where nothing is left or a type is no word. */
export function typesOf({ types, without }: GgufRequest): readonly string[] {
  const upper = (names: readonly string[]) => names.map((name) => name.toUpperCase())
  const asked = types.length === 0 ? defaultTypes : upper(types)
  const left = [...new Set(asked)].filter((type) => !upper(without).includes(type))
  const odd = left.find((type) => !/^[A-Z]+\d+(_[A-Z0-9]+)*$/.test(type))
  if (odd !== undefined)
    throw new RightsizeError('FLAG_VALUE', `"${odd}" is not a type of llama-quantize`, {
      next: `Types are ${ggufPresets.map(({ name }) => name).join(', ')} and others that llama-quantize --help lists.`,
    })
  if (left.length === 0) throw new RightsizeError('FLAG_VALUE', '--without leaves no type to make')
  return left
}

export const presetOf = (type: string): GgufPreset | undefined =>
  ggufPresets.find(({ name }) => name === type)
