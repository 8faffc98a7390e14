import type { CandidateResult } from './candidate.ts'

/** Days after which a list price is called stale. */
export const staleAfterDays = 90

/** Stands in the source of a price that is stale. */
export const staleWords = `older than ${staleAfterDays} days`

/** Candidates that the sentence names: it is never cut, whatever their number and length. */
const named = 6

/** What must stand beside figures of money where one of them rests on a stale price; null where none does. */
export function stalePricesText(
  candidates: readonly Pick<CandidateResult, 'id' | 'cost'>[],
): string | null {
  const stale = candidates.filter(
    ({ cost: { pricePerItem: price } }) =>
      price.kind === 'known' && price.source.includes(staleWords),
  )
  if (stale.length === 0) return null
  const more = stale.length - named
  const ids = stale.slice(0, named).map(({ id }) => (id.length > 60 ? `${id.slice(0, 59)}…` : id))
  return `List prices of ${ids.join(', ')}${more > 0 ? ` and ${more} more` : ''} are ${staleWords}: \`rightsize prices update\` refreshes them.`
}
