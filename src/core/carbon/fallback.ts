import type { Usage } from '../result/usage.ts'

/** What happens to an answer that is not accepted. */
export type Fallback =
  | {
      /** It goes to the incumbent; what that gets wrong goes to a person outside the boundary. */
      readonly kind: 'incumbent'
      readonly incumbent: Usage | null
    }
  | {
      /** The same candidate answers once more; what is still wrong goes to a person outside the boundary. */
      readonly kind: 'retry'
    }
  | {
      /** A person resolves it, outside the boundary: no carbon is charged, the number of cases is reported. */
      readonly kind: 'person'
    }

/** Who answers what a candidate got wrong; null where that is a person outside the boundary. */
export function takerOf(usage: Usage, fallback: Fallback): Usage | null {
  if (fallback.kind !== 'incumbent') return fallback.kind === 'retry' ? usage : null
  const { incumbent } = fallback
  return incumbent?.candidate === usage.candidate ? null : incumbent
}
