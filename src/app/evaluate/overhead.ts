import { energyOfCpuTime, type ModeledMachine } from '../../core/energy/cpu-model.ts'
import { payBackCalls } from '../../core/energy/pay-back-calls.ts'
import { runtimePart } from '../../core/part/runtimes.ts'
import type { Overhead } from '../../core/result/cost.ts'
import { convert, sum, sumOfFigures } from '../../core/unit/arithmetic.ts'
import { type Estimate, type Figure, infinite, unknown } from '../../core/unit/estimate.ts'
import { exact, known } from '../../core/unit/known.ts'
import { pricePerCall } from './answer-price.ts'
import type { AssembleInputs } from './assemble.ts'
import type { Collected } from './collect.ts'
import type { CandidateFacts } from './facts.ts'
import type { JudgeCost } from './scoring.ts'

type Stage = Overhead['byStage'][number]

/** What the evaluation has cost, by stage, and after how many answers the choice has earned it back. */
export function overheadOf(
  inputs: AssembleInputs,
  facts: readonly CandidateFacts[],
  chosen: string | null,
): Overhead {
  const { collected, spent, machine, items } = inputs
  const stages = [...facts.flatMap((one) => candidateStages(one, inputs)), ...judging(inputs.judge)]
  // Students are trained in this process: their CPU time is a stage of its own.
  const ownCpuS = spent.cpuS - count(collected, ({ opened }) => opened.trained?.ownCpuS ?? 0)
  const own = spent.withChildren ? spent.energy : energyOfCpuTime(ownCpuS, machine)
  const beside = stages.filter((stage) => !spent.withChildren || !isChild(stage, collected))
  const cpuS = sumOfFigures([ownCpuS, ...stages.map((stage) => stage.cpuS)])
  const energy = total([own, ...beside.map((stage) => stage.energy)])
  return {
    calls: count(collected, (one) => one.calls),
    reused: count(collected, (one) => one.reused),
    ...{ energy, cpuS, wallS: spent.wallS },
    money: money(facts, inputs.judge, inputs.spec),
    byStage: stages,
    exhaustive: total(facts.map(({ cost }) => timesItems(cost.energyPerItem, items.length))),
    payBackCalls: payBack(facts, { chosen, incumbent: inputs.spec.incumbent }, { energy, cpuS }),
  }
}

/** Whether a stage was the work of our own child process and nothing else: a sensor of this process has seen it. */
function isChild({ candidate }: Stage, collected: readonly Collected[]): boolean {
  const spec = collected.find(({ opened }) => opened.spec.id === candidate)?.opened.spec
  return (
    spec !== undefined &&
    spec.energy === undefined &&
    runtimePart(spec.runtime).where !== 'elsewhere'
  )
}

function candidateStages(
  { id: candidate, collected: one, cost }: CandidateFacts,
  { measured, machine }: AssembleInputs,
): readonly Stage[] {
  const { trained } = one.opened
  const windows = measured.windows.filter(({ workload }) => workload === candidate)
  const { openCpuS, openWallS } = one.opened
  const stages: readonly Omit<Stage, 'candidate'>[] = [
    ...(trained ? [byCpuTime('training', trained, machine)] : []),
    byCpuTime('loading', { cpuS: openCpuS, wallS: openWallS }, machine),
    {
      ...{ stage: 'evaluation', wallS: one.wallS, cpuS: cpuOfCalls(cost.cpuPerItem, one.calls) },
      energy: timesItems(cost.energyPerItem, one.calls),
    },
    {
      ...{
        stage: 'metering',
        wallS: windows.reduce((all, { wallS }) => all + wallS, 0),
        cpuS: sumOfFigures(windows.map(({ cpuS }) => cpuS ?? unknown(unseen))),
      },
      energy: total(windows.map(({ energy }) => energy)),
    },
  ]
  return stages
    .filter(({ cpuS, wallS }) => cpuS !== 0 || wallS > 0)
    .map((stage) => ({ ...stage, candidate }))
}

const unseen = 'its work is not in a process that can be seen from here'

/** CPU seconds of answers that were asked for. */
const cpuOfCalls = (perItem: Estimate<'sPerItem'>, calls: number): Figure => {
  if (calls === 0) return 0
  return perItem.kind === 'known' ? perItem.value * calls : unknown(unseen)
}

/** Work that no meter watched: its energy is modelled from its CPU time. */
const byCpuTime = (
  stage: Stage['stage'],
  { cpuS, wallS }: { readonly cpuS: Figure; readonly wallS: number },
  machine: ModeledMachine,
): Omit<Stage, 'candidate'> => ({
  ...{ stage, cpuS, wallS },
  energy: typeof cpuS === 'number' ? energyOfCpuTime(cpuS, machine) : cpuS,
})

function judging(judge: JudgeCost): readonly Stage[] {
  if (judge.calls === 0) return []
  const { joules } = judge
  const energy = typeof joules === 'number' ? exact('J', joules, 'the judge') : joules
  const cpuS = unknown('the judge is not metered')
  return [{ stage: 'judging', candidate: null, energy, cpuS, wallS: 0 }]
}

const timesItems = (perItem: Estimate<'JPerItem'>, items: number): Estimate<'J'> =>
  items === 0 ? exact('J', 0, 'nothing was run') : convert(perItem, 'J', items)

/** Unknown as soon as one part is: a sum without a part would promise too much. */
const total = (parts: readonly Estimate<'J'>[]): Estimate<'J'> =>
  sum<'J'>(exact('J', 0, 'nothing was run'), parts)

function money(
  facts: readonly CandidateFacts[],
  judge: JudgeCost,
  spec: AssembleInputs['spec'],
): Estimate<'money'> {
  if (typeof judge.price !== 'number') return judge.price
  let value = judge.price
  const sources = new Set<string>()
  for (const { collected, cost } of facts) {
    if (collected.calls === 0) continue
    const price = pricePerCall(collected, cost.pricePerItem, spec)
    if (price.kind !== 'known')
      return unknown('no price is stated for every candidate that was called')
    value += price.value * collected.calls
    sources.add(price.source)
  }
  const source = [...sources].join('; ') || 'prices in the spec'
  return known('money', { value, method: 'sourced', how: 'calls x mean price', source })
}

/** Answers until what is saved per accepted answer has paid for the evaluation: in joules of a sensor, else in CPU time. */
function payBack(
  facts: readonly CandidateFacts[],
  { chosen, incumbent }: { readonly chosen: string | null; readonly incumbent: string | null },
  { energy, cpuS }: Pick<Overhead, 'energy' | 'cpuS'>,
): Estimate<'count'> {
  const [after, before] = [chosen, incumbent].map((id) => facts.find((one) => one.id === id))
  if (incumbent === null) return unknown('no incumbent is named, so nothing is saved')
  if (!after || !before || after === before) return infinite('no cheaper model was chosen')
  const { ratioAccepted } = after.cost
  if (after.saving.of === 'price')
    return unknown('what is saved is known in money only: see the pay-back of the account')
  return after.saving.of === 'energy'
    ? payBackCalls(energy, before.cost.energyPerItem, ratioAccepted)
    : payBackCalls(
        typeof cpuS === 'number' ? exact('s', cpuS, 'CPU time of this run') : cpuS,
        before.cost.cpuPerItem,
        ratioAccepted,
      )
}

const count = (list: readonly Collected[], of: (one: Collected) => number): number =>
  list.reduce((all, one) => all + of(one), 0)
