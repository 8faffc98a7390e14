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
    original,
    result: within('JPerItem', original.value / times, [0.32, 2.66], about),
    times: within('ratio', times, [0.62, 1.61], about),
  }
}

const cost = (times: number, width = 0.04, batch = 1): MeasuredCost => ({
  batch,
  energy: energyOf(times),
  originalCpuS: 0.00812,
  cpuS: 0.00812 / times,
  times,
  low: times * (1 - width),
  high: times * (1 + width),
  rounds: 21,
})

const gateOf = (loss: number, kind: 'proven' | 'leaning' | 'refused' = 'leaning', seen = 1500) => ({
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
  readonly heal?: number
}

/** A trial from model `from` to model `to`; kept unless said. */
function trial(number: number, sketch: Sketch): Trial {
  const { pass, text, from, to, sizes, heal, ...rest } = sketch
  return {
    number,
    parent: digestOf(from),
    step: {
      pass,
      params: { keep: 0.5 },
      heal: heal ? { steps: heal, batch: 32, rate: 5e-4, temperature: 2, seed: 1 } : null,
    },
    family: 'structural',
    text,
    predicted: { bytes: (sizes[0] - sizes[1]) * MiB, cpuShare: 0.12 },
    bytes: { before: sizes[0] * MiB, after: sizes[1] * MiB },
    changes: [`${text}: done`],
    gate: gateOf(0.002),
    verdict: 'kept',
    reason: 'leaning: chance 86.0 % that the loss is within the margin',
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
    heal: 1800,
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
    text: 'keep 25 % of the feed-forward neurons of 4 layers, 600 healing steps',
    from: 2,
    to: 3,
    sizes: [24.8, 12.7],
    heal: 600,
    gate: gateOf(0.0033),
    changes: ['3072 of 4096 neurons left out', "healed by 600 steps on the original's answers"],
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
    heal: 1200,
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
  step(0, 'original', '', 52.4, 0, null),
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
  of: 'original' | 'result',
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

const holdout = (loss: number, upper: number, proven: boolean, alpha = 0.04) => ({
  proven,
  counts: {
    win: 8,
    tie: 1984 - Math.round(loss * 2000),
    lose: 8 + Math.round(loss * 2000),
  },
  items: 2000,
  loss,
  upper,
  p: proven ? 0.004 : 0.21,
  alpha,
})

/** Proven: vocabulary trimmed, cuts kept and healed, a student refused, number formats probed, int8 at the end. */
export const proven: Compression = {
  schema: 'rightsize/compression@2',
  outcome: 'proven',
  why: 'the hold-out proves the loss within the margin',
  task: 'helpdesk-intents',
  synthetic: false,
  margin: 0.01,
  alpha: 0.05,
  seed: 1,
  goal: { bytes: null, latencyMs: null, reached: null },
  original: { model: digestOf(0), bytes: 52.4 * MiB, accuracy: 0.942 },
  result: {
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
      bytes: 3.56 * MiB,
      text: '7-bit weights after layers, neurons, vocabulary',
      holdout: holdout(0.002, 0.00724, true),
    },
  ],
  cost: [cost(5.72), cost(4.9, 0.03, 32)],
  runtime: [
    setting('original', 1, false, 0, 8.1),
    setting('original', 2, true, 5, 21),
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
  lessons: { rows: 8000, copies: 2, itemCpuS: 1e-3 },
  data: { test: digestOf(91), train: digestOf(92), calibration: digestOf(93) },
  holdoutLooks: 1,
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

const nothingMade = {
  result: null,
  recipe: [],
  finalists: [],
  cost: [],
  vocabulary: null,
  slices: [],
  payBackCalls: infinite('no smaller model was found'),
} as const

/** No smaller model passed the gate. */
export const nothing: Compression = {
  ...proven,
  ...nothingMade,
  outcome: 'nothing',
  why: 'no smaller model passed the gate',
  path: path.slice(0, 1),
  trials: trials
    .filter(({ verdict }) => verdict !== 'kept')
    .map((each) => ({ ...each, parent: digestOf(0) })),
  runtime: proven.runtime.filter(({ of }) => of === 'original'),
}

/** Two finalists, a hold-out that was opened before, none proven. */
export const undecided: Compression = {
  ...proven,
  outcome: 'undecided',
  why: 'smaller models passed the gate of the search, the hold-out proves none of them; the search ended early because the time is spent',
  holdoutLooks: 2,
  finalists: [
    {
      model: digestOf(5),
      bytes: 3.56 * MiB,
      text: '7-bit weights after layers, neurons, vocabulary',
      holdout: holdout(0.0065, 0.0133, false, 0.0025),
    },
    {
      model: digestOf(3),
      bytes: 12.7 * MiB,
      text: 'keep 25 % of the feed-forward neurons of 4 layers',
      holdout: holdout(0.011, 0.018, false, 0.0025),
    },
  ],
}

/** An n-gram model does the job. */
export const linear: Compression = {
  ...proven,
  result: {
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
      bytes: 0.21 * MiB,
      text: 'a linear model over n-grams in its place',
      holdout: holdout(-0.003, -0.0004, true),
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

/** Proven, but slower than was asked for, and the hold-out has few items. */
export const goalMissed: Compression = {
  ...proven,
  goal: { bytes: 4 * MiB, latencyMs: 1.2, reached: false },
  finalists: proven.finalists.map((one) => ({
    ...one,
    holdout: { ...holdout(0, 0.0098, true), items: 460, counts: { win: 0, tie: 460, lose: 0 } },
  })),
}

/** Proven on a hold-out that has been opened three times. */
export const reopened: Compression = { ...proven, holdoutLooks: 3 }

/** Everything that may be absent is. */
export const bare: Compression = {
  ...nothing,
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
  ...proven,
  path: path.map((one) => ({ ...one, cost: null })),
  cost: [],
  runtime: [],
  finalists: proven.finalists.map((one) => ({ ...one, holdout: null })),
  payBackCalls: unknown('the CPU time of single items could not be measured'),
}

/** Smaller in bytes and slower; forty trials and twelve slices. */
export const slower: Compression = {
  ...proven,
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
  proven,
  nothing,
  undecided,
  linear,
  goalMissed,
  reopened,
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
