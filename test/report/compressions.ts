import type { Claim } from '../../src/core/result/claim.ts'
import type {
  Compression,
  MeasuredCost,
  PathStep,
  Trial,
} from '../../src/core/result/compression.ts'
import { compression } from '../../src/core/result/compression.ts'
import { infinite, unknown } from '../../src/core/unit/estimate.ts'
import { known, within } from '../../src/core/unit/known.ts'
import { inEveryText, payload } from './hostile.ts'

/** Compressions of every kind that a report has to read. */

const MiB = 2 ** 20
const digestOf = (n: number): string => n.toString(16).padStart(2, '0').repeat(32)

/** Modelled from the CPU time below, as on a machine without a sensor. */
function energyOf(times: number): MeasuredCost['energy'] {
  const about = { method: 'modeled', how: 'CPU time', source: 'SPECpower' } as const
  const original = within('JPerItem', 3.15 * 0.00812, [0.32, 2.66], about)
  return {
    incumbent: original,
    result: within('JPerItem', original.value / times, [0.32, 2.66], about),
    times: within('ratio', times, [0.62, 1.61], about),
  }
}

const cost = (times: number, width = 0.04, batch = 1): MeasuredCost => ({
  batch,
  energy: energyOf(times),
  incumbentCpuS: 0.00812,
  cpuS: 0.00812 / times,
  times,
  low: times * (1 - width),
  high: times * (1 + width),
  rounds: 21,
})

const gateOf = (
  loss: number,
  kind: 'kept' | 'undecided' | 'refused' = 'undecided',
  seen = 1500,
) => ({
  kind,
  counts: { win: 20, tie: seen - 40 - Math.round(loss * seen), lose: 20 + Math.round(loss * seen) },
  seen,
  loss,
  upper95: loss + 0.006,
  chanceWithin: kind === 'refused' ? 0.01 : 0.86,
  reason: 'chance 86.0 % that the loss is within the margin',
})

type Sketch = Partial<Omit<Trial, 'step' | 'bytes'>> & {
  readonly pass: string
  readonly text: string
  readonly from: number
  readonly to: number
  readonly sizes: readonly [number, number]
  readonly fineTuning?: number
}

/** A trial from model `from` to model `to`; kept unless said. */
function trial(number: number, sketch: Sketch): Trial {
  const { pass, text, from, to, sizes, fineTuning, ...rest } = sketch
  return {
    number,
    parent: digestOf(from),
    step: {
      pass,
      params: { keep: 0.5 },
      fineTuning: fineTuning
        ? { steps: fineTuning, batch: 32, rate: 5e-4, temperature: 2, seed: 1 }
        : null,
    },
    family: 'structural',
    text,
    predicted: { bytes: (sizes[0] - sizes[1]) * MiB, cpuShare: 0.12 },
    bytes: { before: sizes[0] * MiB, after: sizes[1] * MiB },
    changes: [`${text}: done`],
    gate: gateOf(0.002),
    verdict: 'kept',
    reason: 'chance 86.0 % that the loss is within the margin',
    cpuS: 11.4,
    resumed: false,
    model: digestOf(to),
    ...rest,
  }
}

const refusal = 'certainly worse than the margin, stopped early'

