import { sciOf } from '../../core/carbon/sci.ts'
import { type Site, usageOf } from '../../core/carbon/site.ts'
import type { Item } from '../../core/data/item.ts'
import { noiseOf } from '../../core/energy/noise.ts'
import { hashText } from '../../core/random/hash.ts'
import type { CandidateResult, SequentialEvidence } from '../../core/result/candidate.ts'
import type { CostResult } from '../../core/result/cost.ts'
import type {
  Decision,
  Environment,
  Provenance,
  RunResult,
  Saving,
  TaskResult,
} from '../../core/result/run-result.ts'
import { schemaId } from '../../core/result/schema-id.ts'
import type { Usage } from '../../core/result/usage.ts'
import { decide } from '../../core/select/decide.ts'
import type { CandidateJudgement, DecisionInput } from '../../core/select/decision-input.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { wilson } from '../../core/stats/proportion-interval.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import type { Collected } from './collect.ts'
import { itemCost, ratioToIncumbent, resolvedRatio } from './cost.ts'
import { differences } from './differences.ts'
import type { LoadedData } from './load.ts'
import type { Measured } from './measure.ts'
import { metricsOf, ratioCounts, wholeSetMetric } from './metrics.ts'
import { modeled, overheadOf } from './overhead.ts'
import type { JudgeCost, WeightedScorer } from './scoring.ts'

type BareCost = Omit<CostResult, 'sci'>

export interface AssembleInputs {
  readonly spec: Spec
  readonly data: LoadedData
  readonly items: readonly Item[]
  readonly collected: readonly Collected[]
  readonly measured: Measured
  readonly sequential: ReadonlyMap<string, SequentialEvidence>
  readonly regime: Decision['regime']
  readonly judge: JudgeCost
  readonly scorers: readonly WeightedScorer[]
  readonly metric: string
  readonly site: Site | null
  readonly environment: Environment
  readonly provenance: Provenance
  readonly look: number
  readonly wallS: number
  readonly ownCpuS: number
  readonly machineThreads: number | null
}

/** Everything that was found, as the one run result. Calls the decision; holds no statistics of its own. */
export function assemble(inputs: AssembleInputs): RunResult {
  const { spec, collected, items, measured } = inputs
  const incumbent = collected.find((one) => one.opened.spec.id === spec.incumbent)
  const accept = new Map(collected.map((one) => [one.opened.spec.id, acceptRate(one, spec)]))
  const costs = new Map(
    collected.map((one) => {
      const id = one.opened.spec.id
      const { ratio } = ratioToIncumbent(id, spec.incumbent, measured)
      const rate = accept.get(id) ?? unknown('not judged')
      const ratioResolved =
        id === spec.incumbent ? ratio : resolvedRatio(ratio, rate, spec.account.fallback)
      return [id, { ...itemCost(one, measured, spec), ratio, ratioResolved }] as const
    }),
  )
  const decided = decide(decisionInput(inputs, costs, accept))
  const results = withSci(inputs, decided.candidates, costs, accept)
  const chosenId = decided.decision.chosen
  const chosen = collected.find((one) => one.opened.spec.id === chosenId)
  return {
    schema: schemaId['run-result'],
    task: taskOf(inputs),
    bar: spec.bar,
    risk: spec.risk,
    decision: decided.decision,
    incumbent: spec.incumbent,
    candidates: results,
    differences: differences(items, chosen, incumbent),
    overhead: overheadOf({
      collected,
      costs,
      measured,
      judge: inputs.judge,
      items: items.length,
      wallS: inputs.wallS,
      ownCpuS: inputs.ownCpuS,
      machineThreads: inputs.machineThreads,
      chosen: chosenId,
      incumbent: spec.incumbent,
      resolved: costs.get(chosenId ?? '')?.ratioResolved ?? unknown('nothing was chosen'),
    }),
    account: null,
    environment: {
      ...inputs.environment,
      noisy: noiseOf(measured.windows.map(({ steal }) => steal)),
    },
    provenance: inputs.provenance,
    outcomes: outcomesOf(items, collected),
  }
}

/** Scores by item, so that the result can be decided again under another bar without calling a model. */
function outcomesOf(
  items: readonly Item[],
  collected: readonly Collected[],
): NonNullable<RunResult['outcomes']> {
  const scores = collected.map(
    ({ opened, judged }) => [opened.spec.id, judged.map((one) => one?.score ?? null)] as const,
  )
  return { items: items.map(({ id }) => id), scores: Object.fromEntries(scores) }
}

