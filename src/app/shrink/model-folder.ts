import { encodeModel } from '../../core/onnx/encode.ts'
import { filesBeside, modelIdentity } from '../../core/result/model-identity.ts'
import type { Contender } from './contender.ts'
import type { Original } from './open-original.ts'

const encoder = new TextEncoder()
export const jsonFile = (value: unknown): Uint8Array =>
  encoder.encode(`${JSON.stringify(value, null, 1)}\n`)

/** Files of the model folder of a contender, its graph under `file`; those of the original that it does not change are copied. */
export function modelFilesOf(
  contender: Contender,
  file: string,
  { artefact: before, sidecars, labels }: Original,
): ReadonlyMap<string, Uint8Array> {
  if (contender.state === null) return contender.files
  const { artefact } = contender.state
  const files = new Map<string, Uint8Array>()
  for (const [name, text] of sidecars) files.set(name, encoder.encode(text))
  files.set(file, encodeModel(artefact.model))
  const named = artefact.config['id2label'] != null
  const config = named ? artefact.config : { ...artefact.config, id2label: { ...labels } }
  if (config !== before.config) files.set('config.json', jsonFile(config))
  if (artefact.tokenizer !== before.tokenizer)
    files.set('tokenizer.json', jsonFile(artefact.tokenizer))
  if (artefact.tokenizerConfig !== before.tokenizerConfig)
    files.set('tokenizer_config.json', jsonFile(artefact.tokenizerConfig))
  return files
}

/** The identity that `run` computes when it opens the folder: of an n-gram model that of its one file. */
export function identityOf(
  contender: Contender,
  original: Original,
  digest: (bytes: Uint8Array) => string,
): string {
  if (contender.state === null) return contender.id
  const graph = 'graph'
  const files = modelFilesOf(contender, graph, original)
  const beside: Record<string, string> = {}
  for (const name of filesBeside) {
    const bytes = files.get(name)
    if (bytes !== undefined) beside[name] = digest(bytes)
  }
  const bytes = files.get(graph) ?? new Uint8Array()
  return modelIdentity({ graph: digest(bytes), data: {}, beside }, digest)
}
