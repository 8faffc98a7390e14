import { z } from 'zod'
import type { FactorComparison } from '../unit/compare.ts'
import type { TornadoBar } from '../unit/tornado.ts'
import { answerCost, payBackLedger } from './account-money.ts'
import { verdict } from './candidate.ts'
import { sci, stage } from './cost.ts'
import { fallback } from './fallback.ts'
import {
  grams,
  gramsPerR,
  joules,
  joulesPerItem,
  knownCount,
  knownRatio,
  list,
  money,
  number,
  object,
  portion,
  share,
  text,
  texts,
  yes,
} from './form.ts'
import { schemaId } from './schema-id.ts'
import { gridFactor, usage } from './usage.ts'

const persona = z.enum(['consumer', 'provider'])
export type Persona = z.infer<typeof persona>

/** Lifecycle stages of SCI for AI, table 1. */
const lifecycleStage = z.enum([
  'Inception',
  'Design & Development',
  'Deployment',
  'Operation & Monitoring',
  'Retirement',
])
export type LifecycleStage = z.infer<typeof lifecycleStage>

const boundaryRow = object({
  persona,
  stage: lifecycleStage,
  item: text,
  included: yes,
  reason: text,
  shall: yes.describe('Whether SCI for AI states that it SHALL be included.'),
})
export interface BoundaryRow extends z.infer<typeof boundaryRow> {}

const coefficient = object({
  name: text,
  description: text,
  value: number,
  low: number,
  high: number,
  unit: text,
  source: text,
})
export interface Coefficient extends z.infer<typeof coefficient> {}

/** Size of a model, in billions of parameters, with where it is from. */
const modelFacts = object({
  model: text,
  totalBillions: knownCount,
  activeBillions: knownCount,
  bits: number.describe('Bits per weight as published.'),
  source: text,
  assumed: z
    .literal(true)
    .describe(
      'The publisher keeps the size to itself: the numbers are an assumption of the source.',
    )
    .exactOptional(),
})
export interface ModelFacts extends z.infer<typeof modelFacts> {}

/** The functional units that SCI for AI suggests for Consumers (section 8.1), and ours. */
const functionalUnit = z.enum([
  'inference',
  'accepted',
  'token',
  'page',
  'second',
  'image',
  'character',
  'workflow',
])
export type FunctionalUnit = z.infer<typeof functionalUnit>

const unitConversion = object({
  from: text,
  to: text,
  factor: number.describe('SCI per `to` = SCI per `from` x factor.'),
  how: text,
})
export interface UnitConversion extends z.infer<typeof unitConversion> {}

const fallbackScore = object({
  asked: portion.describe('Share of the answers that the fallback is asked to answer again.'),
  right: portion.describe('Share of the tasks that end right.'),
  sci: gramsPerR.describe('Per task that ends right; what a person does is outside the boundary.'),
})
export interface FallbackScore extends z.infer<typeof fallbackScore> {}

const consumerRow = object({
  id: text,
  verdict,
  /** Place among the candidates that meet the bar, by SCI per accepted answer; null for the others. */
  rank: number.nullable(),
  sci,
  /** SCI per output token, where answers are tokens. */
  perToken: gramsPerR.nullable(),
  /** SCI per declared billing unit (page, second, image ...), where one is declared. */
  perBillingUnit: object({ unit: functionalUnit, sci: gramsPerR }).nullable(),
  conversions: list(unitConversion),
  /** Beside the headline: what the declared fallback makes of it; null where none is declared. */
  withFallback: fallbackScore.nullable(),
})
export interface ConsumerRow extends z.infer<typeof consumerRow> {}

const consumer = object({
  persona: z.literal('consumer'),
  headline: z.literal('accepted answer'),
  fallback: fallback.nullable(),
  rows: list(consumerRow),
  /** Re-validation of the decision, per month of its validity. */
  monitoringPerMonth: grams,
  rationale: text,
  conformance: text.describe(
    'A conforming score or a comparison, by what the boundary leaves out.',
  ),
})
export interface ConsumerReport extends z.infer<typeof consumer> {}

const stageRow = object({
  stage: lifecycleStage,
  activity: stage,
  candidate: text.nullable(),
  /** Whether it was spent on something that was not chosen. */
  discarded: yes,
  energy: joules,
  operational: grams,
  embodied: grams,
})
export interface StageRow extends z.infer<typeof stageRow> {}

