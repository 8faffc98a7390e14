import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { RuntimeContext } from '../../../contract/runtime.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { runtimeFor } from '../../../core/part/runtimes.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import { bytesNow } from '../../files/read-file.ts'

/** The one safetensors file of a student. */
export interface StudentFile {
  readonly bytes: Uint8Array
  /** sha256 of the bytes, hex. */
  readonly digest: string
  /** Path of something beside the file. */
  readonly beside: (name: string) => string
}

/** Name of the file inside a model folder. */
const fileName = 'model.safetensors'

/** Reads the file that `model` names, or the one in the folder that it names. Throws MODEL_NOT_FOUND. */
export function studentFile(
  candidate: CandidateSpec,
  context: Pick<RuntimeContext, 'baseDir'>,
): StudentFile {
  if (!candidate.model)
    throw new RightsizeError('MODEL_NOT_FOUND', `candidate ${candidate.id} names no model`, {
      next: 'Give the path of a trained student, or set train: true.',
    })
  const { model } = candidate
  const path = fileIn(isAbsolute(model) ? model : resolve(context.baseDir, model))
  // A plain array: slices of a Buffer are views on the whole file, which the students' readers do not expect.
  const bytes = new Uint8Array(bytesNow(path))
  return {
    bytes,
    digest: createHash('sha256').update(bytes).digest('hex'),
    beside: (name) => join(dirname(path), name),
  }
}

function fileIn(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory()
    ? join(path, fileName)
    : path
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file
  throw new RightsizeError('MODEL_NOT_FOUND', `${file} does not exist`)
}

/** `settings.encoder` of the spec, else the folder `encoder` beside the head. Its labels are not the head's. */
export function encoderOf(candidate: CandidateSpec, file: StudentFile): CandidateSpec {
  const { labels: _labels, parameters: _parameters, ...rest } = candidate
  const named = candidate.settings['encoder']
  return {
    ...rest,
    runtime: runtimeFor.graph,
    model: typeof named === 'string' ? named : file.beside('encoder'),
  }
}
