import { noiseOf } from '../../core/energy/noise.ts'
import { hostedEnergy, hostedFacts, isHosted } from '../../core/hosted/api-usage.ts'
import type { ModelTable } from '../../core/hosted/model-table.ts'
import { scorerFor } from '../../core/part/scorer-name.ts'
import { groupsOf } from '../../core/proof/item-evidence.ts'
import { hashText } from '../../core/random/hash.ts'
import { isUnreadable, unreadText } from '../../core/result/answer-health-text.ts'
import { partialText } from '../../core/result/left-out-text.ts'
import type { Saving } from '../../core/result/saving.ts'
import type { DecisionInput } from '../../core/select/decision-input.ts'
import type { Evidence } from '../../core/select/evidence-check/evidence.ts'
import { rowFacts } from '../../core/select/evidence-check/row-facts.ts'
import { evidenceCaps } from '../../core/select/evidence-check/table.ts'
import type { WrittenScores } from '../../core/select/unused-scores.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { trafficOf } from '../../core/stats/traffic.ts'
import { unknown } from '../../core/unit/estimate.ts'
import type { AssembleInputs } from './assemble.ts'
import type { CandidateFacts } from './facts.ts'
import type { Measured } from './measure.ts'
import { ratioCounts, wholeSetMetric } from './metrics.ts'
import type { OpenedCandidate } from './opened.ts'

type BareCost = CandidateFacts['cost']

/** What the decision is made from. */
export function decisionInput(
  inputs: AssembleInputs,
  facts: readonly CandidateFacts[],
): DecisionInput {
  const { spec, items, data } = inputs
  const collected = facts.map((one) => one.collected)
  const ratio = inputs.scorers.length === 1 ? inputs.scorers[0]?.scorer.ratio : undefined
  const whole = wholeSetMetric(inputs.scorers, collected, items)
  const { clusters, slices } = groupsOf(items, spec.dataset.slices ?? [])
  return {
    metric: inputs.metric,
    candidates: facts.map((one) => evidenceOf(one, inputs)),
    incumbent: spec.incumbent,
    bar: spec.bar,
    risk: spec.risk,
    order: spec.order,
    regime: inputs.regime,
    items: items.length,
    ...(clusters === undefined ? {} : { clusters }),
    slices,
    constraints: spec.constraints,
    ...(ratio ? { ratio } : {}),
    ...(whole ? { whole } : {}),
    labelNoise: data.labelNoise,
    look: inputs.look.terms,
    traffic: trafficOf(spec.account),
    notWorth: collected.flatMap(({ opened, notWorth }) => (notWorth ? [opened.spec.id] : [])),
    savings: savingsOf(facts, spec),
    synthetic: spec.dataset.synthetic === true,
    caps: [...swapCaps(spec), ...partialCaps(spec), ...evidenceCaps(heardOf(inputs, facts))],
    seed: hashText(data.test.digest),
  }
}

/** Scores beside stored answers, which were scored anew, by candidate and position. */
export function unusedScores({ items, collected }: AssembleInputs): WrittenScores {
  return new Map(
    collected.flatMap(({ opened: { spec, session } }) => {
      const written = session?.unusedScores
      return written === undefined ? [] : [[spec.id, items.map(({ id }) => written.get(id))]]
    }),
  )
}

/** Files of which it is open whose answers they hold: nothing can be said of anybody. */
function swapCaps({ dataset }: Spec): NonNullable<DecisionInput['caps']> {
  const open = (dataset.leftOut ?? []).filter(({ blocks }) => blocks === true)
  if (open.length === 0) return []
  const examples = open.flatMap((one) => one.examples).join(', ')
  return [
    {
      ...{ code: 'files-swapped', candidate: null, at: 'undecided' },
      why: `It is open whose answers the files of results hold: ${open.map(({ why }) => why).join('; ')} (${examples}).`,
      next: 'Give each file to the candidate whose answers it holds (--predictions NAME=FILE); if they are right, name file or candidate otherwise.',
    },
  ]
}

/** Where a part of what was asked was not checked, the figures speak of the rest alone. */
function partialCaps({ dataset }: Spec): NonNullable<DecisionInput['caps']> {
  const part = partialText(dataset.leftOut ?? [])
  if (part === null) return []
  return [
    {
      code: 'partial',
      candidate: null,
      at: 'supported',
      why: `Not certified, because the decision stands on a part of what was asked: ${part}.`,
      next: 'Check the rest in another way before you ship; what was left out is listed in the report.',
    },
  ]
}

