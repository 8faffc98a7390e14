import { energyOfCpuTime, type ModeledMachine } from '../../core/energy/cpu-model.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { GgufFile } from '../../core/onnx/gguf.ts'
import { bitsPerWeight, predictSize, quantisedTypes } from '../../core/onnx/gguf-presets.ts'
import { type RuntimeKind, runtimeFor } from '../../core/part/runtimes.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { checked, type QuantizeEffects, quantize, quoted } from './llama-quantize.ts'
import { type GgufRequest, type GgufSource, openSource, presetOf, typesOf } from './source.ts'

export interface GgufEffects extends QuantizeEffects {
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
  readonly machine: ModeledMachine
  readonly say: (text: string) => void
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
  /** Of making it; modeled from CPU seconds. */
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

/**
 * Makes one file per type with the user's llama-quantize, checks each by its header, and writes gguf-variants.json beside them. A type that fails is
 * listed and the others go on. Throws LLAMA_QUANTIZE_MISSING, LLAMA_QUANTIZE_FAILED where no type succeeded, GGUF_NOT_SOURCE.
 */
export async function makeGgufVariants(
  request: GgufRequest,
  effects: GgufEffects,
): Promise<GgufVariants> {
  const source = openSource(request, effects.source)
  const job: Job = { ...source, request, effects, name: nameOf(request.model), versions: [] }
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

interface Job extends GgufSource {
  readonly request: GgufRequest
  readonly effects: GgufEffects
  readonly name: string
  /** Lines in which the tool named its build. */
  readonly versions: string[]
}

const nameOf = (path: string): string =>
  (path.split(/[\\/]/).at(-1) ?? path).replace(/\.gguf$/i, '')

async function makeVariant(job: Job, type: string, at: number): Promise<GgufVariant> {
  const { request, effects, name } = job
  const path = effects.join(request.out, `${name}-${type}.gguf`)
  const draft = `${path}.part`
  await effects.makeRoom(path)
  try {
    const ran = await quantize(request, [draft, type], effects)
    if (ran.version !== null) job.versions.push(ran.version)
    const made = checked(job, [draft, type], effects)
    await effects.rename(draft, path)
    const preset = presetOf(type)
    return {
      ...{ type, file: path, digest: await effects.digest(path) },
      ...{ bytes: made.bytes, bitsPerWeight: bitsPerWeight(made.file) },
      tensorTypes: tensorTypes(made.file),
      predictedBytes:
        preset === undefined ? null : Math.round(predictSize(job.file, job.bytes, preset).bytes),
      ...{ cpuS: ran.cpuS, wallS: ran.wallS, energy: energyOf(ran.cpuS, effects) },
      candidate: candidateOf(path, `${name}-${type}`, firstPort + 1 + at),
    }
  } finally {
    await effects.remove(draft)
  }
}

function tensorTypes({ tensors }: GgufFile): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { type } of tensors) counts[type.name] = (counts[type.name] ?? 0) + 1
  return counts
}

/** Modeled from CPU time: llama-quantize is another program. */
const energyOf = (cpuS: number | null, { machine }: GgufEffects): Estimate<'J'> =>
  cpuS === null
    ? unknown('CPU time of the program is not shown here, or was too short to show')
    : energyOfCpuTime(cpuS, machine)

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
