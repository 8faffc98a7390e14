import type { Clock } from '../../contract/clock.ts'
import type { Digest } from '../../contract/digest.ts'
import type { RuntimeItem, RuntimeSession } from '../../contract/runtime.ts'
import type { Store, StoredOutcome } from '../../contract/store.ts'
import type { Answer } from '../../core/data/answer.ts'
import { answerIn } from '../../core/data/answer-in.ts'
import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { judgedBatches } from './batches.ts'
import type { Broken } from './opened.ts'
import { outcomeKey } from './outcome-key.ts'

/** Stored outcomes of a model whose name floats (an alias) are trusted for this long. */
export const floatingDays = 14
/** After this many failures in a row with nothing answered the candidate is given up as broken. */
export const failuresInARow = 8
/** After this many failures in a row that another try could mend, what answered before is taken to be down. */
export const outageInARow = 16

export interface AnswerRequest {
  readonly session: RuntimeSession
  readonly candidateDigest: string
  readonly items: readonly Item[]
  /** What an item asks of this candidate. */
  readonly asked: (item: Item) => string
  readonly store: Store
  readonly digest: Digest
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly draw: number
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
  /** Calls still allowed by the budget; batches stop before they pass it. */
  readonly maxCalls: number
}

export interface AnswerRun {
  /** By item id. Items that were not reached (budget, interruption, broken) are absent. */
  readonly answers: ReadonlyMap<string, Answer>
  readonly keys: ReadonlyMap<string, string>
  readonly calls: number
  readonly reused: number
  /** Stopped by the budget or an interruption before everything was asked. */
  readonly cut: boolean
  readonly broken: Pick<Broken, 'code' | 'message' | 'next'> | null
}

/**
 * Answers every item, taking from the store what was paid for before. Each batch is stored as soon as it is
 * answered, so a kill loses at most the batch in flight. Failed answers are not stored: the next run tries them again.
 */
export async function answerItems(request: AnswerRequest): Promise<AnswerRun> {
  const { session, items } = request
  const run = begun(request)
  const { keys, answers, state } = run
  const missing = items.filter((item) => !answers.has(item.id))
  let cut = false
  let waiting = judgedBatches(missing, session.batchSize)
  while (waiting.length > 0 && !cut && state.broken === null) {
    const held: (readonly Item[])[] = []
    for (const batch of waiting) {
      const done = await shareBatch(request, batch, run)
      if (done === 'held') held.push(batch)
      cut = done === 'cut'
      if (cut || state.broken) break
      request.onProgress(answers.size, items.length)
    }
    if (held.length === waiting.length) await another(request)
    waiting = held
  }
  return { answers, keys, calls: state.calls, reused: state.reused, cut, broken: state.broken }
}

/** Longer than a batch takes; a run that ends, in whatever way, frees what it holds at once. */
const leaseMinutes = 15
/** A claim from now on. */
export const leaseFrom = (now: string) => ({
  now,
  until: new Date(Date.parse(now) + leaseMinutes * 60_000).toISOString(),
})

/** Seconds between two looks at what another run is asking for. */
const waitS = 0.2

/** Waits for other runs on the store. */
async function another({ clock, signal }: AnswerRequest): Promise<void> {
  await clock.sleep(waitS, signal).catch(() => undefined)
}

/**
 * Asks what of a batch nobody has asked for. Another run on the same store may be asking for it: then it is left for
 * later, when its answers can be read.
 */
async function shareBatch(
  request: AnswerRequest,
  batch: readonly Item[],
  run: BatchState,
): Promise<'done' | 'held' | 'cut'> {
  const over = (left: readonly Item[]): boolean =>
    request.signal.aborted || run.state.calls + left.length > request.maxCalls
  if (run.replays) {
    if (request.signal.aborted) return 'cut'
    await answerBatch(request, batch, run)
    return 'done'
  }
  const keys = new Map(batch.map(({ id }) => [id, run.keys.get(id) ?? '']))
  if (over(batch)) return 'cut'
  const claimed = [...keys.values()]
  const taken = run.store.claim(claimed, leaseFrom(request.clock.now()))
  try {
    // After claiming: what another has asked for until then is stored.
    const others = recall(request, keys)
    for (const [id, answer] of others) run.answers.set(id, answer)
    run.state.reused += others.size
    const left = batch.filter(({ id }) => !run.answers.has(id))
    if (left.length === 0) return 'done'
    if (!taken) return 'held'
    await answerBatch(request, left, run)
    return 'done'
  } finally {
    if (taken) run.store.release(claimed)
  }
}

/** What is stored of the items, before anything is asked. */
export function begun(request: AnswerRequest): BatchState {
  const { items, store, digest, asked, candidateDigest, draw } = request
  const key = (item: Item) => outcomeKey(digest, asked(item), candidateDigest, draw)
  const replays = request.session.replays === true
  // Nothing is stored of what a file of the user's holds.
  const keys = new Map(replays ? [] : items.map((item) => [item.id, key(item)]))
  const answers = replays ? new Map<string, Answer>() : recall(request, keys)
  const state = { calls: 0, reused: answers.size, failedInARow: 0, outageInARow: 0, broken: null }
  return { keys, answers, state, store, replays }
}

