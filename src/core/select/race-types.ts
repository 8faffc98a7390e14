import type { BarSpec } from '../spec/spec.ts'

export interface RaceCandidate {
  readonly id: string
  /** Prior cost of one item in the unit of the budget (J, calls, money): [low, high]. */
  readonly cost: readonly [number, number]
  /** Place in the spec; breaks ties of cost. */
  readonly written: number
}

export interface RaceSetup {
  /** Those that could be accepted: with a relative bar the ones cheaper than the incumbent. K is their number. */
  readonly candidates: readonly RaceCandidate[]
  /** Items in the set. Positions 0..items-1 are in the item order and never re-drawn. */
  readonly items: number
  readonly bar: BarSpec
  readonly alpha: number
  readonly beta: number
  /** Relative bar only. `logged`: its scores are known for every position and cost nothing. */
  readonly reference: {
    readonly id: string
    readonly cost: number
    readonly logged: boolean
  } | null
  /** Items per request at the start of a candidate (the concurrency). */
  readonly batch: number
  /** A batch is at least this share of the items already seen (0.05: about 6 % more than one by one). */
  readonly growth: number
  /** Spend at which everything stops; null: none. */
  readonly budget: number | null
  /** Calls that the choice will serve; null: not declared, and then nothing is parked. */
  readonly volume: number | null
  /** Cluster number by position, clusters contiguous; null: every item is its own unit. */
  readonly clusters: readonly number[] | null
  /**
   * What the choice must show about future items before the race ends. Without it the race is about these items alone:
   * it stops at the cheapest candidate that matches, which often stands right on the bar and is then supported for
   * nothing beyond them. `risk` is 1 - supportedAt, or alpha for `certified`.
   */
  readonly traffic?: RaceTraffic | null
  /** Further conditions, each a mean over the positions where `member` is true. */
  readonly slices: readonly RaceSlice[]
}

export interface RaceTraffic {
  readonly kind: 'supported' | 'certified'
  readonly risk: number
}

interface RaceSlice {
  readonly name: string
  readonly member: readonly boolean[]
  /** Relative bar: the margin within the slice; absolute: its floor. */
  readonly limit: number
}

/** What to do next. Positions are [from, to). */
export type RaceAction =
  | {
      readonly kind: 'evaluate'
      readonly candidate: string
      readonly from: number
      readonly to: number
      /** Positions of the reference that this batch also needs and that are not there yet. */
      readonly reference: { readonly from: number; readonly to: number } | null
      /** `probe`: scores are recorded and not looked at until the order is frozen. */
      readonly phase: 'probe' | 'race' | 'resume'
    }
  | { readonly kind: 'done'; readonly outcome: RaceOutcome }

export interface RaceOutcome {
  readonly reason: 'accepted' | 'none' | 'budget'
  /** Set scope: the full run over these items would say that it meets the bar; with `traffic`, the first that shows that too, or else the first that matches. */
  readonly accepted: string | null
  readonly spent: number
  /** For `budget`: the candidate that stood next and what deciding it could still cost at most. */
  readonly pending: { readonly candidate: string; readonly atMost: number } | null
}
