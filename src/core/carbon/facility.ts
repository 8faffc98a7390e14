import { convert, multiply } from '../unit/arithmetic.ts'
import type { Estimate } from '../unit/estimate.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import type { Site } from './site.ts'

/** Carbon of IT energy at a site: E x PUE x I, in g or g per answer. Interval arithmetic: wide, and right for a single figure. */
export function facilityGrams<U extends 'g' | 'gPerR'>(
  energy: Estimate<'J' | 'JPerItem'>,
  { pue, grid }: Pick<Site, 'pue' | 'grid'>,
  unit: U,
): Estimate<U> {
  const facility = multiply(energy, pue, 'J')
  return multiply(convert(facility, 'J', 1 / joulesPerKwh), grid.intensity, unit)
}
