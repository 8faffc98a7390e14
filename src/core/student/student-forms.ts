import { RightsizeError } from '../error/error.ts'
import type { HostTensor } from '../onnx/host-tensor.ts'
import type { Tensor } from '../onnx/model.ts'
import { joinBytes } from '../onnx/protobuf.ts'
import { encodeSafetensors } from '../onnx/safetensors.ts'
import { tensorOf } from '../onnx/tensor-values.ts'
import type { Classified } from './example.ts'
import { answerOf } from './runtime-answer.ts'
import { type DenseLayer, type HeadModel, headScores, openHead } from './runtime-head.ts'
import { type LinearModel, openLinear } from './runtime-linear.ts'
import { openStatic, type StaticModel } from './runtime-static.ts'

/** The linear student as one safetensors file, metadata `format: rightsize-linear@1`. Equal models give equal bytes. */
export function encodeLinear(model: LinearModel): Uint8Array {
  const { labels, grams, wordFeatures, hashes, idf, scales, bias, weights } = model
  const features = hashes.length
  return studentFile('rightsize-linear@1', { labels, grams, wordFeatures }, [
    stored('hashes', [features], hashes),
    stored('idf', [features], idf),
    stored('scales', [features], scales),
    stored('bias', [labels.length], bias),
    stored('weights', [features, labels.length], weights),
  ])
}

/** The static student as one safetensors file, metadata `format: rightsize-static@1`. Equal models give equal bytes. */
export function encodeStatic(model: StaticModel): Uint8Array {
  const { labels, width, unitLength, tokenizer, embeddings, scales } = model
  const { vocab, specials, ...wordpiece } = tokenizer
  const tokens: string[] = []
  for (const [token, id] of vocab) tokens[id] = token
  const settings = { labels, width, unitLength, tokens, specials: [...specials], ...wordpiece }
  return studentFile('rightsize-static@1', settings, [
    stored('embeddings', [scales.length, width], embeddings),
    stored('scales', [scales.length], scales),
    ...layerTensors(model.layers),
  ])
}

/** A head as one safetensors file, metadata `format: rightsize-head@1`. Equal models give equal bytes. */
export function encodeHead({ labels, width, layers }: HeadModel): Uint8Array {
  return studentFile('rightsize-head@1', { labels, width }, layerTensors(layers))
}

function studentFile(format: string, settings: object, tensors: readonly Tensor[]): Uint8Array {
  const metadata = { format, settings: JSON.stringify(settings) }
  return joinBytes([...encodeSafetensors({ metadata, tensors }).chunks()])
}

/** Tensors `weights.0`, `bias.0` and so on. */
function layerTensors(layers: readonly DenseLayer[]): readonly Tensor[] {
  return layers.flatMap(({ weights, bias }, i) => [
    stored(`weights.${i}`, [weights.length / bias.length, bias.length], weights),
    stored(`bias.${i}`, [bias.length], bias),
  ])
}

function stored(
  name: string,
  dims: readonly number[],
  data: Float32Array | Int32Array | Int8Array,
): Tensor {
  const dtype: HostTensor['dtype'] =
    data instanceof Float32Array ? 'float32' : data instanceof Int8Array ? 'int8' : 'int32'
  return tensorOf(name, { dtype, dims, data })
}

/** Reads what `encodeLinear` wrote. Throws STUDENT_FILE. */
export const decodeLinear = (bytes: Uint8Array): LinearModel => opened(() => openLinear(bytes))
/** Reads what `encodeStatic` wrote. Throws STUDENT_FILE. */
export const decodeStatic = (bytes: Uint8Array): StaticModel => opened(() => openStatic(bytes))
/** Reads what `encodeHead` wrote. Throws STUDENT_FILE. */
export const decodeHead = (bytes: Uint8Array): HeadModel => opened(() => openHead(bytes))

function opened<T>(open: () => T): T {
  try {
    return open()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new RightsizeError('STUDENT_FILE', `the model file cannot be read: ${why}`, { cause })
  }
}

/** The most probable label of one embedding. `known` is its length. Throws STUDENT_INPUT on another length. */
export function classifyHead(model: HeadModel, embedding: ArrayLike<number>): Classified {
  if (embedding.length !== model.width) {
    throw new RightsizeError(
      'STUDENT_INPUT',
      `the head reads embeddings of ${model.width} numbers, this one has ${embedding.length}`,
    )
  }
  return answerOf(model.labels, headScores(model, embedding), embedding.length)
}
