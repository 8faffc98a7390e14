import { z } from 'zod'
import { constraint } from './candidate.ts'
import { claim, claimKind } from './claim.ts'
import {
  count,
  joulesPerItem,
  knownJoules,
  list,
  number,
  object,
  ratio,
  share,
  text,
  texts,
  yes,
} from './form.ts'
import { leftOut } from './left-out.ts'
import { nextStep, risk } from './run-result.ts'
import { schemaId } from './schema-id.ts'

const tally = number.int().min(0)
const identity = text.describe('Identity of the model, as `run` and the lock name it.')

const passFamily = z.enum([
  'tidy',
  'inactive',
  'numeric',
  'structural',
  'vocabulary',
  'distil',
  'runtime',
])
export type PassFamily = z.infer<typeof passFamily>

/** Parameters of a pass. */
const params = z.record(text, z.union([number, text, yes, list(number)]))
export type Params = Readonly<z.infer<typeof params>>

/** Training on the incumbent's answers after a cut. Everything that decides the result is here. */
const fineTuning = object({
  steps: number,
  batch: number,
  rate: number,
  temperature: number,
  seed: number,
})
export interface FineTuning extends z.infer<typeof fineTuning> {}

/** One step of a recipe: replaying it on the same incumbent and data gives the same bytes. */
const recipeStep = object({ pass: text, params, fineTuning: fineTuning.nullable() })
export interface RecipeStep extends Readonly<z.infer<typeof recipeStep>> {}

const counts = object({ win: tally, tie: tally, lose: tally })

/**
 * What the items of the search state of a trial's loss against the incumbent. `kept`: within the margin at this trial's
 * share of alpha. `undecided`: all items are seen, nothing is shown, but the loss is within the margin with the chance
 * that was asked for; it is kept, and only the sealed hold-out can certify it. `refused`: neither.
 */
const gateVerdict = object({
  kind: z.enum(['kept', 'undecided', 'refused']),
  counts,
  seen: tally,
  loss: number,
  /** One-sided upper bound of the loss at 95 %, for people; it is not what decides. */
  upper95: number,
  chanceWithin: share,
  reason: text,
})
export interface GateVerdict extends z.infer<typeof gateVerdict> {}

/** CPU time and energy per inference as times of the incumbent's, from interleaved windows. */
const measuredCost = object({
  batch: number,
  energy: object({
    incumbent: joulesPerItem,
    result: joulesPerItem,
    times: ratio,
  }).describe('Measured where a sensor sees this machine, else modeled from CPU time.'),
  incumbentCpuS: number,
  cpuS: number,
  times: number.describe('incumbent / candidate: 4 means a quarter of the CPU time.'),
  /** 95 % interval of `times`. */
  low: number,
  high: number,
  rounds: number,
})
export interface MeasuredCost extends z.infer<typeof measuredCost> {}

/** One thing that was tried. */
const trial = object({
  number,
  parent: text.describe('Digest of the model that it was tried on.'),
  step: recipeStep,
  family: passFamily,
  text,
  predicted: object({ bytes: number, cpuShare: number }),
  bytes: object({ before: number, after: number }),
  changes: texts,
  gate: gateVerdict.nullable(),
  verdict: z.enum(['kept', 'refused', 'failed', 'probed']),
  reason: text,
  /** CPU seconds of the trial, fine-tuning included; those of the earlier run where it was resumed. */
  cpuS: number,
  resumed: yes,
  model: text.describe('Digest of the model that it gave.'),
  /** CPU time against the parent, where it was measured: of probes. */
  cost: measuredCost.exactOptional(),
})
export interface Trial extends z.infer<typeof trial> {}

/** A model on the way from the incumbent to the result, each measured against the incumbent. The first is the incumbent itself. */
const pathStep = object({
  pass: text.describe("Pass that made it; 'incumbent' for the first."),
  text,
  model: text,
  bytes: number,
  /** Share of items right on the gate items, and its loss against the incumbent with a 95 % interval (both sides). */
  accuracy: share,
  loss: object({ value: number, low: number, high: number }),
  items: tally,
  /** Against the incumbent at batch 1; null for the incumbent itself and where it could not be measured. */
  cost: measuredCost.nullable(),
})
export interface PathStep extends z.infer<typeof pathStep> {}

/** A model for the hold-out: the likeliest to be certified first, until one is not. */
const finalist = object({
  model: text,
  identity,
  bytes: number,
  text,
  /** Of the loss and of every slice that the spec judges; null where it was not shown to the hold-out. */
  verdict: claimKind.nullable(),
  claim: claim.nullable().describe('Of the loss on the hold-out.'),
  constraints: list(constraint).describe('Slices that the spec judges, on the hold-out.'),
})
export interface Finalist extends z.infer<typeof finalist> {}

