/** Everything that was paid for, kept under digests (hex text). */
export interface StoredOutcome {
  /** sha256 of (item, rendered prompt, model identity, sampling settings, engine version, draw). */
  readonly key: string
  readonly itemDigest: string
  readonly candidateDigest: string
  /** JSON of the Answer. */
  readonly answer: string
  readonly at: string
}

export interface StoredScore {
  readonly outcomeKey: string
  /** Scorer name, version and settings. */
  readonly scorer: string
  readonly score: number | null
  readonly detail: string
}

export interface StoredWindow {
  readonly candidateDigest: string
  readonly machine: string
  readonly meter: string
  /** JSON of the reading plus items, batch size and order in the interleaving. */
  readonly reading: string
  readonly at: string
}

/**
 * Every row is kept with a checksum; reading one that does not match throws STORE_DAMAGED, which names the row: an answer that
 * nobody gave must not decide anything.
 */
export interface Store {
  /**
   * Reserves outcomes that this store's user is about to ask for, all or none, so that no other run on the same store asks as
   * well; false where another holds one of them. Ends by itself at `until` (ISO 8601), or with the process that claimed.
   */
  claim(keys: readonly string[], lease: { readonly now: string; readonly until: string }): boolean
  /** Ends claims of this store's user, after the outcomes are stored or it is known that there are none. */
  release(keys: readonly string[]): void
  outcomes(keys: readonly string[]): ReadonlyMap<string, StoredOutcome>
  putOutcomes(rows: readonly StoredOutcome[]): void
  scores(outcomeKeys: readonly string[], scorer: string): ReadonlyMap<string, StoredScore>
  /** All or none. Throws SCORER_FAILED where a score is NaN or infinite. */
  putScores(rows: readonly StoredScore[]): void
  windows(candidateDigest: string, machine: string, meter: string): readonly StoredWindow[]
  putWindow(row: StoredWindow): void
  /** Evidence and small documents by digest. */
  getDocument(digest: string): string | null
  putDocument(digest: string, json: string): void
  stats(): {
    readonly outcomes: number
    readonly scores: number
    readonly windows: number
    readonly documents: number
    readonly bytes: number
  }
  /** Drops outcomes older than the date; returns how many. */
  prune(before: string): number
  exportRows(): Iterable<{
    readonly table: string
    readonly row: Readonly<Record<string, string | number | null>>
  }>
  close(): void
}

/** What of a store is whole, and what is not. */
export interface StoreHealth {
  readonly path: string
  /** Rows that match their checksum. */
  readonly rows: Readonly<Record<'outcomes' | 'scores' | 'windows' | 'documents', number>>
  /** Names of rows that do not. */
  readonly damaged: readonly string[]
  /** Parts of the file in which no row can be recognized, whatever was there. */
  readonly unread: { readonly count: number; readonly unit: 'page' | 'line' }
  /** Why the file could not be read as a whole; null where it could. */
  readonly failure: string | null
}

/** What a repair kept and lost. */
export interface StoreRepair {
  readonly found: StoreHealth
  /** Where the damaged store now lies; null where nothing was damaged and nothing was changed. */
  readonly aside: string | null
}
