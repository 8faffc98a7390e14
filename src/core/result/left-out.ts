import { z } from 'zod'
import { object, text, texts, yes } from './form.ts'

const tally = z.number().int().min(1)

/** What of the inputs was left out: of every file, row, score, assertion, test and figure that a reader did not use. */
export const leftOut = object({
  what: text.describe('Noun of one: assertion, test, row, score, prompt, metric, setting.'),
  code: text.describe('Why, as a word that stays the same.'),
  why: text.describe('Why, in words.'),
  count: tally,
  of: tally
    .nullable()
    .describe('How many there are of them in all; null where they were not counted.'),
  examples: texts.describe('Places or values, at most three.'),
  blocks: yes
    .optional()
    .describe('It leaves open what the rows are: nothing is decided until it is settled.'),
  partial: yes.describe('Part of what the decision stands on: nothing is then certified.'),
}).describe('What was left out of the decision, and why.')
export interface LeftOut extends z.infer<typeof leftOut> {}
