import { alphaOfTrial, gate } from '../../core/compress/gate.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Trial } from '../../core/result/compression.ts'
import type { Bench, Log } from './bench.ts'

/** What is tried, before anything came of it. */
export interface Trying extends Pick<Trial, 'step' | 'family' | 'predicted' | 'text'> {
  readonly on: { readonly id: string; readonly bytes: number }
  /** Whether it must be smaller to be kept. */
  readonly savesBytes: boolean
  /** A probe only measures and keeps nothing. */
  readonly probe: boolean
}

/** What came of it. */
export interface Tried extends Pick<Trial, 'changes' | 'cost'> {
  readonly id: string
  readonly bytes: number
  /** Of the items that were looked at: fewer than all where it was certainly worse. */
  readonly scores: Uint8Array
  /** CPU seconds of the earlier run where the trial was resumed; null where it was made now. */
  readonly earlierCpuS: number | null
}

export interface Written<T> {
  readonly trial: Trial | null
  /** What was kept; null where it was refused, failed or only probed. */
  readonly kept: T | null
}

/**
 * One trial: works, judges, writes down. No trial where `work` found that the same was tried before. An error of the step is a failed
 * trial; one that every later trial would meet as well is thrown.
 */
export async function writtenTrial<T extends Tried>(
  { on, savesBytes, probe, ...about }: Trying,
  bench: Bench,
  log: Log,
  work: () => Promise<T | null>,
): Promise<Written<T>> {
  bench.signal?.throwIfAborted()
  const started = bench.own.cpuS()
  const base = { ...about, number: log.trials.length + 1, parent: on.id }
  const spent = () => bench.own.cpuS() - started
  try {
    const found = await work()
    if (found === null) return { trial: null, kept: null }
    const trial = { ...base, ...judgedTrial(found, { on, savesBytes, probe }, bench, base.number) }
    const { earlierCpuS } = found
    const made = written({ ...trial, cpuS: earlierCpuS ?? spent() }, bench, log)
    return { trial: made, kept: made.verdict === 'kept' ? found : null }
  } catch (error) {
    if (!(error instanceof RightsizeError) || endsSearch(error)) throw error
    const failed: Outcome = {
      ...{ bytes: { before: on.bytes, after: on.bytes }, changes: [], gate: null, resumed: false },
      verdict: 'failed',
      ...{ reason: `${error.code}: ${error.message}`, model: on.id },
    }
    return { trial: written({ ...base, ...failed, cpuS: spent() }, bench, log), kept: null }
  }
}

/** What is written of a trial beside what was tried. */
type Outcome = Omit<Trial, keyof Trying | 'number' | 'parent' | 'cpuS'>

const noSaving = 'it saves no bytes'

function judgedTrial(
  { id, bytes, scores, changes, cost, earlierCpuS }: Tried,
  { on, savesBytes, probe }: Pick<Trying, 'on' | 'savesBytes' | 'probe'>,
  { original, gate: spec }: Bench,
  number: number,
): Outcome {
  const before = original.subarray(0, scores.length)
  const verdict = gate(scores, before, spec, alphaOfTrial(spec.alpha, number))
  const smaller = bytes < on.bytes || !savesBytes
  const whole = scores.length === original.length
  const keeps = verdict.kind !== 'refused' && smaller && whole
  return {
    ...{ changes, gate: verdict, model: id, resumed: earlierCpuS !== null },
    bytes: { before: on.bytes, after: bytes },
    verdict: probe ? 'probed' : keeps ? 'kept' : 'refused',
    reason: smaller ? verdict.reason : noSaving,
    ...(cost === undefined ? {} : { cost }),
  }
}

/** Without room for what trials give, every later one would be paid for and lost. */
const endsSearch = ({ code }: RightsizeError): boolean =>
  code === 'DISK_FULL' || code === 'WRITE_FAILED'

function written(trial: Trial, bench: Bench, log: Log): Trial {
  log.trials.push(trial)
  bench.say(lineOf(trial))
  return trial
}

function lineOf({ number, text, verdict, gate: judged, bytes, cpuS, reason, cost }: Trial): string {
  const loss =
    judged === null || reason === noSaving
      ? reason
      : `loss ${(100 * judged.loss).toFixed(2)} points`
  const size = `${(bytes.before / 2 ** 20).toFixed(2)} -> ${(bytes.after / 2 ** 20).toFixed(2)} MiB`
  const times = cost?.times
  const less =
    times && (times < 1 ? `${(1 / times).toFixed(2)}x more` : `${times.toFixed(2)}x less`)
  const factor = less ? `, CPU ${less}` : ''
  // Kept for the hold-out alone: nothing is shown yet.
  const word = verdict === 'kept' && judged?.kind === 'undecided' ? 'undecided' : verdict
  return `${String(number).padStart(3)} ${word.padEnd(9)} ${text}: ${size}, ${loss}${factor}, ${cpuS.toFixed(1)} CPU-s`
}
