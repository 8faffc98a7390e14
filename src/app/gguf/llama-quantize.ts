import type { RunProgram } from '../../contract/program.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { decodeGguf, type GgufFile } from '../../core/onnx/gguf.ts'
import type { ByteSource } from '../../core/onnx/model.ts'
import type { GgufRequest, GgufSource } from './source.ts'

export interface QuantizeEffects {
  readonly source: (path: string) => ByteSource
  readonly run: RunProgram
  readonly signal: AbortSignal
}

/** What the program took, and the line in which it named its build; null where it named none. */
export interface Quantized {
  readonly cpuS: number | null
  readonly wallS: number
  readonly version: string | null
}

/**
 * Writes `draft` as `type`. Paths are absolute: llama-quantize reads an output that begins with a digit, `7b-Q4_K_M.gguf`, as the number
 * of a type. Throws LLAMA_QUANTIZE_MISSING, LLAMA_QUANTIZE_FAILED.
 */
export async function quantize(
  request: GgufRequest,
  [draft, type]: readonly [string, string],
  effects: QuantizeEffects,
): Promise<Quantized> {
  const { model, imatrix, allowRequantize, program } = request
  const args = [
    ...(allowRequantize ? ['--allow-requantize'] : []),
    ...(imatrix === undefined ? [] : ['--imatrix', imatrix]),
    ...[model, draft, type],
  ]
  const result = await effects.run(program, args, effects.signal)
  if (result === null)
    throw new RightsizeError('LLAMA_QUANTIZE_MISSING', `there is no program '${program}'`)
  if (result.code !== 0) {
    const ended = result.code === null ? 'was ended by a signal' : `ended with ${result.code}`
    const command = [program, ...args].map(quoted).join(' ')
    const what = `${command} ${ended}: ${lastLines(result.output)}`
    throw new RightsizeError('LLAMA_QUANTIZE_FAILED', what)
  }
  const version = /^.*\bbuild\s*[:=].*$/m.exec(result.output)?.[0].trim() ?? null
  return { ...result, version }
}

function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-4).join(' / ').slice(-600)
}

/** The header of the result: the same tensors in the same shapes, in fewer bytes. */
export function checked(
  { file, bytes }: GgufSource,
  [draft, type]: readonly [string, string],
  { source }: Pick<QuantizeEffects, 'source'>,
): GgufSource {
  const refuse = (what: string) => new RightsizeError('LLAMA_QUANTIZE_FAILED', `${type}: ${what}`)
  const [made, size] = readVariant(source, draft, refuse)
  const shapes = (one: GgufFile) => new Map(one.tensors.map((t) => [t.name, t.dims.join('x')]))
  const [before, after] = [shapes(file), shapes(made)]
  const odd = [...before].find(([name, dims]) => after.get(name) !== dims)
  if (odd !== undefined)
    throw refuse(`tensor '${odd[0]}' was ${odd[1]} and is ${after.get(odd[0]) ?? 'missing'}`)
  if (after.size !== before.size)
    throw refuse(`${after.size} tensors were written, the source has ${before.size}`)
  if (size >= bytes) throw refuse(`the result has ${size} bytes, the source ${bytes}`)
  return { file: made, bytes: size }
}

function readVariant(
  source: QuantizeEffects['source'],
  path: string,
  refuse: (what: string) => RightsizeError,
): readonly [GgufFile, number] {
  try {
    const opened = source(path)
    return [decodeGguf(opened), opened.size]
  } catch (error) {
    throw refuse(
      `what it wrote cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** A word of a command line for people to copy into a shell. */
export const quoted = (word: string): string =>
  /^[\w./:=+,@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
