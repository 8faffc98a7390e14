import { z } from 'zod'
import { seriesKinds, seriesUnits } from '../energy/series-unit.ts'
import { adapterPattern, type RuntimeName, runtimes } from '../part/runtimes.ts'
import { count, oneOrList, positive, statedFactor, whenNamed } from './schema-values.ts'

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
      .describe(
        'What the account may send to this model, kept by waiting. Candidates that ask the same model share it.',
      ),
    draws: count.optional().describe('Answers drawn per item; the score is their mean.'),
    extra: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Further settings, passed to the runtime unchanged.'),
  })
  .describe('Settings. Where a list is written, each value makes a candidate.')

const prometheusQuery = z.strictObject({
  query: z.string().min(1),
  unit: z
    .enum(seriesUnits)
    .optional()
    .describe('Of the values that the query returns; `kind` goes with it.'),
  kind: z.enum(seriesKinds).optional().describe('counter: energy so far; gauge: power now.'),
  limitW: positive.optional().describe('Watts that it cannot exceed.'),
})

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
      .union([z.string().min(1), prometheusQuery])
      .optional()
      .describe(
        'Query of a known series, or a query with its unit and kind; PROMETHEUS_URL names the server.',
      ),
    external: z
      .array(z.string())
      .min(1)
      .optional()
      .describe(
        'Program that prints joules so far, or {"joules"} or {"watts"} as JSON, line by line.',
      ),
  })
  .describe('What a meter should look at, or joules that are known.')

const size = z.union([positive, statedFactor])

const price = z.strictObject({
  inputPerMTokens: z.number().min(0).optional(),
  outputPerMTokens: z.number().min(0).optional(),
  cachedInputPerMTokens: z.number().min(0).optional(),
  perCall: z
    .number()
    .min(0)
    .optional()
    .describe('Of one answer; what its tokens cost is added where they have a price.'),
  batchInputPerMTokens: z
    .number()
    .min(0)
    .optional()
    .describe('By batch (run --batch); half where it is not stated.'),
  batchOutputPerMTokens: z.number().min(0).optional(),
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

/** One of the key `candidates` of a written spec. */
export const candidate = z
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
    meterable: z
      .boolean()
      .optional()
      .describe(
        'Whether asking again costs nothing, so that CPU time, energy and latency are metered. Default: true, but false for programs (command, module, adapters), which may pay for an answer.',
      ),
    energy: energy.optional(),
    price: price.optional(),
    parameters: size.optional().describe('Number of parameters, or a figure with its source.'),
    activeParameters: size.optional().describe('Parameters used per token.'),
    servedBatch: count
      .optional()
      .describe(
        'Requests that one replica of the server answers at a time, where it is known: it narrows the modeled energy.',
      ),
    labels: z.array(z.string()).optional().describe('Labels it may answer.'),
  })
  .meta({
    description: 'One way of doing the task: a model in a runtime with a prompt and settings.',
    allOf: Object.entries(runtimes).map(([kind, { needs }]) =>
      whenNamed('runtime', kind, { required: needs }),
    ),
  })