const trials: readonly Trial[] = [
  trial(1, {
    pass: 'int8',
    family: 'numeric',
    text: '7-bit weights for 24 of 24 matrix products, activations quantized at run time',
    from: 0,
    to: 31,
    sizes: [52.4, 38.1],
    gate: gateOf(0.004),
    verdict: 'probed',
    reason: 'only to know what it gives here',
    cpuS: 3.1,
    cost: cost(1.92),
  }),
  trial(2, {
    pass: 'half',
    family: 'numeric',
    text: '61 tensors stored as float16; the arithmetic stays float32',
    from: 0,
    to: 32,
    sizes: [52.4, 26.3],
    gate: gateOf(0),
    verdict: 'probed',
    reason: 'only to know what it gives here',
    cost: cost(0.61, 0.03),
  }),
  trial(3, {
    pass: 'blocks',
    family: 'numeric',
    text: '24 products in blocks of 32 weights of 4 bits',
    from: 0,
    to: 33,
    sizes: [52.4, 34.9],
    gate: gateOf(0.007),
    verdict: 'probed',
    reason: 'only to know what it gives here',
    cost: cost(1.01, 0.05),
  }),
  trial(4, {
    pass: 'tidy',
    family: 'tidy',
    text: '14 dead nodes and 3 duplicate initializers',
    from: 0,
    to: 1,
    sizes: [52.4, 51.9],
    gate: gateOf(0),
    changes: ['14 nodes that nothing reads', '3 initializers that others repeat'],
  }),
  trial(5, {
    pass: 'student-static',
    family: 'distil',
    text: 'a bag of token vectors instead, 1800 training steps',
    from: 1,
    to: 34,
    sizes: [51.9, 0.9],
    fineTuning: 1800,
    gate: gateOf(0.118, 'refused', 150),
    verdict: 'refused',
    reason: refusal,
    cpuS: 24.2,
    resumed: true,
  }),
  trial(6, {
    pass: 'vocabulary',
    family: 'vocabulary',
    text: 'keep 2813 of 30522 tokens: those of the corpus with what derives them',
    from: 1,
    to: 2,
    sizes: [51.9, 24.8],
    gate: gateOf(0.0007),
  }),
  trial(7, {
    pass: 'neurons',
    text: 'keep 12.5 % of the feed-forward neurons of 4 layers',
    from: 2,
    to: 35,
    sizes: [24.8, 10.6],
    gate: gateOf(0.043, 'refused', 250),
    verdict: 'refused',
    reason: refusal,
  }),
  trial(8, {
    pass: 'neurons',
    text: 'keep 25 % of the feed-forward neurons of 4 layers, 600 fine-tuning steps',
    from: 2,
    to: 3,
    sizes: [24.8, 12.7],
    fineTuning: 600,
    gate: gateOf(0.0033),
    changes: ['3072 of 4096 neurons left out', "fineTuned by 600 steps on the original's answers"],
  }),
  trial(9, {
    pass: 'heads',
    text: 'keep 25 % of the attention heads of 4 layers',
    from: 3,
    to: 36,
    sizes: [12.7, 9.3],
    verdict: 'failed',
    gate: null,
    reason: 'outputs changed: logits differ by 3.1',
    cpuS: 0.4,
  }),
  trial(10, {
    pass: 'layers',
    text: 'leave out layers 2 and 4 of 4',
    from: 3,
    to: 4,
    sizes: [12.7, 9.1],
    fineTuning: 1200,
    gate: gateOf(0.004),
  }),
  trial(11, {
    pass: 'layers',
    text: 'leave out layer 3 of 4',
    from: 3,
    to: 37,
    sizes: [12.7, 10.9],
    gate: gateOf(0.0047),
  }),
  trial(12, {
    pass: 'int8',
    family: 'numeric',
    text: '7-bit weights for 12 of 12 matrix products, activations quantized at run time',
    from: 4,
    to: 5,
    sizes: [9.1, 3.56],
    gate: gateOf(0.0033),
    changes: ['12 products in 7-bit weights'],
  }),
]

const step = (
  at: number,
  pass: string,
  text: string,
  size: number,
  loss: number,
  times: number | null,
): PathStep => ({
  pass,
  text,
  model: digestOf(at),
  bytes: size * MiB,
  accuracy: 0.942 - loss,
  loss:
    at === 0
      ? { value: 0, low: 0, high: 0 }
      : { value: loss, low: loss - 0.0061, high: loss + 0.0068 },
  items: 1500,
  cost: times === null ? null : cost(times),
})

