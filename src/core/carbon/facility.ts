import { convert, multiply } from '../unit/arithmetic.ts'
import type { Estimate } from '../unit/estimate.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import type { Site } from './site.ts'

/** Carbon of IT energy at a site, g: E x PUE x I. Interval arithmetic: wide, and right for a single figure. */
export function facilityGrams(
  energy: Estimate<'J'>,
  site: Pick<Site, 'pue' | 'grid'>,
): Estimate<'g'> {
  const facility = multiply(energy, site.pue, 'J')
  return multiply(convert(facility, 'J', 1 / joulesPerKwh), site.grid.intensity, 'g')
}
