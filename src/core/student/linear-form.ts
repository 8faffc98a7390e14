import type { Classified } from './example.ts'
import { LinearClassifier, type LinearModel, openLinear } from './runtime-linear.ts'
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

const opened = new WeakMap<LinearModel, LinearClassifier>()

/** The most probable label of one text and the probabilities of all, in the order of `model.labels`. */
export function classifyLinear(model: LinearModel, text: string): Classified {
  const classifier = opened.get(model) ?? new LinearClassifier(model)
  opened.set(model, classifier)
  return classifier.classify(text)
}
