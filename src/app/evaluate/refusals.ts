import { checkProducible } from '../../core/data/dataset.ts'
import type { ErrorCode } from '../../core/error/catalogue.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { scorerPart } from '../../core/part/scorer-name.ts'
import { labelReader } from '../../core/score/label-reader.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Collected } from './collect.ts'
import type { LoadedData } from './load.ts'
import type { Broken, OpenedCandidate } from './opened.ts'

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

/**
 * Throws where nothing is left to decide on: the incumbent of a relative bar is broken, or everything is. What a scorer or a
 * meter did to the incumbent, to two candidates running or to all of them is no fault of theirs: that error itself is thrown.
 */
export function refuseIfNothing(
  spec: Spec,
  collected: readonly (Pick<Collected, 'opened' | 'broken'> & Partial<Pick<Collected, 'judged'>>)[],
): void {
  const incumbent = collected.find((one) => one.opened.spec.id === spec.incumbent)
  const needed = spec.bar.kind === 'relative' ? (incumbent?.broken ?? null) : null
  const outside = ofTheRun(collected, needed)
  if (outside !== null) throw new RightsizeError(outside.code as ErrorCode, outside.message)
  if (needed !== null) {
    const { code, message } = needed
    const what = `${spec.incumbent}: ${code}: ${message}`
    throw new RightsizeError('RUN_INCUMBENT_BROKEN', what, nextOf([needed]))
  }
  if (collected.every((one) => one.broken)) {
    const reasons = collected.map(
      ({ opened, broken }) => `${opened.spec.id}: ${broken?.code}: ${broken?.message}`,
    )
    const next = nextOf(collected.map(({ broken }) => broken))
    throw new RightsizeError('RUN_NOTHING_ANSWERED', reasons.join('; '), next)
  }
}

/** What their own errors tell to type next, each once; nothing where none does. */
export function nextOf(broken: readonly (Broken | null)[]): { readonly next?: string } {
  const next = [...new Set(broken.flatMap((one) => one?.next ?? []))].join(' ')
  return next === '' ? {} : { next }
}

/** What a scorer or a meter does to everybody, or to the one that all are compared with; null where it does not. */
function ofTheRun(
  collected: Parameters<typeof refuseIfNothing>[1],
  needed: Broken | null,
): Broken | null {
  if (needed?.by !== undefined) return needed
  const outside = collected.flatMap(({ broken }) => (broken?.by === undefined ? [] : [broken]))
  const judged = collected.some((one) => !one.broken && one.judged?.some((item) => item !== null))
  const twice = outside.filter(({ by }) => by === 'scorer').length > 1 && !judged
  return outside.length === collected.length || twice ? (outside[0] ?? null) : null
}
