import type { Waterfall } from '../result/account.ts'
import type { Usage } from '../result/usage.ts'
import { scoreInput } from './sci.ts'
import { scoreOf } from './sci-score.ts'

export interface WaterfallStep {
  readonly name: string
  /** g per accepted answer that this step adds. */
  readonly grams: number
}

/** Null where the candidate has no score. */
export function waterfallOf(usage: Usage | undefined): Waterfall | null {
  if (usage === undefined) return null
  const input = scoreInput(usage, 'accepted')
  if ('kind' in input || input.units === 0) return null
  const score = scoreOf(input)
  const each = (grams: number) => grams / usage.answers
  const rejected = score.sci - each(score.totalG)
  const it = each(input.itEnergyKwh * input.gridGPerKwh)
  const idleShare = idlePart(usage)
  return {
    candidate: usage.candidate,
    steps: [
      { name: 'energy of the answer x grid', grams: it * (1 - idleShare) },
      { name: 'idle capacity', grams: it * idleShare },
      { name: 'data center overhead (PUE)', grams: each(score.operationalG) - it },
      { name: 'embodied carbon (M)', grams: each(score.embodiedG) },
      { name: 'answers that were not accepted', grams: rejected },
    ],
    total: score.sci,
  }
}

function idlePart({ energy, idle }: Usage): number {
  if (energy.kind !== 'known' || idle.kind !== 'known') return 0
  const whole = energy.value + idle.value
  return whole > 0 ? idle.value / whole : 0
}
