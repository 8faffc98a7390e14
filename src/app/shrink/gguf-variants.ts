import type { RunProgram } from '../../contract/program.ts'
import { cpuEnergy, withWorkloadPower } from '../../core/energy/cpu-model.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { decodeGguf, type GgufFile } from '../../core/onnx/gguf.ts'
import {
  bitsPerWeight,
  type GgufPreset,
  ggufPresets,
  type PredictedSize,
  predictSize,
  quantisedTypes,
} from '../../core/onnx/gguf-presets.ts'
import type { ByteSource } from '../../core/onnx/model.ts'
import { type RuntimeKind, runtimeFor } from '../../core/part/runtimes.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'

/** Types that are made unless others are named: from nearly no loss to the usual compromise. */
export const defaultTypes = ['Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M'] as const

export interface GgufRequest {
  /** Absolute path of the source. */
  readonly model: string
  /** Absolute path of the folder for the variants. */
  readonly out: string
  /** Types of llama-quantize; the default ones where empty. */
  readonly types: readonly string[]
  readonly without: readonly string[]
  /** Absolute path of an importance matrix. */
  readonly imatrix: string | undefined
  readonly allowRequantize: boolean
  /** Path of llama-quantize, or its name where PATH has it. */
  readonly program: string
}

export interface GgufEffects {
  readonly source: (path: string) => ByteSource
  readonly run: RunProgram
  /** sha256 of a file, read in pieces. */
  digest(path: string): Promise<string>
  /** Makes the folder of this file. */
  makeRoom(path: string): Promise<void>
  /** Gives a finished file its name. */
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  write(path: string, text: string): Promise<void>
  join(folder: string, name: string): string
  /** Hardware threads; null in a virtual machine. */
  readonly machineThreads: number | null
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/** A candidate of `rightsize run`, and the command that serves what it asks. */
export interface GgufCandidate {
  readonly entry: {
    readonly id: string
    readonly runtime: RuntimeKind
    readonly model: string
    readonly baseUrl: string
  }
  readonly serve: string
}

export interface GgufVariant {
  readonly type: string
  readonly file: string
  readonly digest: string
  readonly bytes: number
  readonly bitsPerWeight: number
  /** Tensors of each storage type, as the header of the result says. */
  readonly tensorTypes: Readonly<Record<string, number>>
  readonly predictedBytes: number | null
  readonly cpuS: number | null
  readonly wallS: number
  /** Of the quantising itself; modelled from CPU seconds. */
  readonly energy: Estimate<'J'>
  readonly candidate: GgufCandidate
}

/** What was made of one GGUF file. Nothing here says that a variant is good enough: `rightsize run` does. */
export interface GgufVariants {
  readonly schema: 'rightsize/gguf-variants@1'
  readonly source: {
    readonly file: string
    readonly digest: string
    readonly bytes: number
    readonly parameters: number
    readonly bitsPerWeight: number
    /** Its own quantised types; empty for a 16- or 32-bit file. */
    readonly quantised: readonly string[]
    readonly candidate: GgufCandidate
  }
  readonly tool: {
    readonly program: string
    /** The line of its output that names its build; null where it names none. */
    readonly version: string | null
    readonly imatrix: { readonly file: string; readonly digest: string } | null
  }
  readonly variants: readonly GgufVariant[]
  readonly failed: readonly { readonly type: string; readonly why: string }[]
  readonly proof: string
}

/** The sizes that the types of the request would give, from the header alone. A type whose mixture is not known gets null. */
export interface GgufPlan {
  readonly bytes: number
  readonly parameters: number
  readonly bitsPerWeight: number
  readonly sizes: readonly { readonly type: string; readonly predicted: PredictedSize | null }[]
}

/** Reads the source's header and predicts. Throws GGUF_NOT_SOURCE, TENSOR_FILE_INVALID, ONNX_NOT_FOUND. */
export function planGguf(request: GgufRequest, { source }: Pick<GgufEffects, 'source'>): GgufPlan {
  const { file, bytes } = openSource(request, source)
  return {
    ...{ bytes, parameters: file.parameters, bitsPerWeight: bitsPerWeight(file) },
    sizes: typesOf(request).map((type) => {
      const preset = presetOf(type)
      return { type, predicted: preset === undefined ? null : predictSize(file, bytes, preset) }
    }),
  }
}

/**
 * Makes one file per type with the user's llama-quantize, checks each by its header, and writes gguf-variants.json beside them. A type that fails is
 * listed and the others go on. Throws LLAMA_QUANTIZE_MISSING, LLAMA_QUANTIZE_FAILED where no type succeeded, GGUF_NOT_SOURCE.
 */
export async function makeGgufVariants(
  request: GgufRequest,
  effects: GgufEffects,
): Promise<GgufVariants> {
  const { file, bytes } = openSource(request, effects.source)
  const name = nameOf(request.model)
  const job: Job = { request, effects, file, bytes, name, versions: [] }
  const variants: GgufVariant[] = []
  const failed: { type: string; why: string }[] = []
  for (const [at, type] of typesOf(request).entries()) {
    effects.signal.throwIfAborted()
    effects.say(`llama-quantize ${type} ...`)
    try {
      variants.push(await makeVariant(job, type, at))
    } catch (error) {
      if (!(error instanceof RightsizeError) || error.code !== 'LLAMA_QUANTIZE_FAILED') throw error
      failed.push({ type, why: error.message })
    }
  }
  if (variants.length === 0)
    throw new RightsizeError('LLAMA_QUANTIZE_FAILED', failed.map(({ why }) => why).join('\n'))
  const record = await recordOf(job, variants, failed)
  const path = effects.join(request.out, 'gguf-variants.json')
  await effects.write(path, `${JSON.stringify(record, null, 2)}\n`)
  return record
}

interface Job {
  readonly request: GgufRequest
  readonly effects: GgufEffects
  readonly file: GgufFile
  readonly bytes: number
  readonly name: string
  /** Lines in which the tool named its build. */
  readonly versions: string[]
}

function openSource(
  { model, allowRequantize }: GgufRequest,
  source: GgufEffects['source'],
): { readonly file: GgufFile; readonly bytes: number } {
  const opened = source(model)
  const file = decodeGguf(opened)
  if (file.parameters === 0)
    throw new RightsizeError('GGUF_NOT_SOURCE', 'it holds no weights', { at: model })
  const parts = file.metadata.get('split.count')
  if (typeof parts === 'number' && parts > 1) {
    const next = 'Merge the parts first: llama-gguf-split --merge FIRST-PART MERGED.gguf'
    const what = `it is one of ${parts} parts of a split model`
    throw new RightsizeError('GGUF_NOT_SOURCE', what, { at: model, next })
  }
  const quantised = quantisedTypes(file)
  if (quantised.length > 0 && !allowRequantize) {
    const what = `its tensors are ${quantised.join(', ')} already`
    throw new RightsizeError('GGUF_NOT_SOURCE', what, { at: model })
  }
  return { file, bytes: opened.size }
}

/** The types asked for, as llama-quantize writes them. Throws FLAG_UNKNOWN_WORD where nothing is left or a type is no word. */
function typesOf({ types, without }: GgufRequest): readonly string[] {
  const upper = (names: readonly string[]) => names.map((name) => name.toUpperCase())
  const asked = types.length === 0 ? defaultTypes : upper(types)
  const left = [...new Set(asked)].filter((type) => !upper(without).includes(type))
  const odd = left.find((type) => !/^[A-Z]+\d+(_[A-Z0-9]+)*$/.test(type))
  if (odd !== undefined)
    throw new RightsizeError('FLAG_VALUE', `"${odd}" is no type of llama-quantize`, {
      next: `Types are ${ggufPresets.map(({ name }) => name).join(', ')} and others that llama-quantize --help lists.`,
    })
  if (left.length === 0) throw new RightsizeError('FLAG_VALUE', '--without leaves no type to make')
  return left
}

const presetOf = (type: string): GgufPreset | undefined =>
  ggufPresets.find(({ name }) => name === type)

const nameOf = (path: string): string =>
  (path.split(/[\\/]/).at(-1) ?? path).replace(/\.gguf$/i, '')

async function makeVariant(job: Job, type: string, at: number): Promise<GgufVariant> {
  const { request, effects, name } = job
  const path = effects.join(request.out, `${name}-${type}.gguf`)
  const draft = `${path}.part`
  await effects.makeRoom(path)
  try {
    const ran = await quantise(job, draft, type)
    const made = checked(job, draft, type)
    await effects.rename(draft, path)
    const preset = presetOf(type)
    return {
      ...{ type, file: path, digest: await effects.digest(path) },
      ...{ bytes: made.bytes, bitsPerWeight: bitsPerWeight(made.file) },
      tensorTypes: tensorTypes(made.file),
      predictedBytes:
        preset === undefined ? null : Math.round(predictSize(job.file, job.bytes, preset).bytes),
      ...{ cpuS: ran.cpuS, wallS: ran.wallS, energy: energyOf(ran.cpuS, effects.machineThreads) },
      candidate: candidateOf(path, `${name}-${type}`, firstPort + 1 + at),
    }
  } finally {
    await effects.remove(draft)
  }
}

/** Paths are absolute: llama-quantize reads an output that begins with a digit, `7b-Q4_K_M.gguf`, as the number of a type. */
async function quantise(
  { request, effects, versions }: Job,
  draft: string,
  type: string,
): Promise<{ readonly cpuS: number | null; readonly wallS: number }> {
  const { model, imatrix, allowRequantize, program } = request
  const args = [
    ...(allowRequantize ? ['--allow-requantize'] : []),
    ...(imatrix === undefined ? [] : ['--imatrix', imatrix]),
    ...[model, draft, type],
  ]
  const result = await effects.run(program, args, effects.signal)
  if (result === null)
    throw new RightsizeError('LLAMA_QUANTIZE_MISSING', `there is no program '${program}'`)
  const version = /^.*\bbuild\s*[:=].*$/m.exec(result.output)?.[0].trim()
  if (version !== undefined) versions.push(version)
  if (result.code !== 0) {
    const ended = result.code === null ? 'was ended by a signal' : `ended with ${result.code}`
    const command = [program, ...args].map(quoted).join(' ')
    const what = `${command} ${ended}: ${lastLines(result.output)}`
    throw new RightsizeError('LLAMA_QUANTIZE_FAILED', what)
  }
  return result
}

function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-4).join(' / ').slice(-600)
}

