import { energyOfCpuTime } from '../../core/energy/cpu-model.ts'
import type { CostResult, Overhead } from '../../core/result/cost.ts'
import { add, scale } from '../../core/unit/arithmetic.ts'
import { type Estimate, infinite, unknown } from '../../core/unit/estimate.ts'
import { exact, known } from '../../core/unit/known.ts'
import type { Collected } from './collect.ts'
import type { Measured } from './measure.ts'
import type { JudgeCost } from './scoring.ts'

type Stage = Overhead['byStage'][number]

export interface OverheadInputs {
  readonly collected: readonly Collected[]
  readonly costs: ReadonlyMap<string, Omit<CostResult, 'sci' | 'ratio' | 'ratioResolved'>>
  readonly measured: Measured
  readonly judge: JudgeCost
  readonly items: number
  readonly wallS: number
  readonly ownCpuS: number
  readonly machineThreads: number | null
  readonly chosen: string | null
  readonly incumbent: string | null
  /** Incumbent over chosen per resolved task; what pay-back rests on. */
  readonly resolved: Estimate<'ratio'>
}

/** What finding out has cost, by stage, and after how many answers the choice has earned it back. */
export function overheadOf(inputs: OverheadInputs): Overhead {
  const stages = [
    ...inputs.collected.flatMap((one) => candidateStages(one, inputs)),
    ...judging(inputs),
  ]
  const cpuS = stages.reduce((sum, stage) => sum + stage.cpuS, inputs.ownCpuS)
  const own = modeled(inputs.ownCpuS, inputs.machineThreads)
  return {
    calls: total(inputs.collected, (one) => one.calls),
    reused: total(inputs.collected, (one) => one.reused),
    energy: sumKnown([own, ...stages.map((stage) => stage.energy)]),
    cpuS,
    wallS: inputs.wallS,
    money: money(inputs),
    byStage: stages,
    exhaustive: exhaustive(inputs),
    payBackCalls: payBack(inputs, cpuS),
  }
}

function candidateStages(one: Collected, inputs: OverheadInputs): readonly Stage[] {
  const candidate = one.opened.spec.id
  const cost = inputs.costs.get(candidate)
  const cpuPerItem = cost?.cpuPerItem.kind === 'known' ? cost.cpuPerItem.value : 0
  const perItem = cost?.energyPerItem ?? unknown('not metered')
  const { trained } = one.opened
  const windows = inputs.measured.windows.filter(({ workload }) => workload === candidate)
  const metered = windows.reduce((sum, { cpuS }) => sum + (cpuS ?? 0), 0)
  const stages: Stage[] = []
  const push = (
    stage: Stage['stage'],
    energy: Estimate<'J'>,
    cpuS: number,
    wallS: number,
  ): void => {
    if (cpuS > 0 || wallS > 0) stages.push({ stage, candidate, energy, cpuS, wallS })
  }
  if (trained)
    push('training', modeled(trained.cpuS, inputs.machineThreads), trained.cpuS, trained.wallS)
  push(
    'loading',
    modeled(one.opened.openCpuS, inputs.machineThreads),
    one.opened.openCpuS,
    one.opened.openWallS,
  )
  push('evaluation', timesItems(perItem, one.calls), cpuPerItem * one.calls, one.wallS)
  const energies = windows.map(({ energy }) => energy)
  push(
    'metering',
    sumKnown(energies),
    metered,
    windows.reduce((sum, { wallS }) => sum + wallS, 0),
  )
  return stages
}

function judging({ judge }: OverheadInputs): readonly Stage[] {
  if (judge.calls === 0) return []
  const energy =
    judge.joules > 0 ? exact('J', judge.joules, 'the judge') : unknown('the judge is not metered')
  return [{ stage: 'judging', candidate: null, energy, cpuS: 0, wallS: 0 }]
}

/** Energy of work that no meter watched (training, loading), from its CPU time. */
export const modeled = (cpuS: number, threads: number | null): Estimate<'J'> =>
  energyOfCpuTime(cpuS, { threads })

function timesItems(perItem: Estimate<'JPerItem'>, items: number): Estimate<'J'> {
  if (items === 0) return exact('J', 0, 'nothing was run')
  if (perItem.kind !== 'known') return perItem
  return {
    ...perItem,
    unit: 'J',
    value: perItem.value * items,
    low: perItem.low * items,
    high: perItem.high * items,
  }
}

/** Sum of what is known; unknown as soon as one part is: a sum without a part would promise too much. */
function sumKnown(parts: readonly Estimate<'J'>[]): Estimate<'J'> {
  return parts.reduce<Estimate<'J'>>((sum, part) => add(sum, part), exact('J', 0, 'start of a sum'))
}

function money({ collected, costs, judge }: OverheadInputs): Estimate<'money'> {
  let sum = judge.price
  for (const one of collected) {
    const price = costs.get(one.opened.spec.id)?.pricePerItem
    if (one.calls === 0) continue
    if (price?.kind !== 'known')
      return unknown('no price is stated for every candidate that was called')
    sum += price.value * one.calls
  }
  return known('money', {
    value: sum,
    method: 'sourced',
    how: 'calls x mean price',
    source: 'prices in the spec',
  })
}

function exhaustive({ collected, costs, items }: OverheadInputs): Estimate<'J'> {
  return sumKnown(
    collected.map((one) => {
      const perItem = costs.get(one.opened.spec.id)?.energyPerItem ?? unknown('not metered')
      return timesItems(perItem, items)
    }),
  )
}

/** Answers until the CPU time saved per resolved task has paid for the CPU time of finding out. */
function payBack(inputs: OverheadInputs, cpuS: number): Estimate<'count'> {
  const { chosen, incumbent, costs, resolved } = inputs
  if (chosen === null || incumbent === null || chosen === incumbent) {
    return infinite('nothing cheaper was chosen, so nothing pays it back')
  }
  const before = costs.get(incumbent)?.cpuPerItem
  if (before?.kind !== 'known' || resolved.kind !== 'known') {
    return unknown('the CPU time per answer of incumbent and chosen is not known')
  }
  const saved = (ratio: number): number => before.value * (1 - 1 / ratio)
  if (saved(resolved.value) <= 0) return infinite('the choice saves no CPU time per resolved task')
  if (resolved.low <= 1) return unknown('it cannot be told apart whether the choice saves anything')
  const answers = scale(exact('count', cpuS, 'CPU seconds of this run'), 1 / saved(resolved.value))
  if (answers.kind !== 'known') return answers
  const low = cpuS / saved(resolved.high)
  const high = cpuS / saved(resolved.low)
  return known('count', {
    value: answers.value,
    low: Math.min(low, answers.value),
    high: Math.max(high, answers.value),
    method: 'measured',
    how: 'CPU seconds of this run / CPU seconds saved per resolved task',
    source: 'interleaved windows',
  })
}

const total = (list: readonly Collected[], of: (one: Collected) => number): number =>
  list.reduce((sum, one) => sum + of(one), 0)
