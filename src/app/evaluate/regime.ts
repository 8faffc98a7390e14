import type { Item } from '../../core/data/item.ts'
import { runtimePart } from '../../core/part/runtimes.ts'
import type { PlanInput } from '../../core/plan/plan-types.ts'
import { answersToAsk, regimeFor } from '../../core/plan/regime.ts'
import type { LookTerms } from '../../core/proof/look-alpha.ts'
import type { Decision } from '../../core/result/run-result.ts'
import type { RaceSetup } from '../../core/select/race-types.ts'
import type { CandidateSpec, Spec } from '../../core/spec/spec.ts'
import { trafficOf } from '../../core/stats/traffic.ts'
import type { OpenedCandidate } from './opened.ts'

/** Answers up to which running everything is cheap when every candidate works on this machine. */
const localAnswers = 200_000

/**
 * Full where running everything is cheap; race where the benchmark itself is dear and the scores allow it.
 * `plan` and `run` both ask here, so that the plan is what happens.
 */
export function regimeOf(
  spec: Spec,
  input: PlanInput,
  facts: {
    readonly clustered: boolean
    readonly candidates: readonly CandidateSpec[]
    /** Some answers come in hours. */
    readonly deferred?: boolean
  },
): Decision['regime'] {
  if (facts.deferred)
    return { kind: 'full', why: 'answers come by batch, and a race would wait for many' }
  if (spec.regime === 'full') return regimeFor(input)
  if (facts.clustered) {
    return { kind: 'full', why: 'items come in clusters, which a race does not take' }
  }
  if (spec.dataset.expected === undefined) {
    return { kind: 'full', why: 'without labels every answer of the incumbent is needed' }
  }
  if (spec.regime === 'race' || input.wholeSetMetric) return regimeFor(input)
  const answers = answersToAsk(input)
  if (
    answers > 0 &&
    answers <= localAnswers &&
    facts.candidates.every((one) => runtimePart(one.runtime).quick)
  ) {
    const why = `${answers.toLocaleString('en-US')} answers of models on this machine: cheap enough to run them all`
    return { kind: 'full', why }
  }
  return regimeFor(input)
}

/** The race as the state machine wants it: priors by declared energy or parameters, else as written. `logged`: every answer of the incumbent is there already. */
export function raceSetup(
  spec: Spec,
  opened: readonly OpenedCandidate[],
  items: readonly Item[],
  { look, logged }: { readonly look: LookTerms; readonly logged: boolean },
): RaceSetup {
  const relative = spec.bar.kind === 'relative'
  const able = opened.filter((one) => !one.broken)
  const prior = priorOf(able)
  const incumbent = able.find((one) => one.spec.id === spec.incumbent)
  // Only what may be cheaper can be accepted: counting others would make the correction stricter for nothing.
  const rivals = able.filter((one) => {
    if (!relative || !incumbent) return true
    return one !== incumbent && (!prior.known || prior.of(one)[0] < prior.of(incumbent)[1])
  })
  const traffic = trafficOf(spec.account)
  return {
    candidates: rivals.map((one, written) => ({ id: one.spec.id, cost: prior.of(one), written })),
    items: items.length,
    bar: spec.bar,
    alpha: spec.risk.alpha,
    beta: spec.risk.beta,
    reference:
      relative && incumbent
        ? { id: incumbent.spec.id, cost: prior.of(incumbent)[1], logged }
        : null,
    batch: 32,
    growth: 0.05,
    budget: budgetOf(spec, able),
    volume: traffic,
    clusters: null,
    slices: [],
    traffic: {
      kind: spec.risk.claim,
      risk: riskOf(spec, look),
    },
  }
}

/** A race must also show something about future items, or it stops at the candidate that stands right on the bar. */
const riskOf = ({ risk }: Spec, look: LookTerms): number =>
  look.share * (risk.claim === 'certified' ? risk.alpha : 1 - risk.supportedAt)

/** Cost of one item before anything ran; `known` says whether it is more than the order in which they were written. */
interface Prior {
  readonly known: boolean
  of(one: OpenedCandidate): readonly [number, number]
}

function priorOf(able: readonly OpenedCandidate[]): Prior {
  if (able.every((one) => one.spec.energy?.jPerItem)) {
    return { known: true, of: (one) => one.spec.energy?.jPerItem ?? [1, 1] }
  }
  const parameters = (one: OpenedCandidate): number | undefined =>
    one.spec.activeParameters ?? one.spec.parameters ?? one.session?.identity.parameters
  if (able.every((one) => parameters(one) !== undefined)) {
    return { known: true, of: (one) => [parameters(one) ?? 1, parameters(one) ?? 1] }
  }
  return { known: false, of: (one) => [able.indexOf(one) + 1, able.indexOf(one) + 1] }
}

/** A budget in joules can only be held where every candidate's joules are declared. Calls are held by the collector. */
function budgetOf(spec: Spec, able: readonly OpenedCandidate[]): number | null {
  const declared = able.every((one) => one.spec.energy?.jPerItem)
  return declared ? (spec.budget.joules ?? null) : null
}
