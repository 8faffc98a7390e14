import { z } from 'zod'
import { datasets } from '../part/datasets.ts'
import { optionsSchema } from '../part/options.ts'
import { partNames } from '../part/part.ts'
import { adapterPattern, type RuntimeName, runtimes } from '../part/runtimes.ts'
import { type ScorerName, scorerPathPattern } from '../part/scorer-name.ts'
import { type ScorerPart, scorers } from '../part/scorers.ts'
import { leftOut } from '../result/left-out.ts'

/**
 * The schema of a written spec. No transforms and no defaults, so that JSON Schema can be made from it
 * (tools/schema.mjs); `fillSpec` adds the defaults.
 */

const share = z.number().min(0).max(1)
const positive = z.number().positive()
const count = z.number().int().positive()
const oneOrList = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1).max(100)])
const path = z.string().min(1)

const rawTensor = z
  .strictObject({
    column: z.string().min(1).describe('Column with the path of the tensor file.'),
    dtype: z
      .enum([
        'float32',
        'float64',
        'float16',
        'int8',
        'uint8',
        'int16',
        'uint16',
        'int32',
        'uint32',
        'int64',
      ])
      .describe('Type of the numbers in the file.'),
    shape: z.array(count).min(1).max(8).describe('Shape of one item, without the batch dimension.'),
    scale: z.number().optional().describe('Real value = (v - zeroPoint) * scale.'),
    zeroPoint: z.number().optional().describe('Real value = (v - zeroPoint) * scale.'),
  })
  .describe('Raw tensors from .bin, .npy or .json files.')

const dataset = z
  .strictObject({
    test: path.optional().describe('File or folder with the items that decide.'),
    file: path.optional().describe('The same as `test`.'),
    rows: z
      .array(z.record(z.string(), z.unknown()))
      .min(1)
      .optional()
      .describe('Rows written here instead of a file.'),
    calibration: path
      .optional()
      .describe('Items for thresholds and calibration; never for the decision.'),
    train: path.optional().describe('Items that students may learn from.'),
    unlabelled: path.optional().describe('Items without labels, for distillation.'),
    input: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1), rawTensor])
      .describe('Column or columns that hold the input.'),
    expected: z
      .string()
      .min(1)
      .optional()
      .describe('Column with the label. Without it, agreement with the incumbent is the metric.'),
    id: z
      .string()
      .min(1)
      .optional()
      .describe('Column with a unique id. Without it, rows are numbered.'),
    slices: z
      .array(z.string().min(1))
      .optional()
      .describe('Columns by which quality is shown apart.'),
    cluster: z
      .string()
      .min(1)
      .optional()
      .describe('Column that says which items belong together (one document, one user).'),
    format: z
      .enum(partNames(datasets))
      .optional()
      .describe('Format of the files; taken from the file name when left out.'),
    columns: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Names of the columns of a CSV or TSV file that has no header.'),
    labels: path
      .optional()
      .describe(
        'Label table of a folder: a CSV with file names and labels, relative to the folder.',
      ),
    synthetic: z
      .boolean()
      .optional()
      .describe('True where the data were made up; every report says so.'),
    limit: count.optional().describe('Use at most this many rows of each part.'),
    leftOut: z
      .array(leftOut)
      .optional()
      .describe('What an importer left out of the rows; written by rightsize.'),
  })
  .describe('Where the items are and which columns hold what.')

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

/** What an object holds besides, where one of its keys has a certain value: for editors only. */
const whenNamed = (key: string, name: string, then: object) => ({
  if: { properties: { [key]: { const: name } }, required: [key] },
  then,
})

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

const settings = z
  .strictObject({
    temperature: oneOrList(z.number().min(0)).optional(),
    maxTokens: oneOrList(count).optional().describe('Cap on the output.'),
    reasoningEffort: oneOrList(z.string()).optional(),
    seed: z.number().int().optional(),
    threads: oneOrList(count).optional(),
    spinning: oneOrList(z.boolean()).optional().describe('Whether idle threads spin.'),
    batch: oneOrList(count).optional(),
    maxLength: oneOrList(count).optional().describe('Longest input in tokens.'),
    int8: oneOrList(z.boolean()).optional().describe('Use the 8-bit build of the model.'),
    memoryMiB: positive.optional().describe('Stop the candidate above this.'),
    timeoutS: positive.optional(),
    concurrency: count.optional(),
    limits: z
      .strictObject({
        requestsPerMinute: positive.optional(),
        tokensPerMinute: positive.optional(),
      })
      .optional()
      .describe('Limits of the account, kept by waiting.'),
    draws: count.optional().describe('Answers drawn per item; the score is their mean.'),
    extra: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Further settings, passed to the runtime unchanged.'),
  })
  .describe('Settings. Where a list is written, each value makes a candidate.')