const path: readonly PathStep[] = [
  step(0, 'incumbent', '', 52.4, 0, null),
  step(1, 'tidy', '14 dead nodes and 3 duplicate initializers', 51.9, 0, 1.01),
  step(
    2,
    'vocabulary',
    'keep 2813 of 30522 tokens: those of the corpus with what derives them',
    24.8,
    0.0007,
    1.02,
  ),
  step(3, 'neurons', 'keep 25 % of the feed-forward neurons of 4 layers', 12.7, 0.0033, 2.1),
  step(4, 'layers', 'leave out layers 2 and 4 of 4', 9.1, 0.004, 4.15),
  step(
    5,
    'int8',
    '7-bit weights for 12 of 12 matrix products, activations quantized at run time',
    3.56,
    0.0033,
    5.72,
  ),
]

const setting = (
  of: 'incumbent' | 'result',
  threads: number,
  spinning: boolean,
  gapMs: number,
  cpuMs: number,
) => ({
  of,
  threads,
  spinning,
  batch: 1,
  buckets: false,
  gapMs,
  cpuS: cpuMs / 1000,
  p50Ms: cpuMs / threads,
  p95Ms: (1.3 * cpuMs) / threads,
  runs: 200,
})

/** A claim on 2,000 items of the hold-out. */
const claimOf = (
  expected: number,
  upper: number,
  kind: Claim['kind'],
  [look, alpha]: readonly [number, number] = [1, 0.045],
): Claim => ({
  ...{ kind, against: 'incumbent', limit: 0.01, n: 2000, candidates: 1, inPlay: 1, look, alpha },
  ...{ win: 8, tie: 1984 - Math.round(expected * 2000), lose: 8 + Math.round(expected * 2000) },
  ...{ expected, upper, level: 1 - alpha },
  pOver: kind === 'certified' ? 0.004 : 0.21,
  pCorrected: kind === 'certified' ? 0.004 : 0.21,
  traffic: null,
  ...{ pNonInferior: kind === 'certified' ? 0.004 : 0.21, pMcNemar: 0.6 },
  method: 'exact unconditional test of the paired difference',
  prior: 'Dirichlet(1/2, 1/2, 1/2)',
})

const onHoldout = (claim: Claim) => ({ verdict: claim.kind, claim, constraints: [] })