/** One way of running a model, measured: settings are part of the candidate. */
const runtimeSetting = object({
  of: z.enum(['incumbent', 'result']),
  threads: number,
  spinning: yes,
  batch: number.describe('Texts in one run.'),
  /** Whether texts of like length share a run. */
  buckets: yes,
  /** Milliseconds without work between two runs: a service waits for requests, a batch job does not. */
  gapMs: number,
  cpuS: number.describe('CPU seconds a text, waiting threads included.'),
  /** Wall time of one run, ms. */
  p50Ms: number,
  p95Ms: number,
  runs: number,
})
export interface RuntimeSetting extends z.infer<typeof runtimeSetting> {}

/** Share of the incumbent's CPU time in one kind of operator, from the engine's profiler without fusions. */
const profileShare = object({ opType: text, nodes: number, share: number })
export interface ProfileShare extends z.infer<typeof profileShare> {}

const beforeAfter = object({ before: number, after: number })

/** What a trimmed vocabulary does to texts that it was not made from (the gate's texts). */
const vocabularyNote = object({
  kept: number,
  of: number,
  texts: number,
  identical: number.describe('Texts that are tokenized as before.'),
  unknownRate: beforeAfter,
  fertility: beforeAfter.describe('Tokens a word.'),
})
export interface VocabularyNote extends z.infer<typeof vocabularyNote> {}

const result = object({
  identity,
  model: text.describe('sha256 of the model file.'),
  bytes: number.describe('Of the model file.'),
  accuracy: share,
  runtime: text.describe("'onnx', or 'linear' where an n-gram model does the job."),
  file: text,
  settings: z.record(text, z.union([number, yes])),
})

/** What went on, whole: compression.json. */
export const compression = object({
  schema: z.literal(schemaId.compression),
  outcome: claimKind.describe(
    'Of the result, as `run` would word it; `none`: nothing smaller holds.',
  ),
  why: text,
  task: text,
  /** Whether the task's data were made up: then the claim is about such data. */
  synthetic: yes,
  margin: share,
  risk: risk.describe('`alpha` is for all looks at the same items together.'),
  seed: number,
  /** What was asked for beside "as small as holds"; `reached` is null where nothing was asked for. */
  goal: object({
    bytes: number.nullable(),
    latencyMs: number.nullable().describe('p95 of the wall time of one text, ms.'),
    reached: yes.nullable(),
  }),
  incumbent: object({
    identity,
    model: text.describe('sha256 of its graph, encoded anew.'),
    bytes: number,
    accuracy: share,
  }),
  result: result.nullable(),
  recipe: list(recipeStep),
  path: list(pathStep),
  trials: list(trial),
  notApplicable: list(object({ pass: text, why: text })),
  finalists: list(finalist),
  /** Result against incumbent at batch 1 and 32, one thread, no spinning. */
  cost: list(measuredCost),
  /** Settings of the runtime, measured on the result and on the incumbent. */
  runtime: list(runtimeSetting),
  profile: list(profileShare),
  vocabulary: vocabularyNote.nullable(),
  slices: list(
    object({
      slice: text,
      items: tally,
      loss: number,
      floor: number.describe('Loss that the slice may have.'),
    }),
  ),
  /** Rows of the train part that the incumbent was asked about for the training of others, and changed copies of each. */
  training: object({
    rows: number,
    copies: number,
    /** CPU seconds that the incumbent took an item, in batches: it decides how much is asked and how long is trained. */
    itemCpuS: number,
  }),
  data: z.record(text, text).describe('Digests of the parts.'),
  leftOut: list(leftOut)
    .exactOptional()
    .describe(
      'What of the inputs the search does not stand on; absent where nothing was left out.',
    ),
  holdout: object({
    items: tally,
    fewest: tally.describe('Fewest items with which this margin can be certified at this look.'),
    look: number.int().min(1).describe('Number of this look at the items.'),
    alpha: share.describe('Error that this look may make.'),
    key: text.describe('Key of the look in rightsize.lock; of none where nothing was shown.'),
  }),
  next: list(nextStep),
  processor: object({ name: text.nullable(), features: texts }),
  engine: text.describe('What trained and judged, name and version.'),
  costEngine: text.describe('What costs were measured in.'),
  search: object({
    wallS: number,
    /** CPU seconds of this run and of earlier ones that it resumed. */
    cpuS: number,
    energy: knownJoules,
    resumedTrials: number,
  }),
  payBackCalls: count.describe(
    'Calls at batch 1 after which the search has earned itself back: in joules where a sensor measured both, else in CPU time.',
  ),
}).meta({ title: 'rightsize compression', description: 'What `rightsize shrink` tried and kept.' })
export interface Compression extends z.infer<typeof compression> {}
