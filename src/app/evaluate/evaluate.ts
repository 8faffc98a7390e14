import type { Store } from '../../contract/store.ts'
import type { Item } from '../../core/data/item.ts'
import type { Provenance, RunResult } from '../../core/result/run-result.ts'
import { closedSet } from '../../core/score/closed-set.ts'
import { itemOrder } from '../../core/select/item-order.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { Ledger } from '../keep/ledger.ts'
import { type OwnProcess, withOwnProcess } from '../measure/own-process.ts'
import { startSpending } from '../measure/spent.ts'
import type { CollectContext, Collected } from './collect.ts'
import { conclude } from './conclude.ts'
import { digestOf } from './digest-of.ts'
import type { Effects } from './effects.ts'
import type { RunEvent } from './events.ts'
import { gather } from './gather.ts'
import { offeredLabels } from './health.ts'
import { limitsOf } from './limits.ts'
import { type LoadedData, loadData } from './load.ts'
import { aheadText, lookAhead, questionOf, takeLook } from './look.ts'
import { measureAll } from './measure.ts'
import { openAll } from './open-all.ts'
import type { OpenedCandidate } from './opened.ts'
import { preflight } from './preflight.ts'
import { pricedSpec } from './priced-spec.ts'
import { refuseLostLabels } from './refusals.ts'
import { placeFor } from './site.ts'

export interface EvaluateOptions {
  readonly baseDir: string
  readonly effects: Effects
  readonly store: Store
  readonly signal: AbortSignal
  readonly onEvent: (event: RunEvent) => void
  /** Where looks at the items are counted. */
  readonly ledger: Ledger
  /** The command that looks. */
  readonly by: string
  readonly generator: string
  /** Ask by the batch interfaces of vendors, where there are any: half the price, answers in hours. */
  readonly batch?: boolean | undefined
}

/**
 * The main job as a recipe: load, train, open, order the items, answer and score, meter, decide, assemble.
 * Holds no formula. An interruption ends the step in hand and still gives a result of what is known.
 */
export function evaluate(spec: Spec, options: EvaluateOptions): Promise<RunResult> {
  return withOwnProcess(options.effects.own, (own) => evaluateBy(own, spec, options))
}

async function evaluateBy(
  own: OwnProcess,
  asked: Spec,
  options: EvaluateOptions,
): Promise<RunResult> {
  const { effects, onEvent } = options
  const spec = await pricedSpec(asked, effects)
  const startedAt = effects.clock.now()
  const spending = await startSpending(own)
  onEvent({ type: 'stage', stage: 'data', detail: `reading ${spec.dataset.test}` })
  const data = await loadData(spec, effects, options.baseDir)
  const ordered = itemOrder(data.test.items, data.test.digest, effects.digest)
  const able = await openAll(spec, data, options)
  try {
    refuseLostLabels(spec, data, able)
    const opened = await preflight(spec, data.test.items, able, options)
    const closed = labelsOf(data, opened)
    const context = await collecting(spec, ordered, closed, options)
    const at = questionOf({ spec, opened, items: ordered, test: data.test.digest }, effects)
    const ahead = await lookAhead(at, options)
    if (ahead.number > 1) onEvent({ type: 'note', text: aheadText(ahead) })
    const gathered = await gather(spec, opened, context, { ahead, clusters: data.clusters })
    const offered = await offeredLabels(gathered.collected, gathered.items, data, closed)
    const measured = await measureAll(spec, gathered.collected, gathered.items, options)
    const environment = await effects.environment()
    const place = await placeFor(spec, environment, effects)
    const look = await takeLook(at, gathered.collected, options)
    const inputs = {
      ...gathered,
      ...{ spec, data, measured, environment, judge: context.judge, scorers: context.scorers },
      labels: { closed, offered },
      ...{ site: place.site, models: (await effects.apiFacts()).models },
      look,
      spent: await spending.stop(),
      machine: effects.machine,
      provenance: provenance(asked, gathered.collected, { startedAt, look: look.key }, options),
    }
    const result = await conclude({ inputs, place, effects, onEvent })
    const { kind, chosen } = result.decision
    await options.ledger.claimed(look.key, { kind, chosen })
    return result
  } finally {
    await Promise.allSettled(able.map((one) => one.session?.close()))
  }
}

/** All labels that there are, of every part and candidate; null where the labels are no closed set. */
const labelsOf = (data: LoadedData, opened: readonly OpenedCandidate[]) =>
  closedSet(
    [data.test, data.train, data.calibration].flatMap((part) => part?.items ?? []),
    opened.map(({ session, spec }) => session?.identity.labels ?? spec.labels ?? []),
  )

async function collecting(
  spec: Spec,
  items: readonly Item[],
  labels: readonly string[] | null,
  options: EvaluateOptions,
): Promise<CollectContext> {
  const { effects, store, signal, onEvent, baseDir } = options
  const scorers = []
  for (const scorer of spec.scorers) {
    const plain = await effects.openScorer(scorer, baseDir)
    const over = labels === null ? undefined : plain.overLabels?.(labels)
    scorers.push({ scorer: over ?? plain, weight: scorer.weight })
  }
  return {
    items,
    store,
    effects,
    scorers,
    signal,
    onEvent,
    judge: { joules: 0, price: 0, calls: 0 },
    budget: { calls: spec.budget.calls ?? Number.POSITIVE_INFINITY },
    draws: (candidate) => candidate.spec.settings.draws ?? 1,
  }
}

function provenance(
  spec: Spec,
  collected: readonly Collected[],
  { startedAt, look }: Pick<Provenance, 'startedAt' | 'look'>,
  { effects, signal, generator }: EvaluateOptions,
): Provenance {
  const { bar, risk, constraints, order } = spec
  return {
    generator,
    startedAt,
    endedAt: effects.clock.now(),
    specDigest: digestOf(spec, effects),
    policyDigest: digestOf({ bar, risk, constraints, order }, effects),
    itemOrder: 'ascending sha256(data set digest + item digest)',
    resumed: collected.some(({ reused, opened }) => reused > 0 && !opened.session?.replays),
    interrupted: signal.aborted,
    look,
    limits: limitsOf(spec, collected),
  }
}
