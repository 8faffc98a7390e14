import type { GridFactor } from '../core/result/usage.ts'

/** Where grid intensities come from: a table in the package, or a live service. */
export interface GridSource {
  readonly name: string
  /** What it covers, and on which basis, in a sentence. */
  readonly about: string
  /** The factor of a place; rejects with a catalogued error when it has none, is down, stale, or answers elsewhere. */
  factor(place: string): Promise<GridFactor>
}