/** The answers as the checks of the evidence see them. */
function heardOf(
  { items, labels, spec, data }: AssembleInputs,
  facts: readonly CandidateFacts[],
): Evidence {
  const able = facts.filter(({ collected }) => collected.broken === null)
  const candidates = able.map(({ id, health, collected }) => ({
    ...{ id, health, named: namedOf(collected.opened) },
    crossFitted: collected.opened.trained?.outOfFold != null,
    scores: collected.judged.map((one) => one?.score ?? null),
    read: collected.judged.map((one) =>
      one?.reading?.kind === 'label' ? one.reading.label : null,
    ),
  }))
  const incumbent = candidates.find(({ id }) => id === spec.incumbent) ?? null
  const isJudged = (at: number) => candidates.some(({ scores }) => scores[at] != null)
  return {
    ...{ items, candidates, incumbent },
    closed: labels.closed,
    exact: spec.scorers.every(({ name }) => name === scorerFor.labels),
    relative: spec.bar.kind === 'relative',
    limit: spec.bar.kind === 'relative' ? spec.bar.margin : 0,
    floor: spec.bar.kind === 'absolute' ? spec.bar.floor : 0,
    ...rowFacts(items, data.test.items, spec.dataset, isJudged),
  }
}

function namedOf({ spec: { model }, session }: OpenedCandidate) {
  const served = session?.identity.served
  return served === undefined || model === undefined || model === null
    ? null
    : { asked: model, served }
}

/** Why a candidate was not judged: it broke, or too many of its answers were not understood. The incumbent has a check of its own. */
function brokenOf({ id, collected, health }: CandidateFacts, incumbent: string | null) {
  const { broken } = collected
  if (broken !== null) return { broken: `${broken.code}: ${broken.message}` }
  if (id === incumbent || !isUnreadable(health)) return {}
  return {
    broken: `its answers cannot be read: ${unreadText(health)}`,
    ...(health.fix === null ? {} : { fix: health.fix }),
  }
}

function evidenceOf(
  facts: CandidateFacts,
  { measured, sequential, spec, models }: AssembleInputs,
): DecisionInput['candidates'][number] {
  const { id, cost, collected: one } = facts
  const { opened } = one
  const latenciesS = measured.latencies.get(id)
  const found = sequential.get(id)
  return {
    id,
    scores: one.judged.map((judged) => judged?.score ?? null),
    cost: { ...cost, ...unrankedByNoise(cost, measured), ...sizeOf(opened, cost, models) },
    ...brokenOf(facts, spec.incumbent),
    ...(latenciesS ? { latenciesS } : {}),
    peakRss: cost.peakRss,
    ...(found ? { sequential: found } : {}),
    ...(one.judged.some((judged) => judged?.counts) ? { counts: ratioCounts(one) } : {}),
  }
}

/** How large it is, and where it answers behind a server, the joules that this makes. */
function sizeOf(
  { spec, session }: OpenedCandidate,
  { tokensPerItem }: BareCost,
  models: ModelTable,
): Pick<DecisionInput['candidates'][number]['cost'], 'parameters' | 'modeledEnergy'> {
  const stated = spec.parameters ?? session?.identity.parameters ?? null
  if (!isHosted(spec)) return { parameters: stated }
  const facts = hostedFacts(spec, session?.identity ?? null, models)
  const modeled = hostedEnergy(spec, facts, tokensPerItem)
  return {
    // A size that somebody assumed orders nothing as if it were known.
    parameters:
      stated ?? (facts === null || facts.assumed ? null : facts.totalBillions.value * 1e9),
    ...(modeled === null ? {} : { modeledEnergy: modeled }),
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

/** What each candidate saves: the figure that the tables show. */
const savingsOf = (
  facts: readonly CandidateFacts[],
  { incumbent }: Spec,
): ReadonlyMap<string, Saving> =>
  new Map(
    facts.flatMap(({ id, saving }) =>
      incumbent === null || id === incumbent || saving.ratio.kind !== 'known'
        ? []
        : [[id, saving] as const],
    ),
  )
