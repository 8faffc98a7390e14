import { z } from 'zod'
import { optionsSchema } from '../part/options.ts'
import { type ScorerName, scorerPathPattern } from '../part/scorer-name.ts'
import { type ScorerPart, scorers } from '../part/scorers.ts'
import { candidate } from './schema-candidate.ts'
import { dataset } from './schema-dataset.ts'
import { count, positive, share, statedFactor, whenNamed } from './schema-values.ts'

/**
 * The schema of a written spec. No transforms and no defaults, so that JSON Schema can be made from it
 * (tools/schema.mjs); `fillSpec` adds the defaults.
 */

/** Any word passes here and is looked up by `fillSpec`, which names the nearest scorer; editors complete the names. */
const scorerNames = Object.entries<ScorerPart>(scorers).flatMap(([name, { aliases = [] }]) => [
  name,
  ...aliases,
])
const scorerName = z
  .string()
  .min(1)
  .meta({
    anyOf: [{ enum: scorerNames }, { pattern: scorerPathPattern }],
  }) as z.ZodType<unknown> as z.ZodType<ScorerName, ScorerName>

const scorerObject = z
  .strictObject({
    name: scorerName.describe('Name of the scorer, or the path of a file that exports `score`.'),
    weight: positive.optional().describe('Weight in the mean; 1 when left out.'),
    options: z.record(z.string(), z.unknown()).optional().describe('Options of this scorer.'),
  })
  .meta({
    allOf: Object.entries(scorers).map(([name, { options }]) =>
      whenNamed('name', name, { properties: { options: optionsSchema(options) } }),
    ),
  })

const scorer = z
  .union([scorerName, scorerObject, z.array(scorerObject).min(1)])
  .describe(
    'How an answer is scored: a name, an object, or a weighted list. `exact` when left out.',
  )

const bar = z
  .strictObject({
    margin: share
      .optional()
      .describe('Loss against the incumbent that is still good enough; 0.01 is one point.'),
    tolerance: share
      .optional()
      .describe('Width of the zone in which either answer is right; 0.01.'),
    floor: share.optional().describe('Lowest quality that is good enough.'),
    target: share
      .optional()
      .describe('Quality from which a candidate must not be discarded; floor + tolerance.'),
  })
  .describe('What is good enough: a margin against the incumbent, or a floor.')

const constraints = z
  .strictObject({
    latencyP95Ms: positive.optional(),
    memoryMiB: positive.optional(),
    joulesPerItem: positive.optional(),
    pricePerItem: positive.optional(),
    slices: z
      .record(z.string(), z.strictObject({ margin: share.optional(), floor: share.optional() }))
      .optional()
      .describe('Slice column -> the bar that holds within each of its values.'),
  })
  .describe('What a candidate must keep besides quality.')

const openShare = z.number().gt(0).lt(1)
const risk = z
  .strictObject({
    alpha: openShare
      .optional()
      .describe('Chance allowed that a certified candidate is not good enough; 0.05.'),
    beta: openShare
      .optional()
      .describe('Chance allowed that a good cheaper candidate is discarded; 0.05.'),
    claim: z
      .enum(['supported', 'certified'])
      .optional()
      .describe('What exit code 0 needs; supported.'),
    supportedAt: openShare
      .optional()
      .describe('Chance of a loss within the margin that counts as supported; 0.8.'),
  })
  .describe('How sure the decision must be.')

const budget = z
  .strictObject({
    joules: positive.optional(),
    calls: count.optional(),
    money: positive.optional(),
    meterS: positive
      .optional()
      .describe('Seconds after which no further round of metered windows begins; 45.'),
  })
  .describe('The most that the benchmark may spend.')

const counts = z.strictObject({ gross: positive, effective: positive.optional() }).optional()
const provider = z
  .strictObject({
    trainingTokens: counts.describe(
      'Tokens seen in training: all of them, and without duplicates.',
    ),
    flops: counts.describe('FLOP of training: theoretical, and those really used.'),
    strategies: z
      .array(z.string().min(1))
      .optional()
      .describe('Pruning, sparsity, synthetic data: to be disclosed.'),
  })
  .describe('Work of the Provider, for its units per training token and per FLOP.')

