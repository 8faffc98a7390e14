import type { RuntimeContext } from '../../contract/runtime.ts'
import type { Store } from '../../contract/store.ts'
import { canonicalJson } from '../../core/data/canonical-json.ts'
import { checkProducible } from '../../core/data/dataset.ts'
import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { scorerPart } from '../../core/part/scorers.ts'
import type { SequentialEvidence } from '../../core/result/candidate.ts'
import type { Provenance, RunResult } from '../../core/result/run-result.ts'
import { itemOrder } from '../../core/select/item-order.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { assemble } from './assemble.ts'
import { type CollectContext, type Collected, collectRange, emptyCollected } from './collect.ts'
import type { Effects } from './effects.ts'
import type { RunEvent } from './events.ts'
import { limitsOf } from './limits.ts'
import { type LoadedData, loadData } from './load.ts'
import { measureAll } from './measure.ts'
import { type OpenedCandidate, openCandidate } from './opened.ts'
import { planInput } from './plan.ts'
import { runRace } from './race.ts'
import { raceSetup, regimeOf } from './regime.ts'
import { said } from './scoring.ts'
import { placeFor, withAccount } from './site.ts'
import { trainAll } from './train-students.ts'
import { type Worth, worthOf } from './worth.ts'

export interface EvaluateOptions {
  readonly baseDir: string
  readonly effects: Effects
  readonly store: Store
  readonly signal: AbortSignal
  readonly onEvent: (event: RunEvent) => void
  /** Earlier looks at this test set, from the lock: by digest. */
  readonly looksBefore: (testDigest: string) => number
  readonly generator: string
}

/**
 * The main job as a recipe: load, train, open, order the items, answer and score, meter, decide, assemble.
 * Holds no formula. An interruption ends the step in hand and still gives a result of what is known.
 */
export async function evaluate(spec: Spec, options: EvaluateOptions): Promise<RunResult> {
  const { effects, onEvent } = options
  const started = {
    at: effects.clock.now(),
    wall: effects.clock.monotonicS(),
    cpu: effects.ownCpuS(),
  }
  onEvent({ type: 'stage', stage: 'data', detail: `reading ${spec.dataset.test}` })
  const data = await loadData(spec, effects, options.baseDir)
  const ordered = itemOrder(data.test.items, data.test.digest, effects.digest)
  const opened = await openAll(spec, data, options)
  try {
    refuseLostLabels(spec, data, opened)
    const context = await collecting(spec, ordered, options)
    const gathered = await gather(spec, { data, opened, context }, options)
    refuseIfNothing(spec, gathered.collected)
    const measured = await measureAll(spec, gathered.collected, gathered.items, options)
    const environment = await effects.environment()
    const place = await placeFor(spec, environment, effects)
    const result = assemble({
      ...gathered,
      spec,
      data,
      measured,
      judge: context.judge,
      scorers: context.scorers,
      environment,
      site: place.site,
      look: options.looksBefore(data.test.digest) + 1,
      wallS: effects.clock.monotonicS() - started.wall,
      ownCpuS: effects.ownCpuS() - started.cpu,
      machineThreads: effects.machineThreads,
      provenance: provenance(
        spec,
        { startedAt: started.at, collected: gathered.collected },
        options,
      ),
    })
    return await withAccount(result, spec, place, effects)
  } finally {
    await Promise.allSettled(opened.map((one) => one.session?.close()))
  }
}

function runtimeContext({ baseDir, effects, signal, onEvent }: EvaluateOptions): RuntimeContext {
  return {
    baseDir,
    env: effects.env,
    fetch: effects.fetch,
    signal,
    log: (text) => onEvent({ type: 'note', text }),
  }
}

