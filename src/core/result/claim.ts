/** How far evidence goes: `certified` and `supported` pass, `none` fails, `undecided` is neither. */
export type ClaimKind = 'certified' | 'supported' | 'undecided' | 'none'

/**
 * What paired evidence states of one candidate's loss, in score units 0..1; positive is worse. The same for every command
 * that judges a model: it is built in core/proof and read by every screen.
 */
export interface Claim {
  /** Of this loss alone; other conditions of the spec stand beside it. */
  readonly kind: ClaimKind
  /** Compared with the incumbent on the same items, or with the floor of the bar. */
  readonly against: 'incumbent' | 'floor'
  /** Loss that the bar allows: its margin, or 0 below its floor. */
  readonly limit: number
  /** Items that count; repeated texts count once. */
  readonly n: number
  /** Items that only the candidate, both or neither, only the incumbent has right; null for graded scores. */
  readonly win: number | null
  readonly tie: number | null
  readonly lose: number | null
  /** Loss over these items. */
  readonly expected: number
  /** Largest loss of the traffic to come at `level`, simultaneous over all candidates. */
  readonly upper: number
  /** 1 - alpha. */
  readonly level: number
  /** Error that this look at the items may make. */
  readonly alpha: number
  /** Number of this look at the items: 1 for the first. */
  readonly look: number
  /** Candidates that could have been accepted: the bound is corrected for them. */
  readonly candidates: number
  /** Posterior chance that the loss exceeds `limit`, for this candidate alone, and corrected for having looked at many. */
  readonly pOver: number
  readonly pOverCorrected: number
  /** p-value of H0 loss >= limit, uncorrected. */
  readonly pNonInferior: number
  /** p-value of equality (McNemar, exact); null for graded scores. */
  readonly pMcNemar: number | null
  readonly method: string
  readonly prior: string
}
