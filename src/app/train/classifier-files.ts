import { encodeModel } from '../../core/onnx/encode.ts'
import type { Model } from '../../core/onnx/model.ts'

/** JSON as the bytes of a file. */
export const jsonFile = (value: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(value))

/** A classifier in the layout of transformers.js, with the names of its classes in config.json: what reads ONNX folders reads it. */
export function classifierFiles(
  model: Model,
  labels: readonly string[],
  config: Readonly<Record<string, unknown>>,
  tokenizer: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  const id2label = Object.fromEntries(labels.map((label, at) => [String(at), label]))
  const label2id = Object.fromEntries(labels.map((label, at) => [label, at]))
  return new Map([
    ['onnx/model.onnx', encodeModel(model)],
    ...tokenizer,
    ['config.json', jsonFile({ ...config, id2label, label2id })],
  ])
}
