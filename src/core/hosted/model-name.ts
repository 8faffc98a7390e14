/**
 * Names of models as people write them, brought to one spelling. Publisher, region, file ending, format, precision and
 * date say nothing about how large a model is, so they are left out; words that do (`mini`, `8b`, `a3b`) always stay.
 */

/** Bits per weight that a name states: `-FP8`, `AWQ`, `Q4_K_M`, `w8a8`; null where it states none. */
export function bitsInName(model: string): number | null {
  const name = model.toLowerCase()
  const row = precisions.find(([pattern]) => pattern.test(name))
  return row === undefined ? null : row[1]
}

const between = (body: string) => new RegExp(`(?<![a-z0-9])(?:${body})(?![a-z0-9])`)

/** mxfp4 and nvfp4 share an 8-bit scale among 32 and 16 weights; the K formats of llama.cpp are near their number. */
const precisions: readonly (readonly [RegExp, number])[] = [
  [between('mxfp4'), 4.25],
  [between('nvfp4|fp4'), 4.5],
  [between('fp8|int8|8-?bit|w8a8|w8a16|q8(?:_[0k])?'), 8],
  [between('awq|gptq(?:-int4)?|int4|4-?bit|nf4|w4a16|iq4_(?:xs|nl)|q4(?:_[01k](?:_[sml])?)?'), 4],
  [between('q6(?:_k)?'), 6],
  [between('q5(?:_[01k](?:_[sml])?)?'), 5],
  [between('i?q3(?:_k)?(?:_(?:xxs|xs|[sml]))?'), 3],
  [between('i?q2(?:_k)?(?:_(?:xxs|xs|[sml]))?'), 2],
  [between('bf16|fp16|f16|float16'), 16],
]

/** Words of a name that do not change how many parameters a model has. */
const silent = new Set([
  ...['instruct', 'chat', 'it', 'hf', 'base', 'pt', 'gguf', 'awq', 'gptq', 'onnx', 'mlx', 'bnb'],
  ...['gptqmodel', 'latest', 'free', 'dynamic', 'quantized', 'qat', 'unsloth', 'pytorch', 'keras'],
])

/** A length of context (`128k`) is none either. */
const isSilent = (word: string): boolean => word === '' || silent.has(word) || /^\d+k$/.test(word)

/** Words of hosts for how they serve a model; dropped only where the name states its size. */
const serving = new Set(['turbo', 'instant', 'versatile', 'fast', 'lite', 'preview', 'hybrid'])

/**
 * Spellings under which a model is looked for, the most exact first: with its date, without it, and where the name states
 * its size (`8b`), up to that size alone. Empty for a name that is made of silent words only.
 */
export function spellings(model: string): readonly string[] {
  const whole = words(bare(model))
  const plain = words(undated(bare(model)))
  const sized = upToSize(plain)
  const all = [whole, plain, plain.filter((word) => word !== 'preview'), ...sized]
  return [...new Set(all.map((list) => list.join('-')).filter((text) => text !== ''))]
}

/** The last part of a path, without vendor, region and version of Bedrock, and without a file ending. */
function bare(model: string): string {
  const last = model.trim().toLowerCase().split('/').at(-1) ?? ''
  return last
    .replace(/\.(gguf|safetensors|onnx|bin)$/, '')
    .replace(/-v\d+:\d+(:\d+k)?$/, '')
    .replace(/^(us|eu|apac|global|jp|au|ca)\.(?=[a-z])/, '')
    .replace(/^(anthropic|meta|mistral|cohere|openai|deepseek|qwen|google)\.(?=[a-z])/, '')
    .replace(/^meta-(?=llama)/, '')
}

/** Without a date behind the name: 2024-08-06, 20250929, 05-20, 09-2025. A model number such as 2407 is none. */
const undated = (name: string): string =>
  name
    .replace(/[-@](20\d\d-?\d{2}-?\d{2})(?=$|[-:])/, '')
    .replace(/(preview|exp)-(\d{2}-\d{2}|\d{2}-20\d\d)$/, '$1')

/** Letters and digits that touch are two words (`qwen3`), digits and the letter behind them one (`8b`, `4o`). */
function words(name: string): readonly string[] {
  const plain = precisions
    .reduce((text, [pattern]) => text.replace(new RegExp(pattern, 'g'), ''), name)
    .replace(/(\d)p(?=\d)/g, '$1-')
    .replace(/(?<![a-z])v(?=\d)/g, '')
    .replace(/([a-z])(?=\d)/g, '$1-')
  return plain.split(/[^a-z0-9]+/).filter((word) => !isSilent(word))
}

const isSize = (word: string): boolean => /^\d+(b|m)$/.test(word)

/** The words up to the last size, without those of a host; for experts also without the active size. */
function upToSize(all: readonly string[]): readonly (readonly string[])[] {
  const last = all.findLastIndex(isSize)
  if (last < 1) return []
  const named = all.slice(0, last + 1).filter((word) => !serving.has(word))
  return named.at(-2) === 'a' ? [named, named.slice(0, -2)] : [named]
}
