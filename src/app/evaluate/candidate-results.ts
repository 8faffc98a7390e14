import { sciOf } from '../../core/carbon/sci.ts'
import { usageOf } from '../../core/carbon/site.ts'
import { energyOfCpuTime } from '../../core/energy/cpu-model.ts'
import type { CandidateResult } from '../../core/result/candidate.ts'
import type { Usage } from '../../core/result/usage.ts'
import type { CandidateJudgement } from '../../core/select/decision-input.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { AssembleInputs } from './assemble.ts'
import type { Collected } from './collect.ts'
import type { CandidateFacts } from './facts.ts'
import { metricsOf } from './metrics.ts'

/** Candidates as the result lists them, in the order of the decision; with SCI where the place is known. */
export function candidateResults(
  inputs: AssembleInputs,
  judged: readonly CandidateJudgement[],
  facts: readonly CandidateFacts[],
): readonly CandidateResult[] {
  const bare = judged.flatMap((judgement) => {
    const found = facts.find(({ id }) => id === judgement.id)
    return found ? [bareResult(inputs, judgement, found)] : []
  })
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

type BareResult = Omit<CandidateResult, 'cost'> & {
  readonly cost: CandidateFacts['cost']
}

function bareResult(
  inputs: AssembleInputs,
  judgement: CandidateJudgement,
  { collected: one, cost, acceptRate, health }: CandidateFacts,
): BareResult {
  const { spec, session } = one.opened
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
    trained: trainingOf(one, inputs.machineThreads),
    failed: one.judged.filter((entry) => entry?.failed).length,
    skipped: one.judged.filter((entry) => entry !== null && entry.score === null).length,
    ...{ acceptRate, metrics, confusion, cost, health },
  }
}

function trainingOf(
  { opened }: Collected,
  threads: AssembleInputs['machineThreads'],
): CandidateResult['trained'] {
  if (opened.trained === null) return null
  const { items, cpuS, note } = opened.trained
  return { items, energy: energyOfCpuTime(cpuS, { threads }), cpuS, note }
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
