import { z } from 'zod'
import type { CandidateSettings } from '../spec/spec.ts'
import { answerHealth } from './answer-health.ts'
import { claim } from './claim.ts'
import { cost } from './cost.ts'
import {
  estimate,
  joules,
  list,
  number,
  object,
  portion,
  ratio,
  record,
  share,
  text,
  texts,
  yes,
} from './form.ts'

export const settings: z.ZodType<CandidateSettings> = z
  .object({
    temperature: number.exactOptional(),
    maxTokens: number.exactOptional(),
    reasoningEffort: text.exactOptional(),
    seed: number.exactOptional(),
    threads: number.exactOptional(),
    spinning: yes.exactOptional(),
    batch: number.exactOptional(),
    maxLength: number.exactOptional(),
    int8: yes.exactOptional(),
    memoryMiB: number.exactOptional(),
    timeoutS: number.exactOptional(),
    concurrency: number.exactOptional(),
    draws: number.exactOptional(),
  })
  .catchall(z.unknown())
  .describe('Settings that are part of the identity of the candidate.')

export const verdict = z.enum(['meets', 'fails', 'inconclusive', 'broken'])
export type Verdict = z.infer<typeof verdict>

const identity = object({
  revision: text,
  precision: text,
  engine: text,
  floating: yes,
  digest: text,
  parameters: number.nullable(),
  activeParameters: number.nullable(),
  bytes: number.nullable(),
})

const sequential = object({
  scope: z.enum(['set', 'population']),
  /** Natural logs of the largest capital reached. */
  logEUp: number,
  logEDown: number,
  thresholdUp: number,
  thresholdDown: number,
  share: share.describe('Part of the error that this candidate could spend.'),
  stoppedAt: number,
  reason: z.enum(['accepted', 'discarded', 'exhausted', 'budget', 'parked', 'not reached']),
})
export interface SequentialEvidence extends z.infer<typeof sequential> {}

export const constraint = object({
  name: text,
  limit: number,
  unit: text,
  value: estimate('ratio', 's', 'B', 'JPerItem', 'moneyPerItem', 'share'),
  verdict,
  why: text,
})
export interface ConstraintResult extends z.infer<typeof constraint> {}

const slice = object({
  key: text,
  value: text,
  n: number,
  quality: portion,
  /** Expected loss against the incumbent within the slice. */
  loss: number.nullable(),
  lossUpper: number.nullable(),
  judged: yes,
  note: text,
})
export interface SliceResult extends z.infer<typeof slice> {}

const pair: z.ZodType<readonly [string, string, number]> = z.tuple([text, text, number])

export const candidate = object({
  id: text,
  base: text,
  runtime: text,
  model: text,
  role: z.enum(['incumbent', 'candidate']),
  settings,
  identity: identity.nullable(),
  trained: object({ items: number, energy: joules, cpuS: number, note: text }).nullable(),
  verdict,
  why: text.describe('Why it got its verdict; why it lost.'),
  n: number.describe('Items judged.'),
  failed: number,
  skipped: number,
  health: answerHealth,
  quality: portion,
  acceptRate: portion.describe('Accepted answers over answers.'),
  acceptRatio: ratio.describe("Its accept rate over the incumbent's, on the same items."),
  metrics: record(portion).describe('Further metrics (macro F1, MCC, ECE ...), by name.'),
  loss: claim.nullable(),
  sequential: sequential.nullable(),
  constraints: list(constraint),
  slices: list(slice),
  cost,
  confusion: object({ labels: texts, pairs: list(pair) }).nullable(),
})
export interface CandidateResult extends z.infer<typeof candidate> {}
