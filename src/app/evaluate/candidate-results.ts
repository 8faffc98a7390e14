import { sciOf } from '../../core/carbon/sci.ts'
import { usageOf } from '../../core/carbon/site.ts'
import { energyOfCpuTime } from '../../core/energy/cpu-model.ts'
import type { CandidateResult } from '../../core/result/candidate.ts'
import type { CandidateJudgement } from '../../core/select/decision-input.ts'
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
  const { site } = inputs
  if (!site) return bare.map((result) => ({ ...result, cost: { ...result.cost, sci: null } }))
  return bare.map((result) => {
    const sci = sciOf(usageOf(result, site))
    return { ...result, cost: { ...result.cost, sci } }
  })
}

type BareResult = Omit<CandidateResult, 'cost'> & {
  readonly cost: CandidateFacts['cost']
}

function bareResult(
  inputs: AssembleInputs,
  judgement: CandidateJudgement,
  { collected: one, cost, acceptRate, acceptRatio, health }: CandidateFacts,
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
    trained: trainingOf(one, inputs.machine),
    failed: one.judged.filter((entry) => entry?.failed).length,
    skipped: one.judged.filter((entry) => entry !== null && entry.score === null).length,
    ...{ acceptRate, acceptRatio, metrics, confusion, cost, health },
  }
}

function trainingOf(
  { opened }: Collected,
  machine: AssembleInputs['machine'],
): CandidateResult['trained'] {
  if (opened.trained === null) return null
  const { items, cpuS, note } = opened.trained
  return { items, energy: energyOfCpuTime(cpuS, machine), cpuS, note }
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