/** The header of the result: the same tensors in the same shapes, in fewer bytes. */
function checked(
  { file, bytes, effects }: Job,
  draft: string,
  type: string,
): { readonly file: GgufFile; readonly bytes: number } {
  const refuse = (what: string) => new RightsizeError('LLAMA_QUANTIZE_FAILED', `${type}: ${what}`)
  const [made, size] = readVariant(effects.source, draft, refuse)
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
  source: GgufEffects['source'],
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

function tensorTypes({ tensors }: GgufFile): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { type } of tensors) counts[type.name] = (counts[type.name] ?? 0) + 1
  return counts
}

function energyOf(cpuS: number | null, threads: number | null): Estimate<'J'> {
  if (cpuS === null)
    return unknown('CPU time of the program is not shown here, or was too short to show')
  const use = { cpuS, wallS: 0, threads: 0, rssBytes: 0 }
  return withWorkloadPower(cpuEnergy(use, { threads }).active)
}

const firstPort = 8080

function candidateOf(path: string, id: string, port: number): GgufCandidate {
  const name = id.replace(/[^\w.+-]+/g, '-')
  return {
    entry: {
      ...{ id: name, runtime: runtimeFor.endpoint, model: name },
      baseUrl: `http://127.0.0.1:${port}/v1`,
    },
    serve: `llama-server -m ${quoted(path)} --alias ${name} --port ${port}`,
  }
}

/** A word of a command line for people to copy into a shell. */
const quoted = (word: string): string =>
  /^[\w./:=+,@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

async function recordOf(
  { request, effects, file, bytes, name, versions }: Job,
  variants: readonly GgufVariant[],
  failed: GgufVariants['failed'],
): Promise<GgufVariants> {
  const { model, imatrix, program } = request
  return {
    schema: 'rightsize/gguf-variants@1',
    source: {
      ...{ file: model, digest: await effects.digest(model), bytes, parameters: file.parameters },
      ...{ bitsPerWeight: bitsPerWeight(file), quantised: quantisedTypes(file) },
      candidate: candidateOf(model, name, firstPort),
    },
    tool: {
      ...{ program, version: versions[0] ?? null },
      imatrix:
        imatrix === undefined ? null : { file: imatrix, digest: await effects.digest(imatrix) },
    },
    ...{ variants, failed },
    proof: 'none: serve the variants, add the candidates to a spec, and let rightsize run decide',
  }
}