/** Trains the students, then opens every candidate; one that cannot open is broken, and the run goes on. */
async function openAll(
  spec: Spec,
  data: LoadedData,
  options: EvaluateOptions,
): Promise<readonly OpenedCandidate[]> {
  const { effects, onEvent } = options
  const context = runtimeContext(options)
  const trained = await trainAll(spec, data, effects, context, onEvent)
  const opened: OpenedCandidate[] = []
  onEvent({ type: 'stage', stage: 'open', detail: `${spec.candidates.length} candidates` })
  for (const candidate of spec.candidates) {
    const student = trained.get(candidate.id)
    const one =
      student instanceof RightsizeError
        ? failedStudent(candidate, student, effects)
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

function failedStudent(
  spec: OpenedCandidate['spec'],
  error: RightsizeError,
  effects: Effects,
): OpenedCandidate {
  const digest = effects.digest(new TextEncoder().encode(`broken\n${spec.id}`))
  const broken = { code: error.code, message: error.message }
  return { spec, session: null, digest, broken, trained: null, openCpuS: 0, openWallS: 0 }
}

async function collecting(
  spec: Spec,
  items: readonly Item[],
  options: EvaluateOptions,
): Promise<CollectContext> {
  const { effects, store, signal, onEvent, baseDir } = options
  const scorers = []
  for (const scorer of spec.scorers) {
    scorers.push({ scorer: await effects.openScorer(scorer, baseDir), weight: scorer.weight })
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

interface Gathered {
  readonly collected: readonly Collected[]
  readonly items: readonly Item[]
  readonly sequential: ReadonlyMap<string, SequentialEvidence>
  readonly regime: { readonly kind: 'full' | 'race'; readonly why: string }
  readonly metric: string
}

/** Answers and scores, in the regime that pays: every candidate on every item, or a race. */
async function gather(
  spec: Spec,
  parts: {
    readonly data: LoadedData
    readonly opened: readonly OpenedCandidate[]
    readonly context: CollectContext
  },
  options: EvaluateOptions,
): Promise<Gathered> {
  const { context, opened } = parts
  const collected = opened.map((one) => emptyCollected(one, context.items, spec.dataset.expected))
  const plan = planInput(spec, context.items, null)
  const worth = worthOf(spec, plan)
  const regime = regimeOf(spec, plan, {
    clustered: context.items.some((item) => item.cluster !== null),
    candidates: opened.map((one) => one.spec),
  })
  options.onEvent({ type: 'stage', stage: 'evaluate', detail: `${regime.kind}: ${regime.why}` })
  refuseIfNothing(spec, collected)
  const unlabelled = spec.dataset.expected === undefined
  const labelled = unlabelled ? await labelByIncumbent(spec, collected, context) : context
  const metric = unlabelled ? 'agreement with the incumbent' : metricName(spec, context.scorers)
  refuseIfNothing(spec, collected)
  const shared = { collected, items: labelled.items, regime, metric }
  if (regime.kind === 'race') {
    const byId = new Map(collected.map((one) => [one.opened.spec.id, one]))
    const raced = await runRace(raceSetup(spec, opened, labelled.items), byId, labelled, worth)
    return { ...shared, sequential: raced.evidence }
  }
  for (const one of inOrder(collected, spec)) {
    if (options.signal.aborted) break
    await collectIfWorth(one, labelled, worth)
    refuseIfNothing(spec, collected)
  }
  return { ...shared, sequential: new Map() }
}

/** Every item of a candidate; where that cannot pay, only what the store has of it, which is free. */
async function collectIfWorth(
  one: Collected,
  context: CollectContext,
  worth: Worth | null,
): Promise<void> {
  const all = { from: 0, to: context.items.length }
  const { id } = one.opened.spec
  if (worth?.refuses(id, all.to)) {
    await collectRange(one, all, { ...context, budget: { calls: 0 } })
    one.notWorth = worth.refuses(id, one.judged.filter((judged) => judged === null).length)
    if (one.notWorth !== null) return context.onEvent({ type: 'note', text: one.notWorth })
  }
  await collectRange(one, all, context)
}

/** The incumbent first: everything is judged beside it, and if it is down nothing else needs to be paid for. */
const inOrder = (collected: readonly Collected[], spec: Spec): readonly Collected[] => [
  ...collected.filter((one) => one.opened.spec.id === spec.incumbent),
  ...collected.filter((one) => one.opened.spec.id !== spec.incumbent),
]

function metricName(spec: Spec, scorers: CollectContext['scorers']): string {
  const [written] = spec.scorers
  if (scorers.length !== 1 || !written) return 'mean score'
  // A scorer that may grade and says that it does not gives 0 or 1: its mean is an accuracy.
  return scorers[0]?.scorer.graded === false ? 'accuracy' : scorerPart(written.name).headline
}

/** Without labels the incumbent's answers stand in for them: agreement bounds the harm of a change, nothing more. */
async function labelByIncumbent(
  spec: Spec,
  collected: readonly Collected[],
  context: CollectContext,
): Promise<CollectContext> {
  const incumbent = collected.find((one) => one.opened.spec.id === spec.incumbent)
  if (!incumbent) {
    throw new RightsizeError('RUN_FAILED', 'without labels an incumbent is needed to agree with', {
      next: 'name the column with labels (`dataset.expected`) or an `incumbent`',
    })
  }
  const blank = { ...context, scorers: [] }
  await collectRange(incumbent, { from: 0, to: context.items.length }, blank)
  incumbent.judged.fill(null)
  const items = context.items.map((item) => {
    const answer = incumbent.answers.get(item.id)
    return answer?.ok ? { ...item, expected: said(answer.output) } : item
  })
  return { ...context, items }
}

/** A label that no candidate can answer would count as wrong for everybody. Texts can be anything, so only labels count. */
function refuseLostLabels(spec: Spec, data: LoadedData, opened: readonly OpenedCandidate[]): void {
  const plain = spec.scorers.every(
    ({ name, options }) => scorerPart(name).reads === 'label' && Object.keys(options).length === 0,
  )
  if (!plain) return
  const able = opened.filter((one) => one.session !== null)
  checkProducible(
    data.labels,
    able.map(({ session, spec: { labels } }) => session?.identity.labels ?? labels ?? null),
  )
}

function refuseIfNothing(spec: Spec, collected: readonly Collected[]): void {
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

function provenance(
  spec: Spec,
  {
    startedAt,
    collected,
  }: { readonly startedAt: string; readonly collected: readonly Collected[] },
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
    resumed: collected.some((one) => one.reused > 0),
    interrupted: signal.aborted,
    limits: limitsOf(spec, collected),
  }
}

/** sha256 of a value's canonical JSON. */
export function digestOf(value: unknown, effects: Pick<Effects, 'digest'>): string {
  return effects.digest(new TextEncoder().encode(canonicalJson(value)))
}
