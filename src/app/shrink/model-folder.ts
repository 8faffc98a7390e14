import { encodeModel } from '../../core/onnx/encode.ts'
import { modelIdentity } from '../../core/result/model-identity.ts'
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
  const bytesOf = (name: string) => files.get(name) ?? null
  const json = (name: string): unknown => {
    const bytes = bytesOf(name)
    return bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes))
  }
  const tokenizer = bytesOf('tokenizer.json')
  return modelIdentity(
    {
      graph: digest(bytesOf(graph) ?? new Uint8Array()),
      data: {},
      tokenizer: tokenizer === null ? null : digest(tokenizer),
      tokenizerConfig: json('tokenizer_config.json'),
      config: json('config.json') ?? {},
    },
    digest,
  )
}