function decisionInput(
  inputs: AssembleInputs,
  costs: ReadonlyMap<string, BareCost>,
  accept: ReadonlyMap<string, Estimate<'share'>>,
): DecisionInput {
  const { spec, items, data, collected, measured } = inputs
  const ratio = inputs.scorers.length === 1 ? inputs.scorers[0]?.scorer.ratio : undefined
  const whole = wholeSetMetric(inputs.scorers, collected, items)
  const clustered = items.some((item) => item.cluster !== null)
  return {
    metric: inputs.metric,
    candidates: collected.map((one) => evidenceOf(one, inputs, costs)),
    incumbent: spec.incumbent,
    bar: spec.bar,
    risk: spec.risk,
    order: spec.order,
    regime: inputs.regime,
    items: items.length,
    ...(clustered ? { clusters: items.map((item, at) => item.cluster ?? `alone:${at}`) } : {}),
    ...(spec.dataset.slices?.length ? { slices: slicesOf(items, spec.dataset.slices) } : {}),
    constraints: spec.constraints,
    ...(ratio ? { ratio } : {}),
    ...(whole ? { whole } : {}),
    labelNoise: data.labelNoise,
    traffic: trafficOf(spec),
    notWorth: collected.flatMap(({ opened, notWorth }) => (notWorth ? [opened.spec.id] : [])),
    savings: savingsOf(collected, costs, accept, spec, measured),
    synthetic: spec.dataset.synthetic === true,
    seed: hashText(data.test.digest),
  }
}

/** Answers that the choice will serve within the horizon; null where no volume is declared. */
function trafficOf({ account }: Spec): number | null {
  return account.volumePerMonth === null ? null : account.volumePerMonth * account.horizonMonths
}

function evidenceOf(
  one: Collected,
  { measured, sequential }: AssembleInputs,
  costs: ReadonlyMap<string, BareCost>,
): DecisionInput['candidates'][number] {
  const id = one.opened.spec.id
  const cost = costs.get(id) as BareCost
  const parameters = one.opened.spec.parameters ?? one.opened.session?.identity.parameters ?? null
  const latenciesS = measured.latencies.get(id)
  const found = sequential.get(id)
  return {
    id,
    scores: one.judged.map((judged) => judged?.score ?? null),
    cost: { ...cost, ...unrankedByNoise(cost, measured), parameters },
    ...(one.broken ? { broken: `${one.broken.code}: ${one.broken.message}` } : {}),
    ...(latenciesS ? { latenciesS } : {}),
    peakRss: cost.peakRss,
    ...(found ? { sequential: found } : {}),
    ...(one.judged.some((judged) => judged?.counts) ? { counts: ratioCounts(one) } : {}),
  }
}

/** On a machine whose host took CPU time from it, joules are shown but order nothing (settled: steal above 2 %). */
function unrankedByNoise(
  cost: BareCost,
  { windows }: Measured,
): Partial<Pick<BareCost, 'energyPerItem'>> {
  const noise = noiseOf(windows.map(({ steal }) => steal))
  if (noise === null || cost.windows === 0) return {}
  return { energyPerItem: unknown(`not ranked by energy: ${noise}`) }
}

function slicesOf(
  items: readonly Item[],
  keys: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(keys.map((key) => [key, items.map((item) => item.slices[key] ?? '')]))
}

/** The headline ratio of each candidate: energy or CPU time from interleaved windows, else price. */
function savingsOf(
  collected: readonly Collected[],
  costs: ReadonlyMap<string, BareCost>,
  accept: ReadonlyMap<string, Estimate<'share'>>,
  spec: Spec,
  measured: Measured,
): ReadonlyMap<string, Saving> {
  const incumbent = costs.get(spec.incumbent ?? '')
  const savings = new Map<string, Saving>()
  for (const { opened } of collected) {
    const id = opened.spec.id
    const cost = costs.get(id)
    if (!cost || !incumbent || id === spec.incumbent) continue
    if (cost.ratioResolved.kind === 'known') {
      const { of: quantity } = ratioToIncumbent(id, spec.incumbent, measured)
      const of = quantity === 'energy' ? 'energy' : 'CPU time'
      savings.set(id, { of, ratio: cost.ratioResolved, per: 'resolved task' })
      continue
    }
    const rate = accept.get(id) ?? unknown('not judged')
    const other = declaredRatio(cost, incumbent)
    if (!other) continue
    const ratio = resolvedRatio(other.ratio, rate, spec.account.fallback)
    if (ratio.kind === 'known') savings.set(id, { of: other.of, ratio, per: 'resolved task' })
  }
  return savings
}

function declaredRatio(
  cost: BareCost,
  incumbent: BareCost,
): { readonly of: string; readonly ratio: Estimate<'ratio'> } | null {
  const pairs = [
    ['energy', cost.energyPerItem, incumbent.energyPerItem],
    ['price', cost.pricePerItem, incumbent.pricePerItem],
  ] as const
  for (const [of, own, theirs] of pairs) {
    if (own.kind !== 'known' || theirs.kind !== 'known' || own.low <= 0) continue
    const how = `${of} per answer, incumbent over candidate`
    const ratio = known('ratio', {
      value: theirs.value / own.value,
      low: theirs.low / own.high,
      high: theirs.high / own.low,
      method: 'sourced',
      how,
      source: own.source,
    })
    return { of, ratio }
  }
  return null
}

