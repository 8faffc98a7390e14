import { z } from 'zod'
import { list, number, object, record, share, text, yes } from './form.ts'

const tally = number.int().min(0)

/** Why an answer was not understood. */
export const unreadKind = z.enum(['none', 'ambiguous', 'empty', 'cut', 'refused', 'failed'])
export type UnreadKind = z.infer<typeof unreadKind>

/** How far the answers of a candidate could be read, before any verdict. */
export const answerHealth = object({
  closed: yes.describe('The labels are a closed set, so an answer that is none of them is unread.'),
  answers: tally.describe('Answers that were looked at, failed ones included.'),
  unread: record(tally).describe(
    'By kind: none (none of the labels), ambiguous, empty, cut (by the token limit), refused, failed.',
  ),
  unreadShare: share.describe('Unread answers over answers; 0 where nothing was answered.'),
  wrapped: tally.describe('Answers that were read only after normalization.'),
  rules: record(tally).describe('What was normalized, by rule.'),
  examples: list(
    object({ kind: z.enum([...unreadKind.options, 'wrapped']), item: text, raw: text }),
  ).describe('At most three raw answers of each kind.'),
  fix: text.nullable().describe('The change that would make the unread answers readable.'),
}).describe('How far the answers of a candidate could be read.')
export interface AnswerHealth extends z.infer<typeof answerHealth> {}
