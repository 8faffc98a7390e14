import type { RuntimeContext } from '../../contract/runtime.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { plural } from '../../core/unit/figure-words.ts'
import type { EvaluateOptions } from './evaluate.ts'
import type { LoadedData } from './load.ts'
import { brokenCandidate, type OpenedCandidate, openCandidate } from './opened.ts'
import { trainAll } from './train-students.ts'

function runtimeContext({
  baseDir,
  effects,
  signal,
  onEvent,
  batch,
}: EvaluateOptions): RuntimeContext {
  return {
    baseDir,
    env: effects.env,
    ...{ fetch: effects.fetch, download: effects.download },
    signal,
    ...(batch === true ? { deferred: true } : {}),
    log: (text) => onEvent({ type: 'note', text }),
  }
}

/** Trains the students, then opens every candidate; one that cannot open is broken, and the run goes on. */
export async function openAll(
  spec: Spec,
  data: LoadedData,
  options: EvaluateOptions,
): Promise<readonly OpenedCandidate[]> {
  const { effects, onEvent } = options
  const context = runtimeContext(options)
  const trained = await trainAll(spec, data, effects, context, onEvent)
  const opened: OpenedCandidate[] = []
  onEvent({ type: 'stage', stage: 'open', detail: plural(spec.candidates.length, 'candidate') })
  for (const candidate of spec.candidates) {
    const student = trained.get(candidate.id)
    const one =
      student instanceof RightsizeError
        ? brokenCandidate(candidate, null, student, effects)
        : await openCandidate(candidate, student ?? null, effects, context)
    opened.push(one)
    if (one.broken)
      onEvent({
        type: 'candidate',
        candidate: candidate.id,
        text: `${one.broken.code}: ${one.broken.message}`,
      })
  }
  return opened
}