/** Certified: vocabulary trimmed, cuts kept and fine-tuned, a student refused, number formats probed, int8 at the end. */
export const certified: Compression = {
  schema: 'rightsize/compression@2',
  outcome: 'certified',
  why: 'the hold-out certifies the loss within the margin',
  task: 'helpdesk-intents',
  synthetic: false,
  margin: 0.01,
  risk: { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 },
  seed: 1,
  goal: { bytes: null, latencyMs: null, reached: null },
  incumbent: { identity: digestOf(70), model: digestOf(0), bytes: 52.4 * MiB, accuracy: 0.942 },
  result: {
    identity: digestOf(75),
    model: digestOf(5),
    bytes: 3.56 * MiB,
    accuracy: 0.9387,
    runtime: 'onnx',
    file: 'onnx/model_quantized.onnx',
    settings: { threads: 1, spinning: false, int8: true, maxLength: 48 },
  },
  recipe: trials.filter(({ verdict }) => verdict === 'kept').map((each) => each.step),
  path,
  trials,
  notApplicable: [
    { pass: 'static-qdq', why: 'no convolutions' },
    { pass: 'inactive', why: 'no neuron sleeps on the calibration set' },
  ],
  finalists: [
    {
      model: digestOf(5),
      identity: digestOf(75),
      bytes: 3.56 * MiB,
      text: '7-bit weights after layers, neurons, vocabulary',
      ...onHoldout(claimOf(0.002, 0.00724, 'certified')),
    },
  ],
  cost: [cost(5.72), cost(4.9, 0.03, 32)],
  runtime: [
    setting('incumbent', 1, false, 0, 8.1),
    setting('incumbent', 2, true, 5, 21),
    setting('result', 1, false, 0, 1.42),
    setting('result', 1, false, 5, 1.5),
    setting('result', 2, true, 5, 9.8),
    { ...setting('result', 1, false, 0, 1.6), batch: 32, buckets: true, p50Ms: 51, p95Ms: 60 },
  ],
  profile: [
    { opType: 'MatMul', nodes: 32, share: 0.683 },
    { opType: 'Gelu', nodes: 4, share: 0.121 },
    { opType: 'LayerNormalization', nodes: 9, share: 0.082 },
    { opType: 'Softmax', nodes: 4, share: 0.041 },
    { opType: 'others', nodes: 60, share: 0.073 },
  ],
  vocabulary: {
    kept: 2813,
    of: 30522,
    texts: 1500,
    identical: 1466,
    unknownRate: { before: 0, after: 0.0031 },
    fertility: { before: 1.21, after: 1.23 },
  },
  slices: [
    { slice: 'locale=de', items: 212, loss: 0.0189, floor: 0.02 },
    { slice: 'locale=en', items: 1220, loss: 0.0008, floor: 0.02 },
    { slice: 'locale=fr', items: 68, loss: -0.0147, floor: 0.02 },
  ],
  training: { rows: 8000, copies: 2, itemCpuS: 1e-3 },
  data: { test: digestOf(91), train: digestOf(92), calibration: digestOf(93) },
  holdout: { items: 2000, fewest: 420, look: 1, alpha: 0.045, key: '1f0c2b3a4d5e6f70' },
  next: [],
  processor: { name: 'Example CPU @ 2.60GHz', features: ['avx2', 'avx512_vnni'] },
  engine: 'onnxruntime-node@1.23.0',
  costEngine: 'onnxruntime-node@1.23.0',
  search: {
    wallS: 214.2,
    cpuS: 398.6,
    energy: within('J', 1290, [0.45, 2.2], {
      method: 'modeled',
      how: 'CPU seconds x 3.15 W per busy thread',
      source: 'line through 184 SPECpower_ssj2008 results',
    }),
    resumedTrials: 1,
  },
  payBackCalls: known('count', {
    ...{ value: 59_490, low: 58_200, high: 61_300, level: 0.95, method: 'measured' },
    ...{ how: 'CPU seconds spent / CPU seconds saved per call', source: 'interleaved windows' },
  }),
}

const noneHeld = {
  result: null,
  recipe: [],
  finalists: [],
  cost: [],
  vocabulary: null,
  slices: [],
  payBackCalls: infinite('no smaller model was found'),
} as const

/** No smaller model passed the search. */
export const none: Compression = {
  ...certified,
  ...noneHeld,
  outcome: 'none',
  why: 'no smaller model passed the search',
  path: path.slice(0, 1),
  trials: trials
    .filter(({ verdict }) => verdict !== 'kept')
    .map((each) => ({ ...each, parent: digestOf(0) })),
  runtime: certified.runtime.filter(({ of }) => of === 'incumbent'),
}

/** Two finalists, a hold-out that was opened before, none certified. */
export const undecided: Compression = {
  ...certified,
  outcome: 'undecided',
  why: 'smaller models passed the search, and the hold-out supports none of them; the search ended early because the time is spent',
  holdout: { ...certified.holdout, look: 2, alpha: 0.005 },
  next: [
    {
      kind: 'labels',
      count: 5200,
      text: 'Label about 5,200 more items: settles it with 80 % chance if the 3.56 MiB model is what it looks like now.',
    },
  ],
  finalists: [
    {
      model: digestOf(5),
      identity: digestOf(75),
      bytes: 3.56 * MiB,
      text: '7-bit weights after layers, neurons, vocabulary',
      ...onHoldout(claimOf(0.0065, 0.0133, 'undecided', [2, 0.005])),
    },
    {
      model: digestOf(3),
      identity: digestOf(73),
      bytes: 12.7 * MiB,
      text: 'keep 25 % of the feed-forward neurons of 4 layers',
      verdict: null,
      claim: null,
      constraints: [],
    },
  ],
}

