import { rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { writeWhole } from '../adapters/files/whole-file.ts'
import { openProcesses } from '../adapters/processes/table.ts'
import type { GgufPlan, GgufRequest } from '../app/gguf/source.ts'
import type { GgufVariants } from '../app/gguf/variants.ts'
import { type At, monotonicS, type Watch } from './world.ts'

/** Variants of a GGUF file, made with the user's llama-quantize. Paths may be relative, `program` also a name. */
export async function ggufVariants(
  request: GgufRequest,
  { onEvent, signal }: Watch,
  { effects, cwd }: At,
): Promise<GgufVariants> {
  const { makeGgufVariants } = await import('../app/gguf/variants.ts')
  const { programRunner } = await import('../adapters/processes/program.ts')
  const { tensorFile } = await import('../adapters/tensors/model-file.ts')
  const { fileDigest, makeRoom } = await import('../adapters/files/whole-file.ts')
  const processes = openProcesses(process.platform)
  return makeGgufVariants(placed(request, cwd), {
    say: (text) => onEvent({ type: 'trial', text }),
    ...{ signal, join, rename, makeRoom, digest: fileDigest, write: writeWhole },
    remove: (path) => rm(path, { force: true }),
    source: tensorFile,
    run: programRunner({ processes, nowS: monotonicS }),
    machine: effects.machine,
  })
}

/** Predicted sizes of the variants; nothing is made. */
export async function planGguf(request: GgufRequest, { cwd }: Pick<At, 'cwd'>): Promise<GgufPlan> {
  const { planGguf } = await import('../app/gguf/source.ts')
  const { tensorFile } = await import('../adapters/tensors/model-file.ts')
  return planGguf(placed(request, cwd), { source: tensorFile })
}

function placed(request: GgufRequest, cwd: string): GgufRequest {
  const { model, out, imatrix, program } = request
  const at = (path: string) => resolve(cwd, path)
  return {
    ...request,
    ...{ model: at(model), out: at(out), imatrix: imatrix === undefined ? imatrix : at(imatrix) },
    // A bare name is looked for in PATH.
    program: /[\\/]/.test(program) ? at(program) : program,
  }
}
