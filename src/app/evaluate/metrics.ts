import type { Item } from '../../core/spec/item.ts'
import type { CandidateResult } from '../../core/spec/run-result.ts'
import type { Collected } from './collect.ts'

/** Further metrics of a candidate beside the one that decides; filled for single-label classification. */
export function metricsOf(
  _one: Collected,
  _items: readonly Item[],
): Pick<CandidateResult, 'metrics' | 'confusion'> {
  return { metrics: {}, confusion: null }
}