const providerUnit = object({
  unit: z.enum(['FLOP', 'training token', 'billion parameters']),
  count: z.enum(['gross', 'effective']),
  amount: number.nullable(),
  sci: gramsPerR,
})
export interface ProviderUnit extends z.infer<typeof providerUnit> {}

const provider = object({
  persona: z.literal('provider'),
  stages: list(stageRow),
  energy: joules,
  operational: grams,
  embodied: grams,
  total: grams,
  /** Share of the energy that went into what was not chosen: failed tries are counted, not hidden. */
  discardedEnergy: joules,
  units: list(providerUnit),
  rationale: text,
  strategies: texts,
})
export interface ProviderReport extends z.infer<typeof provider> {}

const tornadoBar: z.ZodType<TornadoBar> = z.object({
  factor: text,
  atLow: number,
  atHigh: number,
  swing: number,
  method: z.enum(['measured', 'sourced', 'modeled']),
})

const sciPer = z.enum(['inference', 'accepted'])
export type SciPer = z.infer<typeof sciPer>

const pairOfIds = { a: text, b: text }

const compared = z.object({
  kind: z.literal('compared'),
  ...pairOfIds,
  /** P(a < b) over the draws, ties counted half. */
  pLess: share,
  verdict: z.enum(['better', 'worse', 'cannot tell']) satisfies z.ZodType<
    FactorComparison['verdict']
  >,
  ratio: knownRatio.nullable(),
  per: sciPer,
  /** What to measure next, widest first: what moves the difference b - a. */
  measureNext: list(tornadoBar),
})
export interface SciComparison extends Readonly<Omit<z.infer<typeof compared>, 'kind'>> {}

const comparison = z.discriminatedUnion('kind', [
  compared,
  z.object({ kind: z.literal('refused'), ...pairOfIds, why: text }),
])
export type ComparisonOrRefusal = Readonly<z.infer<typeof comparison>>

/** From energy to SCI per accepted answer, step by step, g per accepted answer; the steps add up to the total. */
const waterfall = object({
  candidate: text,
  steps: list(object({ name: text, grams: number })),
  total: number,
})
export interface Waterfall extends z.infer<typeof waterfall> {}

const loadAccount = object({
  id: text,
  answersPerMonth: number,
  /** Replicas that the busiest hour needs; null where throughput is not known. */
  replicasNeeded: number.nullable(),
  replicasHeld: number,
  /** Replicas that can go; negative where more are needed than are held. */
  replicasToDrop: number.nullable(),
  instancesToDrop: number.nullable(),
  /** Share of the held capacity that works, over the day. */
  utilization: number.nullable(),
  /** Idle included, at the declared load and the replicas held. */
  energyPerAnswer: joulesPerItem,
  idlePerAnswer: joulesPerItem,
  embodiedPerAnswer: gramsPerR,
  sciPerAnswer: gramsPerR,
})
export interface LoadAccount extends z.infer<typeof loadAccount> {}

const realizedSaving = object({
  replicasReleased: number,
  instancesReleased: number,
  idleEnergy: joules,
  carbon: grams,
  money,
  sentence: text,
})
export interface RealizedSaving extends z.infer<typeof realizedSaving> {}

const deployment = object({
  candidates: list(loadAccount),
  /** The chosen against the incumbent; null without both. */
  realized: realizedSaving.nullable(),
  marginalPerAnswer: gramsPerR,
  sentence: text,
})
export interface DeploymentAccount extends z.infer<typeof deployment> {}

/** The whole account of a run. */
export const account = object({
  schema: z.literal(schemaId.account),
  task: text,
  at: text,
  grid: gridFactor,
  chosen: text.nullable(),
  incumbent: text.nullable(),
  boundary: list(boundaryRow),
  coefficients: list(coefficient),
  usages: list(usage).describe('What each candidate uses per answer.'),
  api: list(object({ id: text, provider: text, facts: modelFacts, notes: texts })),
  consumer,
  provider,
  /** SCI per candidate under the marginal factor; null where none was given. */
  marginal: list(object({ id: text, sci })).nullable(),
  comparisons: list(comparison),
  waterfall: waterfall.nullable(),
  deployment: deployment.nullable(),
  costs: list(object({ id: text, cost: answerCost })),
  payBack: payBackLedger.nullable(),
  measureNext: list(tornadoBar).describe('What moves the headline most: what to measure next.'),
  notes: texts,
}).meta({ title: 'rightsize account', description: 'Energy, carbon and money of a run.' })
export interface Account extends z.infer<typeof account> {}
