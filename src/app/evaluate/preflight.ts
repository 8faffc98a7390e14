import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { batchPrice } from '../../core/hosted/batch-price.ts'
import { isPaid, outlaySentences } from '../../core/plan/outlay.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Effects } from './effects.ts'
import type { EvaluateOptions } from './evaluate.ts'
import { type OpenedCandidate, probed } from './opened.ts'
import { planInput } from './plan.ts'
import { nextOf, refuseIfNothing } from './refusals.ts'

/**
 * The last look before money is spent: says what will be asked and what it costs, asks every candidate one short question,
 * and refuses where something paid would be judged beside something broken. Throws RUN_NOT_READY with every problem,
 * RUN_INCUMBENT_BROKEN and RUN_NOTHING_ANSWERED.
 */
export async function preflight(
  spec: Spec,
  items: readonly Item[],
  opened: readonly OpenedCandidate[],
  { effects, onEvent }: Pick<EvaluateOptions, 'effects' | 'onEvent'>,
): Promise<readonly OpenedCandidate[]> {
  const refuse = (candidates: readonly OpenedCandidate[]): void => {
    refuseIfNothing(
      spec,
      candidates.map((one) => ({ opened: one, broken: one.broken })),
    )
    refuseUnready(candidates, effects.env)
  }
  refuse(opened)
  onEvent({ type: 'stage', stage: 'preflight', detail: 'before anything is paid' })
  const paid = byBatch(spec, opened)
  for (const text of outlaySentences(paid, planInput(paid, items, null)))
    onEvent({ type: 'note', text })
  const ready = await Promise.all(opened.map((one) => probed(one, items[0], effects)))
  ready.forEach(({ broken, spec: { id } }, at) => {
    if (!broken || opened[at]?.broken) return
    onEvent({ type: 'candidate', candidate: id, text: `${broken.code}: ${broken.message}` })
  })
  refuse(ready)
  return ready
}

/** The spec at the prices that this run pays. */
function byBatch(spec: Spec, opened: readonly OpenedCandidate[]): Spec {
  const later = opened.filter(({ session }) => session?.deferred !== undefined)
  const ids = later.map((one) => one.spec.id)
  const priced = spec.candidates.map((one) =>
    ids.includes(one.id) && one.price ? { ...one, price: batchPrice(one.price) } : one,
  )
  return { ...spec, candidates: priced }
}

/** One broken candidate would cost a second run: what is paid waits until all are ready. */
function refuseUnready(candidates: readonly OpenedCandidate[], env: Effects['env']): void {
  const broken = candidates.filter((one) => one.broken !== null)
  const paid = candidates.filter((one) => !one.broken && isPaid(one.spec, env))
  if (broken.length === 0 || paid.length === 0) return
  const problems = broken.map(
    ({ spec, broken: why }) => `${spec.id}: ${why?.code}: ${why?.message}`,
  )
  const next = nextOf(broken.map(({ broken: why }) => why))
  throw new RightsizeError('RUN_NOT_READY', problems.join('; '), next)
}
