import type { ModelFiles } from '../../contract/model-files.ts'
import type { OpenTokenizer, Tokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Model } from '../../core/onnx/model.ts'
import { maxTokens } from '../../core/onnx/model-config.ts'

/** A model folder that training continues from. */
export interface EncoderFolder {
  readonly model: Model
  readonly tokenizer: Tokenizer
  readonly config: Readonly<Record<string, unknown>>
  /** Tokens that a text may have. */
  readonly maxLength: number
  /** Files of the tokenizer, which are copied as they are. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

export interface EncoderFiles {
  readonly files: ModelFiles
  readonly openTokenizer: OpenTokenizer
  /** Null where there is no such file. */
  textOrNull(path: string): Promise<string | null>
  join(...parts: readonly string[]): string
}

const carried = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json']

/** An ONNX folder with its tokenizer, as `rightsize import` leaves it. Throws STUDENT_INPUT where the model or the tokenizer is missing. */
export async function openEncoderFolder(
  path: string,
  { files, openTokenizer, textOrNull, join }: EncoderFiles,
): Promise<EncoderFolder> {
  const text = async (name: string) => textOrNull(join(path, name))
  const tokenizerText = await text('tokenizer.json')
  const settings = json(await text('tokenizer_config.json'), path) as Settings | null
  const config = (json(await text('config.json'), path) ?? {}) as Settings
  const model = await files.read(path).catch((cause: unknown) => {
    throw new RightsizeError('STUDENT_INPUT', `${path} holds no ONNX model`, {
      next: `A checkpoint of Hugging Face becomes one with: rightsize import ${path}`,
      cause,
    })
  })
  if (tokenizerText === null)
    throw new RightsizeError('STUDENT_INPUT', `${path} holds no tokenizer.json`)
  const encoder = new TextEncoder()
  const texts = await Promise.all(carried.map(async (name) => [name, await text(name)] as const))
  return {
    model,
    config,
    tokenizer: openTokenizer(json(tokenizerText, path), settings ?? undefined),
    maxLength: maxTokens({ config, tokenizerConfig: settings, inputs: model.graph.inputs }),
    files: new Map(
      texts.flatMap(([name, one]) => (one === null ? [] : [[name, encoder.encode(one)] as const])),
    ),
  }
}

type Settings = Readonly<Record<string, unknown>>

function json(text: string | null, path: string): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RightsizeError('STUDENT_INPUT', `a JSON file in ${path} cannot be read`, { cause })
  }
}
