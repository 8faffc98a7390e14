import type { RuntimeContext, RuntimeItem, RuntimeSession } from '../../contract/runtime.ts'
import { canonicalJson } from '../../core/data/canonical-json.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { runtimePart } from '../../core/part/runtimes.ts'
import { mayChangeAnswers } from '../../core/spec/settings.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { type Figure, unknown } from '../../core/unit/estimate.ts'
import type { Effects } from './effects.ts'
import type { TrainedHere } from './train-students.ts'

/** Why a candidate is given up: the catalogued code and what happened. */
export interface Broken {
  readonly code: string
  readonly message: string
  /** What mends it, where its error states that. */
  readonly next?: string
  /** What failed on it, where it was not the candidate itself. */
  readonly by?: 'scorer' | 'meter' | 'account'
}

/** A candidate of this run: open, or broken with the reason. */
export interface OpenedCandidate {
  readonly spec: CandidateSpec
  readonly session: RuntimeSession | null
  /** sha256 of what can change an answer: model identity, prompt, sampling settings. Key of stored outcomes. */
  readonly digest: string
  readonly broken: Broken | null
  readonly trained: TrainedHere | null
  /** CPU seconds of opening in another process than this. */
  readonly openCpuS: Figure
  readonly openWallS: number
}

/**
 * Opens one candidate. A candidate that cannot open is that candidate's failure, not the run's; a package that is not installed
 * is the user's to install (TENSOR_ENGINE_MISSING), before anything is paid for.
 */
export async function openCandidate(
  spec: CandidateSpec,
  trained: TrainedHere | null,
  effects: Effects,
  context: RuntimeContext,
): Promise<OpenedCandidate> {
  const started = effects.clock.monotonicS()
  try {
    const asked = await withPrompt(trained?.candidate ?? spec, effects, context.baseDir)
    const session = await effects.openRuntime(asked, context)
    const usage = await session.usage?.()
    return {
      trained,
      spec: { ...asked, id: spec.id, base: spec.base },
      session,
      digest: candidateDigest(asked, session, trained, effects),
      broken: null,
      openCpuS: usage === undefined ? 0 : (usage.loadCpuS ?? unknown(unseenLoad)),
      openWallS: effects.clock.monotonicS() - started,
    }
  } catch (cause) {
    const broken = brokenCandidate(spec, trained, cause as Error, effects)
    if (broken.broken.code === 'TENSOR_ENGINE_MISSING') throw cause
    return broken
  }
}

const unseenLoad = 'the program does not tell the CPU time of its start'

/** The candidate after its probe with an item of the data: who answers is known, or why nobody does. */
export async function probed(
  one: OpenedCandidate,
  item: RuntimeItem | undefined,
  effects: Effects,
): Promise<OpenedCandidate> {
  const { session, spec, trained } = one
  if (!session?.probe || !item) return one
  try {
    const proven = { ...session, identity: await session.probe(item) }
    const digest = candidateDigest(spec, proven, trained, effects)
    return { ...one, session: proven, digest }
  } catch (cause) {
    await session.close()
    return brokenCandidate(spec, trained, cause as Error, effects)
  }
}

/** A candidate that could not be opened, or not be trained. */
export function brokenCandidate(
  spec: CandidateSpec,
  trained: TrainedHere | null,
  cause: Error,
  effects: Effects,
) {
  const code = cause instanceof RightsizeError ? cause.code : 'RUNTIME_FAILED'
  const digest = effects.digest(new TextEncoder().encode(`broken\n${spec.id}`))
  const next = cause instanceof RightsizeError ? { next: cause.next } : {}
  const broken = { code, message: cause.message, ...next }
  return { spec, trained, session: null, digest, broken, openCpuS: 0, openWallS: 0 }
}

/** Prompts named by `file://` are read here, so that their text enters the digest. */
async function withPrompt(
  spec: CandidateSpec,
  effects: Effects,
  baseDir: string,
): Promise<CandidateSpec> {
  const read = async (text: string | undefined): Promise<string | undefined> =>
    text?.startsWith('file://')
      ? effects.readText(effects.resolve(baseDir, text.slice('file://'.length)))
      : text
  const prompt = await read(spec.prompt)
  const system = await read(spec.system)
  return {
    ...spec,
    ...(prompt === undefined ? {} : { prompt }),
    ...(system === undefined ? {} : { system }),
  }
}

function candidateDigest(
  spec: CandidateSpec,
  session: RuntimeSession,
  trained: TrainedHere | null,
  effects: Effects,
): string {
  const settings = Object.fromEntries(
    Object.entries(spec.settings).filter(([key]) => mayChangeAnswers(key)),
  )
  const { model, revision, precision, engine } = session.identity
  // By a digest of its contents a model is the same wherever it lies; anything less needs its name beside it.
  const named = /^[0-9a-f]{64}\b/.test(revision) ? {} : { model }
  const identity = { ...named, revision, precision, engine }
  const taught = trained?.outOfFold ? 'cross-fitted' : undefined
  const { reading } = runtimePart(spec.runtime)
  const text = canonicalJson({
    identity,
    settings,
    prompt: spec.prompt,
    system: spec.system,
    labels: spec.labels,
    taught,
    ...(reading > 1 ? { reading } : {}),
  })
  return effects.digest(new TextEncoder().encode(text))
}
