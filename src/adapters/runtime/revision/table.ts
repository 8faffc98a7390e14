import type { RuntimeSession } from '../../../contract/runtime.ts'
import type { KindsWith } from '../../../core/part/part.ts'
import { isAdapterName, runtimePart, type runtimes } from '../../../core/part/runtimes.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import {
  adapterRevision,
  commandRevision,
  inputsRevision,
  moduleRevision,
  type Place,
  placed,
} from '../../files/code-revision.ts'
import { fileDigest } from '../../files/whole-file.ts'
import { digestModel, openedModel } from '../onnx/folder.ts'
import { encoderOf, studentFile } from '../student/file.ts'

type Revision = (candidate: CandidateSpec, place: Place) => Promise<string>

const onnxRevision: Revision = async (candidate, place) =>
  digestModel(openedModel(candidate, place))
const studentRevision: Revision = async (candidate, place) => studentFile(candidate, place).digest

/** Kinds whose model is files on this machine. */
type FileKind = KindsWith<typeof runtimes, { where: 'child' | 'here' }>

/** How the identity of each kind is computed from its files, without running any of them. */
const revisions: Readonly<Record<FileKind, Revision>> = {
  onnx: onnxRevision,
  encoder: onnxRevision,
  linear: studentRevision,
  static: studentRevision,
  head: async (candidate, place) => {
    const file = studentFile(candidate, place)
    return `${file.digest} on ${await onnxRevision(encoderOf(candidate, file), place)}`
  },
  module: moduleRevision,
  command: commandRevision,
  replay: ({ model = '' }, place) => fileDigest(placed(model, place)),
}

/**
 * The revision that a session of the candidate has now, from its files alone: nothing is run, nobody is asked. Of an
 * adapter only the digest of its code, one word of the revision. Null for models that are elsewhere. Rejects where a
 * file is missing.
 */
export async function revisionOf(candidate: CandidateSpec, place: Place): Promise<string | null> {
  const { runtime } = candidate
  const own = isAdapterName(runtime)
    ? await adapterRevision(runtime)
    : runtimePart(runtime).where === 'elsewhere'
      ? undefined
      : await revisions[runtime as FileKind](candidate, place)
  return own === undefined ? null : withInputs(own, candidate, place)
}

/**
 * The session with the files in its identity that it cannot know itself: the code of an adapter, which alone tells what
 * its model is, and the declared inputs of its candidate.
 */
export async function withFiles(
  session: RuntimeSession,
  candidate: CandidateSpec,
  place: Place,
): Promise<RuntimeSession> {
  const { runtime, inputs } = candidate
  const code = isAdapterName(runtime) ? ` ${await adapterRevision(runtime)}` : ''
  if (code === '' && inputs === undefined) return session
  const named = async (identity: RuntimeSession['identity']) => ({
    ...identity,
    revision: await withInputs(`${identity.revision}${code}`, candidate, place),
  })
  const { probe } = session
  return {
    ...session,
    identity: await named(session.identity),
    ...(probe === undefined ? {} : { probe: async (item) => named(await probe(item)) }),
  }
}

async function withInputs(
  revision: string,
  { inputs }: CandidateSpec,
  place: Place,
): Promise<string> {
  if (inputs === undefined) return revision
  return `${revision} ${await inputsRevision(inputs, place)}`
}
