import type { RuntimeContext } from '../../contract/runtime.ts'
import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { runtimePart } from '../../core/part/runtimes.ts'
import type { CandidateSpec, Spec } from '../../core/spec/spec.ts'
import { inputText } from './differences.ts'
import type { Effects, LabelledText, TrainedStudent } from './effects.ts'
import type { RunEvent } from './events.ts'
import type { LoadedData } from './load.ts'

/** Candidates that the run must train before it can judge them. A student without a model is always trained. */
export function needsTraining(candidate: CandidateSpec): boolean {
  if (candidate.train === false) return false
  if (candidate.train !== undefined) return true
  return runtimePart(candidate.runtime).student && candidate.model === undefined
}

export interface TrainedHere extends TrainedStudent {
  /** CPU seconds of its training that this process took; the rest is that of child processes. */
  readonly ownCpuS: number
}

/**
 * Trains every student of the spec. With a train part it is taught on that; without one the test rows both teach and
 * judge, by cross-fitting, so that no row judges a model that has seen it or another row of its cluster. By candidate id.
 * A student that cannot be trained becomes a broken candidate (the reason is kept), not the end of the run.
 */
export async function trainAll(
  spec: Spec,
  data: LoadedData,
  effects: Effects,
  context: RuntimeContext,
  onEvent: (event: RunEvent) => void,
): Promise<ReadonlyMap<string, TrainedHere | RightsizeError>> {
  const trained = new Map<string, TrainedHere | RightsizeError>()
  const students = spec.candidates.filter(needsTraining)
  if (students.length === 0) return trained
  const test = labelled(data.test.items)
  const train = data.train ? labelled(data.train.items) : test
  const rows = { train, test, crossFit: data.train === null }
  for (const candidate of students) {
    const how = rows.crossFit ? ', cross-fitted: no row judges a model that saw it' : ''
    const detail = `${candidate.id} on ${train.length} rows${how}`
    onEvent({ type: 'stage', stage: 'train', detail })
    try {
      const before = effects.own.cpuS()
      const student = await effects.trainStudent(candidate, rows, context, onEvent)
      trained.set(candidate.id, { ...student, ownCpuS: effects.own.cpuS() - before })
    } catch (cause) {
      if (!(cause instanceof RightsizeError)) throw cause
      trained.set(candidate.id, cause)
      onEvent({ type: 'note', text: `${candidate.id} could not be trained: ${cause.message}` })
    }
  }
  return trained
}

function labelled(items: readonly Item[]): readonly LabelledText[] {
  return items.flatMap((item) =>
    item.expected === null || item.expected === undefined
      ? []
      : [labelledText(item, String(item.expected))],
  )
}

const labelledText = (item: Item, label: string): LabelledText => ({
  id: item.id,
  text: inputText(item),
  label,
  group: item.cluster,
})
