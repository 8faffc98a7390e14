import { z } from 'zod'
import { object, share, text } from './form.ts'

/** What happens to an answer of which somebody notices that it is wrong. */
export const fallback = object({
  to: z.union([z.enum(['person', 'retry']), object({ model: text })]),
  detector: object({
    by: z.enum(['validator', 'certificate', 'person']),
    catches: share.describe('Share of the wrong answers that are noticed.'),
    falseAlarms: share.describe('Share of the right answers that are rejected.'),
  }).describe('Who notices that an answer is wrong.'),
}).meta({ id: 'fallback' })
export interface Fallback extends z.infer<typeof fallback> {}