const energy = z
  .strictObject({
    jPerItem: z
      .tuple([z.number().min(0), z.number().min(0)])
      .optional()
      .describe('[low, high] in joules, known beforehand.'),
    pid: count.optional().describe('Process that does the work.'),
    cgroup: z.string().optional().describe('cgroup that does the work, below /sys/fs/cgroup.'),
    gpus: z.array(z.number().int().min(0)).optional(),
    host: z.boolean().optional().describe('The whole machine does this work and nothing else.'),
    prometheus: z
      .string()
      .optional()
      .describe('Query that returns joules (a counter) or watts; PROMETHEUS_URL names the server.'),
    external: z
      .array(z.string())
      .min(1)
      .optional()
      .describe(
        'Program that prints joules so far, or {"joules"} or {"watts"} as JSON, line by line.',
      ),
  })
  .describe('What a meter should look at, or joules that are known.')

const price = z.strictObject({
  inputPerMTokens: z.number().min(0).optional(),
  outputPerMTokens: z.number().min(0).optional(),
  cachedInputPerMTokens: z.number().min(0).optional(),
  perCall: z.number().min(0).optional(),
  currency: z.string().optional(),
  source: z.string().optional().describe('Where the price is published.'),
})

/** Any word passes here and is looked up by `fillSpec`, which names the nearest kind; editors complete the kinds. */
const runtime = z
  .string()
  .min(1)
  .meta({
    anyOf: [{ enum: Object.keys(runtimes) }, { pattern: adapterPattern }],
  }) as z.ZodType<unknown> as z.ZodType<RuntimeName, RuntimeName>

const candidate = z
  .strictObject({
    id: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('Its name; made from runtime and model when left out.'),
    runtime: runtime.describe('A kind of runtime, or the path or package of an adapter.'),
    model: z.string().min(1).optional().describe('Folder, file, model name, or module path.'),
    train: z
      .union([z.boolean(), z.record(z.string(), z.unknown())])
      .optional()
      .describe('Train this student on `dataset.train` first.'),
    baseUrl: z.string().min(1).optional().describe('Base of an OpenAI-compatible API.'),
    apiKeyEnv: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable, never the key itself')
      .optional()
      .describe('Name of the environment variable with the key.'),
    prompt: oneOrList(z.string())
      .optional()
      .describe('Template with {{input}}; `file://` reads a file; a list makes candidates.'),
    system: oneOrList(z.string()).optional().describe('System message.'),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('Program and arguments; JSONL in and out.'),
    inputs: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Files and folders that it reads: part of its identity. A command then counts its program and these alone.',
      ),
    settings: settings.optional(),
    tune: z
      .boolean()
      .optional()
      .describe('On the incumbent, false: rivals’ lists are not tried on it.'),
    energy: energy.optional(),
    price: price.optional(),
    parameters: positive.optional().describe('Number of parameters.'),
    activeParameters: positive.optional().describe('Parameters used per token.'),
    labels: z.array(z.string()).optional().describe('Labels it may answer.'),
  })
  .meta({
    description: 'One way of doing the task: a model in a runtime with a prompt and settings.',
    allOf: Object.entries(runtimes).map(([kind, { needs }]) =>
      whenNamed('runtime', kind, { required: needs }),
    ),
  })

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

const account = z
  .strictObject({
    grid: z
      .string()
      .min(1)
      .optional()
      .describe('Country (ISO 3166-1 alpha-3) or cloud region; `neso:GBR` asks the live service.'),
    pue: z.number().min(1).optional().describe('Power usage effectiveness of the building.'),
    volumePerMonth: positive.optional().describe('Answers per month.'),
    pricePerKwh: z.number().min(0).optional(),
    currency: z.string().min(1).optional().describe('USD when left out.'),
    horizonMonths: positive.optional().describe('12 when left out.'),
    fallback: z
      .enum(['incumbent', 'retry', 'person'])
      .optional()
      .describe('What happens to an answer that is not accepted.'),
    idle: z
      .enum(['reserved', 'none'])
      .optional()
      .describe('Whether reserved but idle capacity is charged.'),
    lifetimeYears: positive.optional().describe('Life of the hardware.'),
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
