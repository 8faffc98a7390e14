import type { RaceSetup } from '../../core/select/race-types.ts'
import type { Item } from '../../core/spec/item.ts'
import type { Decision } from '../../core/spec/run-result.ts'
import type { Spec } from '../../core/spec/spec.ts'
import type { OpenedCandidate } from './opened.ts'

/** Model calls up to which running everything is cheap when every candidate is local. */
const localCalls = 200_000
/** The same where answers are bought one by one. */
const remoteCalls = 5_000

/** Full where running everything is cheap; race where the benchmark itself is dear and the scores allow it. */
export function regimeOf(
  spec: Spec,
  opened: readonly OpenedCandidate[],
  items: readonly Item[],
): Decision['regime'] {
  const calls = opened.filter((one) => !one.broken).length * items.length
  if (spec.regime === 'full')
    return { kind: 'full', why: 'the spec asks for every candidate on every item' }
  if (items.some((item) => item.cluster !== null)) {
    return { kind: 'full', why: 'items come in clusters, which a race does not take here' }
  }
  if (spec.dataset.expected === undefined) {
    return { kind: 'full', why: 'without labels every answer of the incumbent is needed' }
  }
  if (spec.regime === 'race') return { kind: 'race', why: 'the spec asks for a race' }
  const remote = opened.some((one) => one.session && !one.session.exercise)
  const limit = remote ? remoteCalls : localCalls
  const why = `${calls.toLocaleString('en-US')} answers, ${calls <= limit ? 'cheap enough to run them all' : 'too many to run them all'}`
  return { kind: calls <= limit ? 'full' : 'race', why }
}

/** The race as the state machine wants it: priors by declared energy, price or parameters, else as written. */
export function raceSetup(
  spec: Spec,
  opened: readonly OpenedCandidate[],
  items: readonly Item[],
): RaceSetup {
  const relative = spec.bar.kind === 'relative'
  const able = opened.filter((one) => !one.broken)
  const rivals = able.filter((one) => !(relative && one.spec.id === spec.incumbent))
  const prior = priorOf(able)
  const incumbent = able.find((one) => one.spec.id === spec.incumbent)
  return {
    candidates: rivals.map((one, written) => ({ id: one.spec.id, cost: prior(one), written })),
    items: items.length,
    bar: spec.bar,
    alpha: spec.risk.alpha,
    beta: spec.risk.beta,
    reference:
      relative && incumbent
        ? { id: incumbent.spec.id, cost: prior(incumbent)[1], logged: false }
        : null,
    batch: 32,
    growth: 0.05,
    budget: null,
    volume:
      spec.account.volumePerMonth === null
        ? null
        : spec.account.volumePerMonth * spec.account.horizonMonths,
    clusters: null,
    slices: [],
  }
}

type Prior = (one: OpenedCandidate) => readonly [number, number]

function priorOf(able: readonly OpenedCandidate[]): Prior {
  if (able.every((one) => one.spec.energy?.jPerItem)) {
    return (one) => one.spec.energy?.jPerItem ?? [1, 1]
  }
  const parameters = (one: OpenedCandidate): number | undefined =>
    one.spec.activeParameters ?? one.spec.parameters ?? one.session?.identity.parameters
  if (able.every((one) => parameters(one) !== undefined)) {
    return (one) => [parameters(one) ?? 1, parameters(one) ?? 1]
  }
  return (one) => [able.indexOf(one) + 1, able.indexOf(one) + 1]
}
