import type { ModelIdentity, RuntimeUsage } from '../../../contract/runtime.ts'
import { answerIn } from '../../../core/data/answer-in.ts'
import { entriesOf, type Fields, fieldsOf } from '../../../core/data/fields.ts'
import { countIn, figureIn, gaugeIn, sizeIn } from '../../../core/data/figures.ts'
import { catalogue, type ErrorCode } from '../../../core/error/catalogue.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { Values } from './protocol.ts'

/** Most items that one message may hold. */
const mostBatch = 100_000

/**
 * What a child sent back for a question, once every part was looked at: the code of a module or of an adapter runs in that
 * process and may write into the channel what it likes. Throws RUNTIME_FAILED for what is no reply.
 */
export const replyIn: { readonly [K in keyof Values]: (value: unknown) => Values[K] } = {
  open: (value) => {
    const { identity, batchSize, loadS, loadCpuS } = fieldsOf(value)
    return {
      identity: identityIn(fieldsOf(identity)),
      batchSize: Math.min(mostBatch, Math.max(1, countIn(batchSize) ?? 1)),
      loadS: figureIn(loadS) ?? 0,
      loadCpuS: figureIn(loadCpuS) ?? 0,
    }
  },
  answer: (value) => {
    if (Array.isArray(value)) return value.map(answerIn)
    throw unusable('the answers are not a list')
  },
  exercise: (value) => {
    const { wallS, cpuS, latenciesS } = fieldsOf(value)
    const [wall, cpu] = [figureIn(wallS), figureIn(cpuS)]
    if (wall === undefined || cpu === undefined) throw unusable('a window without its times')
    const latencies = entriesOf(latenciesS).flatMap((one) => figureIn(one) ?? [])
    return { wallS: wall, cpuS: cpu, latenciesS: latencies }
  },
  usage: (value): RuntimeUsage => {
    const { pids, threads, loadS, loadCpuS, cpuS, peakRssBytes } = fieldsOf(value)
    const cpu = figureIn(cpuS)
    return {
      pids: entriesOf(pids).flatMap((pid) => countIn(pid) ?? []),
      threads: Math.max(1, countIn(threads) ?? 1),
      loadS: figureIn(loadS) ?? null,
      loadCpuS: figureIn(loadCpuS) ?? null,
      peakRssBytes: gaugeIn(peakRssBytes) ?? null,
      ...(cpu === undefined ? {} : { cpuS: cpu }),
    }
  },
  close: () => null,
}

function identityIn({
  model,
  revision,
  precision,
  engine,
  floating,
  ...more
}: Fields): ModelIdentity {
  if (typeof model !== 'string' || typeof revision !== 'string')
    throw unusable('it names no model and no revision')
  const word = (value: unknown): string => (typeof value === 'string' ? value : 'unknown')
  const sizes = (['parameters', 'activeParameters', 'bytes'] as const).flatMap((name) => {
    const size = sizeIn(more[name])
    return size === undefined ? [] : [[name, size] as const]
  })
  const labels = entriesOf(more['labels']).filter((label) => typeof label === 'string')
  return {
    ...{ model, revision, precision: word(precision), engine: word(engine) },
    floating: floating === true,
    ...Object.fromEntries(sizes),
    ...(Array.isArray(more['labels']) ? { labels } : {}),
  }
}

/** An error as it came over the border; a code that there is none of is RUNTIME_FAILED. */
export function errorReplyIn(value: unknown): RightsizeError {
  const { code, message, at, next } = fieldsOf(value)
  const known = typeof code === 'string' && Object.hasOwn(catalogue, code)
  const text = (one: unknown): string | undefined => (typeof one === 'string' ? one : undefined)
  return new RightsizeError(
    known ? (code as ErrorCode) : 'RUNTIME_FAILED',
    text(message)?.slice(0, 1000) ?? 'it failed without a reason',
    {
      ...(text(at) === undefined ? {} : { at: text(at) }),
      ...(text(next) === undefined ? {} : { next: text(next) }),
    },
  )
}

const unusable = (what: string): RightsizeError => new RightsizeError('RUNTIME_FAILED', what)
