import { z } from 'zod'
import { claimSchema } from '../result/claim-schema.ts'

/**
 * The schema of result.json (`rightsize/run-result@1`). Readers must accept keys that they do not know: a later version
 * may add some under the same name. No transforms, so that JSON Schema can be made from it (tools/schema.mjs).
 */

const text = z.string()
const number = z.number()
const share = z.number().min(0).max(1)
const texts = z.array(text)

const unit = z.enum([
  'J',
  'W',
  's',
  'B',
  'g',
  'gPerKwh',
  'gPerR',
  'JPerItem',
  'sPerItem',
  'money',
  'moneyPerItem',
  'share',
  'points',
  'ratio',
  'count',
])
type UnitName = z.infer<typeof unit>

/** An estimate in one of these units, or why there is none; named in the JSON Schema. */
const estimate = <U extends UnitName>(...units: readonly [U, ...U[]]) =>
  z
    .discriminatedUnion('kind', [
      z
        .object({
          kind: z.literal('known'),
          unit: z.literal(units),
          value: number,
          low: number,
          high: number,
          level: share.describe('Nominal coverage of [low, high].'),
          method: z.enum(['measured', 'sourced', 'modeled']),
          how: text.describe('Meter, formula or table.'),
          source: text.describe('Citation of the constant, file or device.'),
        })
        .describe('A value with its interval and its provenance.'),
      z.object({ kind: z.literal('unknown'), why: text }).describe('Nothing is known; never 0.'),
      z.object({ kind: z.literal('infinite'), reason: text }).describe('JSON has no Infinity.'),
    ])
    .meta({ id: `estimate-${units.join('-')}` })

const joules = estimate('J')
const joulesPerItem = estimate('JPerItem')
const seconds = estimate('s')
const ratio = estimate('ratio')
const shareEstimate = estimate('share')
const gPerR = estimate('gPerR')

const settings = z
  .object({
    temperature: number.exactOptional(),
    maxTokens: number.exactOptional(),
    reasoningEffort: text.exactOptional(),
    seed: number.exactOptional(),
    threads: number.exactOptional(),
    spinning: z.boolean().exactOptional(),
    batch: number.exactOptional(),
    maxLength: number.exactOptional(),
    int8: z.boolean().exactOptional(),
    memoryMiB: number.exactOptional(),
    timeoutS: number.exactOptional(),
    concurrency: number.exactOptional(),
    draws: number.exactOptional(),
  })
  .catchall(z.unknown())
  .describe('Settings that are part of the identity of the candidate.')

const bar = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('relative'), margin: share, tolerance: share }),
  z.object({ kind: z.literal('absolute'), floor: share, target: share }),
])

const risk = z.object({
  alpha: share,
  beta: share,
  claim: z.enum(['supported', 'certified']),
  supportedAt: share,
})

const warning = z.object({ code: text, text, count: number, examples: texts })

const task = z.object({
  name: text,
  description: text.nullable(),
  synthetic: z.boolean().describe('The data were made up; every report says so.'),
  metric: text,
  scorer: text,
  items: number,
  labels: texts,
  slices: z.record(text, texts),
  clusters: number.nullable(),
  data: z.record(text, z.object({ path: text, items: number, digest: text })),
  warnings: z.array(warning).describe('What was found wrong with the data.'),
  labelNoise: shareEstimate,
  look: number.describe('How many times this data set has been looked at, this run included.'),
})

const claim = z.object({ holds: z.boolean(), text })

const saving = z.object({
  of: text,
  ratio,
  per: z.enum(['resolved task', 'answer']),
})

const decision = z
  .object({
    kind: z.enum(['certified', 'supported', 'undecided', 'none']),
    chosen: text.nullable(),
    headline: text.describe('The decision in two sentences.'),
    matches: claim.describe(
      'Set scope: the full run over these items agrees. No promise about traffic.',
    ),
    certified: claim.describe('Population scope, over every candidate looked at.'),
    pLossOverMargin: share.nullable(),
    next: z.array(
      z.object({
        kind: z.enum(['labels', 'canary', 'cascade', 'candidate', 'meter', 'none']),
        count: number.nullable(),
        text,
      }),
    ),
    order: z.object({
      by: z.enum(['energy', 'cpu-time', 'price', 'latency', 'parameters', 'written']),
      word: text,
      why: text,
    }),
    regime: z.object({ kind: z.enum(['full', 'race']), why: text }),
    looked: number,
    saving: saving.nullable(),
    gap: z.object({ best: text, quality: number, gap: number, tryNext: text }).nullable(),
  })
  .describe('What to ship, and how sure that is.')

const verdict = z.enum(['meets', 'fails', 'inconclusive', 'broken'])