/** An n-gram model does the job. */
export const linear: Compression = {
  ...certified,
  result: {
    identity: digestOf(40),
    model: digestOf(40),
    bytes: 0.21 * MiB,
    accuracy: 0.941,
    runtime: 'linear',
    file: 'model.rightsize.json',
    settings: {},
  },
  path: [
    path[0]!,
    step(40, 'student-linear', 'a linear model over n-grams in its place', 0.21, 0.001, 210),
  ],
  finalists: [
    {
      model: digestOf(40),
      identity: digestOf(40),
      bytes: 0.21 * MiB,
      text: 'a linear model over n-grams in its place',
      ...onHoldout(claimOf(-0.003, -0.0004, 'certified')),
    },
  ],
  trials: [
    ...trials.slice(0, 3),
    trial(4, {
      pass: 'student-linear',
      family: 'distil',
      text: 'a linear model over n-grams in its place',
      from: 0,
      to: 40,
      sizes: [52.4, 0.21],
    }),
  ],
  cost: [cost(210)],
  runtime: [],
  vocabulary: null,
}

/** Certified, but slower than was asked for, and the hold-out has few items. */
export const goalMissed: Compression = {
  ...certified,
  goal: { bytes: 4 * MiB, latencyMs: 1.2, reached: false },
  holdout: { ...certified.holdout, items: 460 },
  finalists: certified.finalists.map((one) => ({
    ...one,
    ...onHoldout({ ...claimOf(0, 0.0098, 'certified'), n: 460, win: 0, tie: 460, lose: 0 }),
  })),
}

/** Supported on a hold-out that is looked at for the third time. */
export const supported: Compression = {
  ...certified,
  outcome: 'supported',
  why: 'the hold-out supports the loss within the margin and does not certify it',
  holdout: { ...certified.holdout, look: 3, alpha: 0.001 },
  finalists: certified.finalists.map((one) => ({
    ...one,
    ...onHoldout({ ...claimOf(0.004, 0.0131, 'supported', [3, 0.001]), pOver: 0.14 }),
  })),
}

/** Everything that may be absent is. */
export const bare: Compression = {
  ...none,
  why: '',
  path: [],
  trials: [],
  notApplicable: [],
  runtime: [],
  profile: [],
  data: {},
  processor: { name: null, features: [] },
}

/** A result whose cost could not be measured, whose finalist saw no hold-out. */
export const unmeasured: Compression = {
  ...certified,
  path: path.map((one) => ({ ...one, cost: null })),
  cost: [],
  runtime: [],
  finalists: certified.finalists.map((one) => ({
    ...one,
    verdict: null,
    claim: null,
    constraints: [],
  })),
  payBackCalls: unknown('the CPU time of single items could not be measured'),
}

/** Smaller in bytes and slower; forty trials and twelve slices. */
export const slower: Compression = {
  ...certified,
  cost: [cost(0.62), cost(1.01, 0.05, 32)],
  path: path.map((one, at) => (at === 5 ? { ...one, cost: cost(0.62) } : one)),
  payBackCalls: unknown('the CPU time of single items could not be measured'),
  trials: Array.from({ length: 40 }, (_, i) => ({ ...trials[i % trials.length]!, number: i + 1 })),
  slices: Array.from({ length: 12 }, (_, i) => ({
    slice: `product=line-${i + 1}`,
    items: 30 + i,
    loss: 0.004 * i - 0.01,
    floor: 0.02,
  })),
}

export const everyCompression: Readonly<Record<string, Compression>> = {
  certified,
  none,
  undecided,
  linear,
  goalMissed,
  supported,
  bare,
  unmeasured,
  slower,
}

/** The payload in every string that a user, a model or a file may choose. */
export function hostileCompression(found: Compression, text = payload): Compression {
  const made = inEveryText(found, compression, (value, key) =>
    // Digests stay apart: they are how the steps of a path find each other.
    key === 'model' || key === 'parent' ? `${value} ${text}` : text,
  )
  return {
    ...made,
    data: { [text]: text },
    result: made.result && { ...made.result, settings: { [text]: 1, threads: 2 } },
  }
}
