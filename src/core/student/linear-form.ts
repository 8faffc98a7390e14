import { type LinearModel, openLinear } from './runtime-linear.ts'
import { readStudent, writeTensors } from './safetensors.ts'

/** The model as one safetensors file, metadata `format: rightsize-linear@1`. Equal models give equal bytes. */
export function encodeLinear(model: LinearModel): Uint8Array {
  const features = model.hashes.length
  const classes = model.labels.length
  const { labels, grams, wordFeatures } = model
  return writeTensors(
    {
      hashes: { shape: [features], data: model.hashes },
      idf: { shape: [features], data: model.idf },
      scales: { shape: [features], data: model.scales },
      bias: { shape: [classes], data: model.bias },
      weights: { shape: [features, classes], data: model.weights },
    },
    { format: 'rightsize-linear@1', settings: JSON.stringify({ labels, grams, wordFeatures }) },
  )
}

/** Reads what `encodeLinear` wrote. Throws STUDENT_FILE. */
export function decodeLinear(bytes: Uint8Array): LinearModel {
  return readStudent(() => openLinear(bytes))
}
