import type { CandidateResult } from '../../result/candidate.ts'
import type { RunResult } from '../../result/run-result.ts'
import type { Estimate, Unit } from '../../unit/estimate.ts'
import { prefixed, significant } from '../kit/number.ts'

/** The cost by which candidates are compared in plots and on the terminal. */
export interface CostAxis {
  readonly estimate: Estimate<Unit>
  /** One or two words, for the head of a column. */
  readonly short: string
  readonly name: string
  readonly text: (value: number) => string
}

/** What the decision was ordered by, where that is energy, CPU time, price or latency; else CPU time. */
export function costAxis({ cost }: CandidateResult, { decision }: RunResult): CostAxis {
  const joules = (v: number): string => prefixed(v, 'J', 2)
  const seconds = (v: number): string => prefixed(v, 's', 2)
  const money = (v: number): string => significant(v, 2)
  switch (decision.order.by) {
    case 'energy':
      return axis(cost.energyPerItem, 'energy', 'energy per answer', joules)
    case 'price':
      return axis(cost.pricePerItem, 'price', 'price per answer', money)
    case 'latency':
      return axis(cost.latencyP50, 'latency', 'median latency', seconds)
    default:
      return axis(cost.cpuPerItem, 'CPU time', 'CPU time per answer (energy proxy)', seconds)
  }
}

const axis = (
  estimate: Estimate<Unit>,
  short: string,
  name: string,
  text: (value: number) => string,
): CostAxis => ({ estimate, short, name, text })
