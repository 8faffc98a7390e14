import { RightsizeError } from '../error/error.ts'

/** What models do that no estimate from text tokens covers, by the words in their names. */
const kinds: readonly (readonly [what: string, words: RegExp])[] = [
  ['sound', between('audio|realtime|tts|transcribe|transcription|whisper|speech|voxtral|voice')],
  ['images', between('image|images|dall-e(?:-\\d)?|imagen|flux|sdxl|diffusion|text-to-image')],
  ['video', between('video|sora|veo|text-to-video')],
  ['ranking of documents', between('rerank|reranker')],
]

function between(words: string): RegExp {
  return new RegExp(`(?<![a-z])(?:${words})(?![a-z])`, 'i')
}

/** Throws NOT_MODELED for a model whose name says that it makes or hears something else than text. */
export function requireText(model: string): void {
  const found = kinds.find(([, words]) => words.test(model))
  if (found !== undefined)
    throw new RightsizeError('NOT_MODELED', `${model} works with ${found[0]}, which is not modeled`)
}
