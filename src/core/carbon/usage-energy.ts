import type { Usage } from '../result/usage.ts'
import { add } from '../unit/arithmetic.ts'
import type { Estimate } from '../unit/estimate.ts'

/** IT energy of one answer, J: with the idle energy of what stays held for it, where that is known. */
export const energyWithIdle = ({
  energy,
  idle,
}: Pick<Usage, 'energy' | 'idle'>): Estimate<'JPerItem'> =>
  idle.kind === 'known' ? add(energy, idle) : energy
