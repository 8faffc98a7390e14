import { type Claim, holds } from './claimant.ts'

/** Claims in memory. */
export interface Claims {
  /** Takes all keys or none. */
  take(keys: readonly string[], claim: Claim): boolean
  /** The same where it was decided before which owners no longer count: every reader of a journal must come to the same. */
  settle(keys: readonly string[], claim: Claim, over: readonly string[]): void
  free(keys: readonly string[], owner: string): void
  others(keys: readonly string[], owner: string): readonly Claim[]
  ownerOf(key: string): string | undefined
}

export function createClaims(): Claims {
  const claims = new Map<string, Claim>()
  const put = (keys: readonly string[], claim: Claim): void => {
    for (const key of keys) claims.set(key, claim)
  }
  const others = (keys: readonly string[], owner: string): readonly Claim[] =>
    keys.flatMap((key) => claims.get(key) ?? []).filter((claim) => claim.owner !== owner)
  return {
    take(keys, claim) {
      if (others(keys, claim.owner).some((there) => holds(there, claim))) return false
      put(keys, claim)
      return true
    },
    settle(keys, claim, over) {
      if (others(keys, claim.owner).every(({ owner }) => over.includes(owner))) put(keys, claim)
    },
    free(keys, owner) {
      for (const key of keys) if (claims.get(key)?.owner === owner) claims.delete(key)
    },
    others,
    ownerOf: (key) => claims.get(key)?.owner,
  }
}