function acceptRate(one: Collected, spec: Spec): Estimate<'share'> {
  const scored = one.judged.flatMap((judged) =>
    judged === null || judged.score === null ? [] : [judged.score],
  )
  if (scored.length === 0) return unknown('no item was judged')
  if (spec.accept === null && scored.some((score) => score !== 0 && score !== 1)) {
    const value = scored.reduce((sum, score) => sum + score, 0) / scored.length
    const how = 'score-weighted answers: the scorer is graded and no `accept` is set'
    return known('share', { value, method: 'measured', how, source: 'scores' })
  }
  const accepted = scored.filter((score) => score >= (spec.accept ?? 1)).length
  const { low, high } = wilson(accepted, scored.length, 0.95)
  return known('share', {
    value: accepted / scored.length,
    low,
    high,
    level: 0.95,
    method: 'measured',
    how: `${accepted} of ${scored.length} accepted, Wilson interval`,
    source: 'scores',
  })
}

function withSci(
  inputs: AssembleInputs,
  judged: readonly CandidateJudgement[],
  costs: ReadonlyMap<string, BareCost>,
  accept: ReadonlyMap<string, Estimate<'share'>>,
): readonly CandidateResult[] {
  const bare = judged.map((judgement) => bareResult(inputs, judgement, costs, accept))
  const { site, spec } = inputs
  if (!site) return bare.map((result) => ({ ...result, cost: { ...result.cost, sci: null } }))
  const usages = new Map<string, Usage>(bare.map((result) => [result.id, usageOf(result, site)]))
  const incumbent = usages.get(spec.incumbent ?? '') ?? null
  return bare.map((result) => {
    const usage = usages.get(result.id) as Usage
    const { fallback } = spec.account
    const own = result.id === spec.incumbent
    const sci = sciOf(usage, own ? { kind: 'person' } : fallbackOf(fallback, incumbent))
    return { ...result, cost: { ...result.cost, sci } }
  })
}

function fallbackOf(kind: Spec['account']['fallback'], incumbent: Usage | null) {
  return kind === 'incumbent' ? ({ kind, incumbent } as const) : ({ kind } as const)
}

type BareResult = Omit<CandidateResult, 'cost'> & { readonly cost: BareCost }

function bareResult(
  inputs: AssembleInputs,
  judgement: CandidateJudgement,
  costs: ReadonlyMap<string, BareCost>,
  accept: ReadonlyMap<string, Estimate<'share'>>,
): BareResult {
  const one = inputs.collected.find(({ opened }) => opened.spec.id === judgement.id) as Collected
  const { spec, session, trained } = one.opened
  const { standing: _standing, rank: _rank, ...judged } = judgement
  const { metrics, confusion } = metricsOf(one, inputs.items, inputs.data.labels)
  return {
    ...judged,
    base: spec.base,
    runtime: spec.runtime,
    model: spec.model ?? spec.runtime,
    role: spec.id === inputs.spec.incumbent ? 'incumbent' : 'candidate',
    settings: spec.settings,
    identity: session ? identityOf(one) : null,
    trained: trained
      ? {
          items: trained.items,
          energy: modeled(trained.cpuS, inputs.machineThreads),
          cpuS: trained.cpuS,
          note: trained.note,
        }
      : null,
    failed: one.judged.filter((entry) => entry?.failed).length,
    skipped: one.judged.filter((entry) => entry !== null && entry.score === null).length,
    acceptRate: accept.get(spec.id) ?? unknown('no item was judged'),
    metrics,
    confusion,
    cost: costs.get(spec.id) as BareCost,
  }
}

function identityOf(one: Collected): CandidateResult['identity'] {
  const identity = one.opened.session?.identity
  if (!identity) return null
  return {
    revision: identity.revision,
    precision: identity.precision,
    engine: identity.engine,
    floating: identity.floating,
    digest: one.opened.digest,
    parameters: one.opened.spec.parameters ?? identity.parameters ?? null,
    activeParameters: one.opened.spec.activeParameters ?? identity.activeParameters ?? null,
    bytes: identity.bytes ?? null,
  }
}

function taskOf({ spec, data, metric, items, look }: AssembleInputs): TaskResult {
  const parts = (['test', 'calibration', 'train', 'unlabelled'] as const).flatMap((name) => {
    const part = data[name]
    if (!part) return []
    return [
      [name, { path: data.paths[name] ?? '', items: part.items.length, digest: part.digest }],
    ] as const
  })
  return {
    name: spec.task,
    description: spec.description ?? null,
    synthetic: spec.dataset.synthetic === true,
    metric,
    scorer: spec.scorers.map((scorer) => scorer.name).join(' + '),
    items: items.length,
    labels: data.labels,
    slices: data.slices,
    clusters: data.clusters,
    data: Object.fromEntries(parts),
    warnings: data.warnings,
    labelNoise: data.labelNoise,
    look,
  }
}
