import type { TensorEngine, TensorSession } from '../../contract/tensors.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { type TensorDistance, tensorDistance } from '../../core/onnx/compare-tensors.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model } from '../../core/onnx/model.ts'
import {
  defaultFeedShapes,
  type FeedShape,
  type IntegerRange,
  randomFeeds,
} from '../../core/onnx/random-feeds.ts'

export interface VerifyOptions {
  /** Uniform in [0, 1), seeded by the caller, so that a verification can be repeated. */
  readonly random: () => number
  /** Sizes for symbolic dims; three unless said. */
  readonly shapes?: readonly FeedShape[]
  /** Inputs to run instead of random ones: passes that are exact on calibration are verified on the calibration set. */
  readonly feeds?: readonly Feeds[]
  /** Ranges of whole-number inputs by name. */
  readonly ranges?: Readonly<Record<string, IntegerRange>>
  /** Units in the last place that outputs may be apart; 4 unless a relative limit is given. */
  readonly maxUlp?: number
  /** Share of the largest magnitude of an output that its elements may be apart. */
  readonly maxRelative?: number
}

/** One output at one shape; with given inputs `shape.other` is the number of the batch. */
export interface OutputComparison {
  readonly shape: FeedShape
  readonly output: string
  readonly distance: TensorDistance | null
  /** Why it fails; null when it is within the limits. */
  readonly failure: string | null
}

export interface Verification {
  readonly ok: boolean
  readonly comparisons: readonly OutputComparison[]
}

/**
 * Runs both models on the same random inputs at several shapes and compares every output. A failure is data; an engine that refuses a
 * model, or inputs that cannot be made, are errors.
 */
export async function verifyModels(
  before: Model,
  after: Model,
  engine: TensorEngine,
  options: VerifyOptions,
): Promise<Verification> {
  requireSameSignature(before, after)
  const first = await engine.open(encodeModel(before), { optimization: 'disabled' })
  try {
    const second = await engine.open(encodeModel(after), { optimization: 'disabled' })
    try {
      return await compareSessions(before, first, second, options)
    } finally {
      await second.close()
    }
  } finally {
    await first.close()
  }
}

async function compareSessions(
  model: Model,
  first: TensorSession,
  second: TensorSession,
  options: VerifyOptions,
): Promise<Verification> {
  const { random, shapes = defaultFeedShapes, ranges } = options
  const made = (shape: FeedShape) =>
    randomFeeds(model.graph, { shape, random, ...(ranges ? { ranges } : {}) })
  const runs =
    options.feeds?.map((feeds, at) => ({ shape: { other: at }, feeds: () => feeds })) ??
    shapes.map((shape) => ({ shape, feeds: () => made(shape) }))
  const comparisons: OutputComparison[] = []
  for (const { shape, feeds: feedsOf } of runs) {
    const feeds = feedsOf()
    const expected = await first.run(feeds)
    const got = await second.run(feeds)
    for (const [output, tensor] of Object.entries(expected)) {
      const found = got[output]
      const distance =
        found === undefined ? { what: 'it is missing' } : tensorDistance(tensor, found)
      comparisons.push(judged(shape, output, distance, options))
    }
  }
  return { ok: comparisons.every(({ failure }) => failure === null), comparisons }
}

function judged(
  shape: FeedShape,
  output: string,
  distance: TensorDistance | { readonly what: string },
  { maxUlp, maxRelative }: VerifyOptions,
): OutputComparison {
  if ('what' in distance) return { shape, output, distance: null, failure: distance.what }
  const ulpLimit = maxUlp ?? (maxRelative === undefined ? 4 : undefined)
  const withinUlp = ulpLimit !== undefined && distance.ulp <= ulpLimit
  const withinRelative = maxRelative !== undefined && distance.relative <= maxRelative
  if (withinUlp || withinRelative || distance.absolute === 0) {
    return { shape, output, distance, failure: null }
  }
  const { values, index, relative, ulp } = distance
  const far = `${ulp} ulp, ${relative.toExponential(2)} of the scale`
  const failure = `element ${index} was ${values[0]} and is ${values[1]} (at most ${far} apart)`
  return { shape, output, distance, failure }
}

/** Both models must take and give values of the same names, or nothing can be compared. */
function requireSameSignature(before: Model, after: Model): void {
  const defaults = new Set(before.graph.initializers.map(({ name }) => name))
  const given = new Set(after.graph.initializers.map(({ name }) => name))
  const names = (list: readonly { readonly name: string }[], without: ReadonlySet<string>) =>
    list
      .map(({ name }) => name)
      .filter((name) => !without.has(name))
      .sort()
      .join(', ')
  for (const side of ['inputs', 'outputs'] as const) {
    const [old, now] = [names(before.graph[side], defaults), names(after.graph[side], given)]
    if (old === now) continue
    throw new RightsizeError(
      'ONNX_VERIFY',
      `the ${side} were ${old || 'none'} and are ${now || 'none'}`,
    )
  }
}
