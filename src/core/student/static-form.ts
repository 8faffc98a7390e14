import { layerTensors } from './head-form.ts'
import { openStatic, type StaticModel } from './runtime-static.ts'
import { readStudent, writeTensors } from './safetensors.ts'

/** The model as one safetensors file, metadata `format: rightsize-static@1`. Equal models give equal bytes. */
export function encodeStatic(model: StaticModel): Uint8Array {
  const { labels, width, unitLength, tokenizer, embeddings, scales } = model
  const { vocab, specials, ...wordpiece } = tokenizer
  const tokens: string[] = []
  for (const [token, id] of vocab) tokens[id] = token
  const settings = { labels, width, unitLength, tokens, specials: [...specials], ...wordpiece }
  return writeTensors(
    {
      embeddings: { shape: [scales.length, width], data: embeddings },
      scales: { shape: [scales.length], data: scales },
      ...layerTensors(model.layers),
    },
    { format: 'rightsize-static@1', settings: JSON.stringify(settings) },
  )
}

/** Reads what `encodeStatic` wrote. Throws STUDENT_FILE. */
export function decodeStatic(bytes: Uint8Array): StaticModel {
  return readStudent(() => openStatic(bytes))
}