const identity = z.object({
  revision: text,
  precision: text,
  engine: text,
  floating: z.boolean(),
  digest: text,
  parameters: number.nullable(),
  activeParameters: number.nullable(),
  bytes: number.nullable(),
})

const sequential = z.object({
  scope: z.enum(['set', 'population']),
  logEUp: number,
  logEDown: number,
  thresholdUp: number,
  thresholdDown: number,
  stoppedAt: number,
  reason: z.enum(['accepted', 'discarded', 'exhausted', 'budget', 'parked', 'not reached']),
})

const constraint = z.object({
  name: text,
  limit: number,
  unit: text,
  value: estimate('ratio', 's', 'B', 'JPerItem', 'moneyPerItem', 'share'),
  verdict,
  why: text,
})

const slice = z.object({
  key: text,
  value: text,
  n: number,
  quality: shareEstimate,
  loss: number.nullable(),
  lossUpper: number.nullable(),
  judged: z.boolean(),
  note: text,
})

const sci = z
  .object({
    perInference: gPerR,
    perAccepted: gPerR,
    perResolved: gPerR,
    operational: gPerR,
    embodied: gPerR,
    grid: text,
  })
  .describe('SCI = (E x I + M) per R, g CO2e per functional unit.')

const cost = z.object({
  meter: text,
  energyPerItem: joulesPerItem,
  cpuPerItem: estimate('sPerItem'),
  idlePerItem: joulesPerItem,
  latencyP50: seconds,
  latencyP95: seconds,
  throughputPerS: ratio,
  peakRss: estimate('B'),
  load: seconds,
  pricePerItem: estimate('moneyPerItem'),
  tokensPerItem: z.object({ input: number, output: number }).nullable(),
  windows: number,
  ratio,
  ratioResolved: ratio,
  sci: sci.nullable(),
})

const candidate = z.object({
  id: text,
  base: text,
  runtime: text,
  model: text,
  role: z.enum(['incumbent', 'candidate']),
  settings,
  identity: identity.nullable(),
  trained: z.object({ items: number, energy: joules, cpuS: number, note: text }).nullable(),
  verdict,
  why: text,
  n: number,
  failed: number,
  skipped: number,
  quality: shareEstimate,
  acceptRate: shareEstimate,
  metrics: z.record(text, shareEstimate),
  loss: claimSchema.nullable(),
  sequential: sequential.nullable(),
  constraints: z.array(constraint),
  slices: z.array(slice),
  cost,
  confusion: z.object({ labels: texts, pairs: z.array(z.tuple([text, text, number])) }).nullable(),
})

const difference = z.object({
  item: text,
  input: text,
  expected: text,
  chosen: text,
  incumbent: text,
  winner: z.enum(['chosen', 'incumbent', 'neither']),
  slices: z.record(text, text),
})

const overhead = z
  .object({
    calls: number,
    reused: number,
    energy: joules,
    cpuS: number,
    wallS: number,
    money: estimate('money'),
    byStage: z.array(
      z.object({
        stage: z.enum(['training', 'loading', 'evaluation', 'metering', 'judging']),
        candidate: text.nullable(),
        energy: joules,
        cpuS: number,
        wallS: number,
      }),
    ),
    exhaustive: joules,
    payBackCalls: estimate('count'),
  })
  .describe('What the benchmark itself cost.')

const account = z
  .object({ schema: z.literal('rightsize/account@1') })
  .catchall(z.unknown())
  .describe('The full account; its inner shape is versioned on its own.')

const environment = z.object({
  machine: text,
  cpu: text,
  cores: number,
  memoryBytes: number,
  os: text,
  node: text,
  meters: z.array(z.object({ name: text, works: z.boolean(), detail: text })),
  noisy: text.nullable(),
})

const provenance = z.object({
  generator: text,
  startedAt: text,
  endedAt: text,
  specDigest: text,
  policyDigest: text,
  itemOrder: text,
  resumed: z.boolean(),
  interrupted: z.boolean(),
  limits: texts,
})

const outcomes = z
  .object({ items: texts, scores: z.record(text, z.array(number.nullable())) })
  .describe('Scores by item and candidate; null: not judged.')

export const runResultSchema = z
  .object({
    schema: z.literal('rightsize/run-result@1'),
    task,
    bar,
    risk,
    decision,
    incumbent: text.nullable(),
    candidates: z.array(candidate),
    differences: z.array(difference).describe('Items where the chosen and the incumbent differ.'),
    overhead,
    account: account.nullable(),
    environment,
    provenance,
    outcomes: outcomes.exactOptional(),
  })
  .meta({ title: 'rightsize run result', description: 'The one versioned JSON that a run makes.' })
