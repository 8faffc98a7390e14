import { z } from 'zod'
import type { BarSpec, RiskSpec } from '../spec/spec.ts'
import { account } from './account.ts'
import { candidate } from './candidate.ts'
import { type ClaimKind, claimKind } from './claim.ts'
import { overhead } from './cost.ts'
import { list, number, object, portion, record, share, text, texts, yes } from './form.ts'
import { leftOut } from './left-out.ts'
import { saving } from './saving.ts'
import { schemaId } from './schema-id.ts'

export const bar: z.ZodType<BarSpec> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('relative'), margin: share, tolerance: share }),
  z.object({ kind: z.literal('absolute'), floor: share, target: share }),
])

export const risk: z.ZodType<RiskSpec> = z.object({
  alpha: share,
  beta: share,
  claim: z.enum(['supported', 'certified']),
  supportedAt: share,
})

const warning = object({ code: text, text, count: number, examples: texts })
export interface DataWarning extends z.infer<typeof warning> {}

const task = object({
  name: text,
  description: text.nullable(),
  synthetic: yes.describe('The data were made up; every report says so.'),
  metric: text.describe('accuracy, agreement with the incumbent, mean score, macro-f1, ...'),
  scorer: text,
  scorers: record(text)
    .optional()
    .describe('Version of each scorer; of your own, a digest of its files.'),
  items: number,
  labels: texts,
  slices: record(texts),
  clusters: number.nullable(),
  data: record(object({ path: text, items: number, digest: text })),
  warnings: list(warning).describe('What was found wrong with the data.'),
  leftOut: list(leftOut).describe('What of the inputs the decision does not stand on.'),
  /** Share of conflicting labels among duplicates and near-duplicates; unknown where none were found to judge from. */
  labelNoise: portion,
  look: number.describe('How many times this data set has been looked at, this run included.'),
})
export interface TaskResult extends z.infer<typeof task> {}

const scopeClaim = object({ holds: yes, text })
export interface ScopeClaim extends z.infer<typeof scopeClaim> {}

export type DecisionKind = ClaimKind

export const nextStep = object({
  kind: z.enum(['labels', 'canary', 'cascade', 'candidate', 'meter', 'cost', 'none']),
  count: number.nullable().describe('Items to label or calls to make, where that is the step.'),
  text,
})
export interface NextStep extends z.infer<typeof nextStep> {}

/** A fault of the evidence that no number of labels mends: no word above `at` is said, however good the figures are. */
const cap = object({
  code: text.describe('Names the check.'),
  candidate: text.nullable().describe('Whose word it lowers; null: that of all.'),
  at: claimKind.describe('The strongest word that may be said.'),
  why: text,
  next: text.nullable().describe('The flag or edit that settles it.'),
})
export interface Cap extends z.infer<typeof cap> {}

const costBasis = z.enum([
  'energy',
  'cpu-time',
  'price',
  'modeled-energy',
  'latency',
  'parameters',
  'unknown',
])

/** Two ways of stating a cost that contradict each other. */
const costDisagreement = object({
  candidate: text,
  against: text,
  cheaperBy: costBasis,
  dearerBy: costBasis,
  text: text.describe('Both in one sentence.'),
})
export interface CostDisagreement extends z.infer<typeof costDisagreement> {}

const decision = object({
  kind: claimKind,
  chosen: text
    .nullable()
    .describe(
      'Id of the chosen candidate; for `none` and `undecided` the incumbent, null without one.',
    ),
  headline: text.describe('The decision in two sentences.'),
  matches: scopeClaim.describe(
    'Set scope: the full run over these items agrees. No promise about traffic.',
  ),
  certified: scopeClaim.describe('Population scope, over every candidate looked at.'),
  /** P(loss > margin) of the chosen, corrected for selection; null where nothing was chosen. */
  pLossOverMargin: share.nullable(),
  next: list(nextStep),
  caps: list(cap).describe('What keeps the word below what the figures alone would say.'),
  order: object({
    by: costBasis,
    word: text,
    why: text,
    disagreements: list(costDisagreement).describe(
      'Candidates that another basis places on the other side of the incumbent, or of the cheapest.',
    ),
  }),
  regime: object({ kind: z.enum(['full', 'race']), why: text }),
  /** Candidates that could have been accepted (the K of the correction). */
  looked: number,
  saving: saving.nullable(),
  /** For `none`: best quality reached by a cheaper candidate, its gap to the bar, and what to try. */
  gap: object({ best: text, quality: number, gap: number, tryNext: text }).nullable(),
}).describe('What to ship, and how sure that is.')
export interface Decision extends z.infer<typeof decision> {}

const difference = object({
  item: text,
  input: text,
  expected: text,
  chosen: text,
  incumbent: text,
  winner: z.enum(['chosen', 'incumbent', 'neither']),
  slices: record(text),
})
export interface Difference extends z.infer<typeof difference> {}

const environment = object({
  machine: text,
  cpu: text,
  cores: number,
  memoryBytes: number,
  os: text,
  node: text,
  meters: list(object({ name: text, works: yes, detail: text })),
  noisy: text.nullable(),
})
export interface Environment extends z.infer<typeof environment> {}

const provenance = object({
  generator: text,
  startedAt: text,
  endedAt: text,
  specDigest: text,
  policyDigest: text,
  itemOrder: text,
  resumed: yes,
  interrupted: yes,
  look: text.describe('Key of this look at the items in rightsize.lock.'),
  limits: texts,
})
export interface Provenance extends z.infer<typeof provenance> {}

/** With them a result can be decided again under another bar, calling no model. */
const outcomes = object({
  items: texts,
  scores: record(list(number.nullable())),
}).describe('Scores by item and candidate, in the order of `items`; null: not judged.')

/** The one versioned JSON that a run makes. Reports, the lock and exports read only this. */
export const runResult = object({
  schema: z.literal(schemaId['run-result']),
  task,
  bar,
  risk,
  decision,
  incumbent: text.nullable(),
  candidates: list(candidate),
  differences: list(difference).describe('Items where the chosen and the incumbent differ.'),
  overhead,
  account: account.nullable(),
  environment,
  provenance,
  outcomes: outcomes.exactOptional(),
}).meta({ title: 'rightsize run result', description: 'The one versioned JSON that a run makes.' })
export interface RunResult extends z.infer<typeof runResult> {}

/** A run before its account is made, and what reads nothing of the account. */
export type AccountRun = Omit<RunResult, 'account'>
