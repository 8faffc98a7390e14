import { z } from 'zod'

const share = z.number().min(0).max(1)
const count = z.number().int().min(0)

/** The form of a `Claim`, wherever a document holds one. */
export const claimSchema = z
  .object({
    kind: z.enum(['certified', 'supported', 'undecided', 'none']),
    against: z.enum(['incumbent', 'floor']),
    limit: z.number().describe('Loss that the bar allows.'),
    n: count,
    win: count.nullable(),
    tie: count.nullable(),
    lose: count.nullable(),
    expected: z.number(),
    upper: z.number().describe('Of the traffic to come, simultaneous over all candidates.'),
    level: share,
    alpha: share.describe('Error that this look may make.'),
    look: z.number().int().min(1).describe('Number of this look at these items.'),
    candidates: count,
    pOver: share,
    pOverCorrected: share,
    pNonInferior: share,
    pMcNemar: share.nullable(),
    method: z.string(),
    prior: z.string(),
  })
  .describe('Loss in score units, 0..1; positive is worse.')
