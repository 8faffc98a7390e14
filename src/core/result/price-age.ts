import type { CandidateResult } from './candidate.ts'

/** Days after which a list price is called stale. */
export const staleAfterDays = 90

/** Stands in the source of a price that is stale. */
export const staleWords = `older than ${staleAfterDays} days`

/** What must stand beside figures of money where one of them rests on a stale price; null where none does. */
export function stalePricesText(
  candidates: readonly Pick<CandidateResult, 'id' | 'cost'>[],
): string | null {
  const stale = candidates.filter(
    ({ cost: { pricePerItem: price } }) =>
      price.kind === 'known' && price.source.includes(staleWords),
  )
  if (stale.length === 0) return null
  const ids = stale.map(({ id }) => id).join(', ')
  return `List prices of ${ids} are ${staleWords}: \`rightsize prices update\` refreshes them.`
}
