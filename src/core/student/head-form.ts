import { RightsizeError } from '../error/error.ts'
import type { Classified } from './example.ts'
import type { FileTensor } from './runtime-file.ts'
import { type HeadModel, headScores, openHead } from './runtime-head.ts'
import { softmax } from './runtime-linear.ts'
import { readStudent, writeTensors } from './safetensors.ts'

/** The model as one safetensors file, metadata `format: rightsize-head@1`. Equal models give equal bytes. */
export function encodeHead({ labels, width, layers }: HeadModel): Uint8Array {
  const tensors: Record<string, FileTensor> = {}
  layers.forEach(({ weights, bias }, i) => {
    tensors[`weights.${i}`] = { shape: [weights.length / bias.length, bias.length], data: weights }
    tensors[`bias.${i}`] = { shape: [bias.length], data: bias }
  })
  const settings = JSON.stringify({ labels, width })
  return writeTensors(tensors, { format: 'rightsize-head@1', settings })
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
  const scores = headScores(model, embedding)
  const top = scores.reduce((best, score) => Math.max(best, score))
  const index = scores.indexOf(top)
  const probabilities = softmax(scores, top)
  return { label: model.labels[index] as string, index, probabilities, known: embedding.length }
}