const amount = z.number().min(0).optional()
const ledger = z
  .strictObject({
    hours: amount.describe("People's hours for this decision."),
    ratePerHour: amount.describe('What an hour of theirs costs.'),
    labels: amount.describe('Items labeled for it.'),
    pricePerLabel: amount,
    tooling: amount.describe('Tools and licenses, once.'),
    hardware: amount.describe('Hardware bought for it.'),
    hoursPerMonth: amount.describe("People's hours for keeping watch, per month."),
    toolingPerMonth: amount,
  })
  .describe('Money besides calls and electricity, in the currency of the account.')

const detectedBy = z.enum(['validator', 'certificate', 'person'])

const account = z
  .strictObject({
    grid: z
      .union([z.string().min(1), statedFactor])
      .optional()
      .describe(
        'Country (ISO 3166-1 alpha-3) or cloud region; `neso:GBR` asks the live service; or your own factor in gCO2e/kWh.',
      ),
    pue: z
      .union([z.number().min(1), statedFactor])
      .optional()
      .describe('Power usage effectiveness of the building.'),
    volumePerMonth: positive.optional().describe('Answers per month.'),
    pricePerKwh: z.number().min(0).optional(),
    currency: z.string().min(1).optional().describe('USD when left out.'),
    horizonMonths: positive.optional().describe('12 when left out.'),
    fallback: z
      .union([z.enum(['person', 'retry']), z.strictObject({ model: z.string().min(1) })])
      .optional()
      .describe('Who answers again when an answer is found wrong; needs `detector`.'),
    detector: z
      .union([
        detectedBy,
        z
          .strictObject({ by: detectedBy, catches: share, falseAlarms: share })
          .partial({ catches: true, falseAlarms: true }),
      ])
      .optional()
      .describe(
        'Who notices that an answer is wrong: all of the wrong ones and no right one, or the stated shares of both.',
      ),
    lifetimeYears: positive.optional().describe('Life of the hardware.'),
    ledger: ledger.optional(),
    unit: z
      .strictObject({
        per: z.enum(['page', 'second', 'image', 'character', 'workflow']),
        perAnswer: positive.describe('How many of them one answer holds.'),
      })
      .optional()
      .describe(
        'What is billed, where it is not the answer: SCI is reported per such unit as well.',
      ),
    provider: provider.optional(),
    marginalGrid: statedFactor
      .optional()
      .describe(
        'gCO2e/kWh: marginal intensity of the same grid: a second scenario, never mixed with the first.',
      ),
  })
  .describe('Facts for energy, carbon and money.')

const deployment = z
  .strictObject({
    instances: positive.optional(),
    replicas: positive.optional(),
    share: share.optional().describe('Share of the machine that is reserved for this task.'),
    load: z
      .union([z.number().min(0), z.array(z.number().min(0)).length(24)])
      .optional()
      .describe('Expected answers per second: one number, or one for each hour of the day.'),
    scaleToZero: z.boolean().optional(),
    device: z.string().optional(),
    embodied: statedFactor
      .optional()
      .describe('kgCO2e of making the device, instead of the figure of its class.'),
    instancePricePerHour: z.number().min(0).optional(),
  })
  .describe('How the model will be served.')

export const specSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors.'),
    task: z.string().min(1).max(200).describe('Name of the job.'),
    description: z.string().optional().describe('What it is for, in a sentence.'),
    dataset,
    scorer: scorer.optional(),
    accept: share
      .optional()
      .describe('Score from which an answer counts as accepted; 1 for scorers that give 0 or 1.'),
    candidates: z
      .array(z.union([z.string().min(1), candidate]))
      .min(1)
      .max(1000)
      .describe(
        'Cheapest first where nothing better is known. `runtime:model` in short, or an object.',
      ),
    incumbent: z.string().min(1).optional().describe('Id of the candidate in use now.'),
    bar: bar.optional(),
    order: z
      .enum(['auto', 'energy', 'price', 'latency', 'parameters'])
      .optional()
      .describe('What "cheapest" goes by.'),
    constraints: constraints.optional(),
    risk: risk.optional(),
    budget: budget.optional(),
    regime: z
      .enum(['auto', 'full', 'race'])
      .optional()
      .describe('Run everything, or race and stop early.'),
    account: account.optional(),
    deployment: deployment.optional(),
    validDays: positive.optional().describe('Days until the decision expires; 90.'),
    strictSplits: z
      .boolean()
      .optional()
      .describe('Treat overlapping parts and conflicting labels as errors.'),
  })
  .meta({ title: 'rightsize spec', description: 'What `rightsize run` decides, and on what.' })
