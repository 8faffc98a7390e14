import { z } from 'zod'
import { number, object, share, text } from './form.ts'

const tally = number.int().min(0)

/** How far evidence goes: `certified` and `supported` pass, `none` fails, `undecided` is neither. */
export const claimKind = z.enum(['certified', 'supported', 'undecided', 'none'])
export type ClaimKind = z.infer<typeof claimKind>

/**
 * What paired evidence states of one candidate's loss. The same for every command that judges a model: it is built in
 * core/proof and read by every screen.
 */
export const claim = object({
  /** Of this loss alone; other conditions of the spec stand beside it. */
  kind: claimKind,
  /** Compared with the incumbent on the same items, or with the floor of the bar. */
  against: z.enum(['incumbent', 'floor']),
  limit: number.describe('Loss that the bar allows: its margin, or 0 below its floor.'),
  n: tally.describe('Items that count; repeated texts count once.'),
  /** Items that only the candidate, both or neither, only the incumbent has right; null for graded scores. */
  win: tally.nullable(),
  tie: tally.nullable(),
  lose: tally.nullable(),
  expected: number.describe('Loss over these items.'),
  upper: number.describe(
    'Bound of the loss over `traffic`, allowing for having been picked and shown because it passed.',
  ),
  level: share.describe('1 - alpha.'),
  alpha: share.describe('Error that this look may make.'),
  look: number.int().min(1).describe('Number of this look at the question: 1 for the first.'),
  candidates: tally.describe('Candidates that were judged and could be chosen.'),
  inPlay: tally.describe('Those that were not shown to fail: the test is corrected for them.'),
  traffic: number
    .nullable()
    .describe('Answers that bound and chance are for; null for the long run.'),
  pOver: share.describe('Chance that the loss over `traffic` exceeds `limit`, of it alone.'),
  pCorrected: share.describe(
    'p-value that decides `supported`: worse of test and posterior, corrected for picking.',
  ),
  /** p-value of H0 loss >= limit, uncorrected. */
  pNonInferior: share,
  /** p-value of equality (McNemar, exact); null for graded scores. */
  pMcNemar: share.nullable(),
  method: text,
  prior: text,
}).describe('Loss in score units, 0..1; positive is worse.')
export interface Claim extends z.infer<typeof claim> {}
