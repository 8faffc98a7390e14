import { RightsizeError } from '../error/error.ts'
import type { SciComparison } from '../result/account.ts'
import type { Usage } from '../result/usage.ts'
import { compare } from '../unit/compare.ts'
import type { Estimate, Unknown } from '../unit/estimate.ts'
import { tornado } from '../unit/tornado.ts'
import type { SciOptions } from './sci.ts'
import { combine, pairModels } from './sci-model.ts'

/**
 * Is A lower than B, per accepted answer? Refused when the two were not had in the same way (ISO/IEC 21031: the baseline
 * uses the same methodology). Shared factors are drawn once and cancel; the two accept rates are paired (`rates`, A over B).
 */
export function compareSci(
  a: Usage,
  b: Usage,
  rates: Estimate<'ratio'>,
  options: SciOptions = {},
): SciComparison | Unknown {
  requireSameMethod(a, b)
  const pair = pairModels(a, b, rates)
  if ('kind' in pair) return pair
  const { seed = 1, draws = 10_000 } = options
  const rate = b.acceptRate.kind === 'known' ? b.acceptRate.value : 1
  return {
    a: a.candidate,
    b: b.candidate,
    per: 'accepted',
    ...compare(pair.a, pair.b, { seed, draws }),
    measureNext: tornado(
      combine([pair.a, pair.b], ([ours = 0, theirs = 0]) => (theirs - ours) / rate),
    ),
  }
}

/** Throws with every difference in method named. */
export function requireSameMethod(a: Usage, b: Usage): void {
  const differences = methodDifferences(a, b)
  if (differences.length > 0)
    throw new RightsizeError(
      'COMPARISON_MIXED',
      `${a.candidate} and ${b.candidate} differ in ${differences.join('; ')}`,
    )
}

/** In what two usages differ that must be the same in a comparison: each as "what: this against that". */
export function methodDifferences(a: Usage, b: Usage): readonly string[] {
  const rows: readonly (readonly [string, string, string])[] = [
    ['meter', a.meter, b.meter],
    ['grid kind', a.grid.kind, b.grid.kind],
    ['grid mix', a.grid.mix, b.grid.mix],
    ['grid scope', a.grid.scope, b.grid.scope],
    ['idle energy', idleWord(a), idleWord(b)],
    ['embodied method', a.embodied.kind, b.embodied.kind],
  ]
  return rows
    .filter(([, left, right]) => left !== right)
    .map(([what, left, right]) => `${what}: ${left} against ${right}`)
}

const idleWord = ({ idle }: Usage) => (idle.kind === 'known' ? 'included' : 'not included')
