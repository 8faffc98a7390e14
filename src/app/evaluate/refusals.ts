import { checkProducible } from '../../core/data/dataset.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { scorerPart } from '../../core/part/scorer-name.ts'
import { labelReader } from '../../core/score/label-reader.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Collected } from './collect.ts'
import type { LoadedData } from './load.ts'
import type { OpenedCandidate } from './opened.ts'

/** A label that no candidate can answer would count as wrong for everybody. Texts can be anything, so only labels count. */
export function refuseLostLabels(
  spec: Spec,
  data: LoadedData,
  opened: readonly OpenedCandidate[],
): void {
  const plain = spec.scorers.every(
    ({ name, options }) => scorerPart(name).reads === 'label' && Object.keys(options).length === 0,
  )
  if (!plain) return
  const able = opened.filter((one) => one.session !== null)
  checkProducible(
    data.labels,
    able.map(({ session, spec: { labels } }) => session?.identity.labels ?? labels ?? null),
    readable(data.labels, spec),
  )
}

/** The label that an answer is read as; without a closed set, or with `strict`, the answer itself. */
function readable(labels: readonly string[], spec: Spec): (answer: string) => string {
  if (labels.length < 2 || spec.scorers.some(({ options }) => options['strict'] === true))
    return (answer) => answer
  const read = labelReader(labels)
  return (answer) => {
    const reading = read(answer)
    return reading.kind === 'label' ? reading.label : answer
  }
}

/** Throws where nothing is left to decide on: the incumbent of a relative bar is broken, or everything is. */
export function refuseIfNothing(
  spec: Spec,
  collected: readonly Pick<Collected, 'opened' | 'broken'>[],
): void {
  const incumbent = collected.find((one) => one.opened.spec.id === spec.incumbent)
  if (incumbent?.broken && spec.bar.kind === 'relative') {
    const { code, message } = incumbent.broken
    throw new RightsizeError('RUN_INCUMBENT_BROKEN', `${spec.incumbent}: ${code}: ${message}`)
  }
  if (collected.every((one) => one.broken)) {
    const reasons = collected.map(
      ({ opened, broken }) => `${opened.spec.id}: ${broken?.code}: ${broken?.message}`,
    )
    throw new RightsizeError('RUN_NOTHING_ANSWERED', reasons.join('; '))
  }
}