export function recall(
  request: AnswerRequest,
  keys: ReadonlyMap<string, string>,
): Map<string, Answer> {
  const stored = request.store.outcomes([...keys.values()])
  const oldest = request.session.identity.floating
    ? new Date(Date.parse(request.clock.now()) - floatingDays * 86_400_000).toISOString()
    : ''
  const answers = new Map<string, Answer>()
  for (const [id, key] of keys) {
    const row = stored.get(key)
    const answer = row === undefined || row.at < oldest ? null : storedAnswer(row.answer)
    if (answer?.ok) answers.set(id, answer)
  }
  return answers
}

/** An answer of the store, looked at like one that has just come; null where it is none, and the item is asked again. */
function storedAnswer(json: string): Answer | null {
  try {
    return answerIn(JSON.parse(json))
  } catch {
    return null
  }
}

/** What a run of answers holds while it goes. */
export interface BatchState {
  readonly keys: ReadonlyMap<string, string>
  readonly answers: Map<string, Answer>
  readonly state: {
    calls: number
    reused: number
    failedInARow: number
    outageInARow: number
    broken: AnswerRun['broken']
  }
  readonly store: Store
  /** Its answers lie in a file of the user's: they are not copied, and asking costs nothing. */
  readonly replays: boolean
}

async function answerBatch(
  request: AnswerRequest,
  batch: readonly Item[],
  run: BatchState,
): Promise<void> {
  const asked: RuntimeItem[] = batch.map((item) => ({
    id: item.id,
    input: item.input,
    row: item.row,
  }))
  let given: readonly Answer[]
  try {
    // Without the signal: an interruption finishes the batch in flight, so that what was paid for is kept.
    given = Array.from(await request.session.answer(asked), answerIn)
  } catch (cause) {
    run.state.broken = brokenOf(cause, request, run)
    return
  }
  take(request, batch, given, run)
}

/** A runtime that gave up, with how much of the work is kept. */
export function brokenOf(
  cause: unknown,
  request: AnswerRequest,
  run: BatchState,
): NonNullable<AnswerRun['broken']> {
  const code = (cause as { code?: string }).code ?? 'RUNTIME_FAILED'
  const next = cause instanceof RightsizeError ? { next: cause.next } : {}
  return { code, message: withStored((cause as Error).message, request, run), ...next }
}

/** Answers that have come, in the order of their items: kept, stored, and looked at for what breaks a candidate. */
export function take(
  request: AnswerRequest,
  batch: readonly Item[],
  given: readonly Answer[],
  run: BatchState,
): void {
  const taken = given.filter((answer) => !refusedForGood(answer)).length
  run.state[run.replays ? 'reused' : 'calls'] += taken
  const rows: StoredOutcome[] = []
  batch.forEach((item, i) => {
    const answer = given[i]
    if (answer === undefined || refusedForGood(answer)) return
    run.answers.set(item.id, answer)
    run.state.failedInARow = answer.ok ? 0 : run.state.failedInARow + 1
    run.state.outageInARow = !answer.ok && answer.retryable ? run.state.outageInARow + 1 : 0
    if (answer.ok && !run.replays)
      rows.push(outcome(request, item, run.keys.get(item.id) ?? '', answer))
  })
  if (rows.length > 0) run.store.putOutcomes(rows)
  run.state.broken = brokenBy(given, request, run)
}

function outcome(request: AnswerRequest, item: Item, key: string, answer: Answer): StoredOutcome {
  return {
    key,
    itemDigest: item.digest,
    candidateDigest: request.candidateDigest,
    answer: JSON.stringify(answer),
    at: request.clock.now(),
  }
}

const refusedForGood = (answer: Answer | undefined): boolean =>
  answer?.ok === false && answer.permanent === true

/**
 * A candidate that never answered and failed many times in a row is broken, not merely bad; so is one that is refused
 * for good. One that did answer and now only fails as an outage does is broken too: judging it on an outage would call
 * a good model bad.
 */
function brokenBy(
  given: readonly Answer[],
  request: AnswerRequest,
  run: BatchState,
): AnswerRun['broken'] {
  const last =
    given.find(refusedForGood) ?? given.findLast((answer) => answer !== undefined && !answer.ok)
  if (last?.ok !== false) return null
  const { failedInARow, outageInARow: outage } = run.state
  const { code, message } = last
  if (!last.permanent && answeredIn(run) === 0)
    return failedInARow < failuresInARow ? null : { code, message }
  if (!last.permanent && outage < outageInARow) return null
  return { code, message: withStored(message, request, run) }
}

const answeredIn = ({ answers }: BatchState): number =>
  [...answers.values()].filter((answer) => answer.ok).length

/** The reason, and how much of the work is done and kept. */
function withStored(message: string, { items }: AnswerRequest, run: BatchState): string {
  const answered = answeredIn(run)
  return answered === 0
    ? message
    : `${message}; ${answered} of ${items.length} answers are stored, and the next run continues from there`
}
