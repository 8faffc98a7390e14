import { z } from 'zod'
import { estimate, number, object, portion, ratio, text } from './form.ts'

const perItem = estimate('JPerItem', 'sPerItem', 'moneyPerItem')

const side = object({
  perAnswer: perItem,
  accepted: portion.describe('Share of the answers that is accepted.'),
  perAccepted: perItem,
})

/** What a candidate saves against the incumbent: the one figure that headline, table, lock and account state. */
export const saving = object({
  of: z.enum(['energy', 'CPU time', 'price']),
  ratio: ratio.describe('Cost of an accepted answer, incumbent over candidate.'),
  per: z.literal('accepted answer'),
  release: object({ replicas: number, instances: number, text })
    .nullable()
    .describe('At a declared load: what of the replicas held can go, or what would let them go.'),
  candidate: side,
  incumbent: side,
})
export interface Saving extends z.infer<typeof saving> {}
