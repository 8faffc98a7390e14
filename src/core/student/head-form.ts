import { RightsizeError } from '../error/error.ts'
import type { Classified } from './example.ts'
import { answerOf } from './runtime-answer.ts'
import type { FileTensor } from './runtime-file.ts'
import type { DenseLayer } from './runtime-head.ts'
import { type HeadModel, headScores, openHead } from './runtime-head.ts'
import { readStudent, writeTensors } from './safetensors.ts'

/** The model as one safetensors file, metadata `format: rightsize-head@1`. Equal models give equal bytes. */
export function encodeHead({ labels, width, layers }: HeadModel): Uint8Array {
  const settings = JSON.stringify({ labels, width })
  return writeTensors(layerTensors(layers), { format: 'rightsize-head@1', settings })
}

/** Tensors `weights.0`, `bias.0` and so on. */
export function layerTensors(layers: readonly DenseLayer[]): Record<string, FileTensor> {
  const named = layers.flatMap(({ weights, bias }, i) => [
    [
      `weights.${i}`,
      { shape: [weights.length / bias.length, bias.length], data: weights },
    ] as const,
    [`bias.${i}`, { shape: [bias.length], data: bias }] as const,
  ])
  return Object.fromEntries(named)
}

/** Reads what `encodeHead` wrote. Throws STUDENT_FILE. */
export function decodeHead(bytes: Uint8Array): HeadModel {
  return readStudent(() => openHead(bytes))
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
