import type { DeferredAnswers, DeferredState } from '../../contract/deferred.ts'
import type { Answer } from '../../core/data/answer.ts'
import { answerIn } from '../../core/data/answer-in.ts'
import { fieldsOf } from '../../core/data/fields.ts'
import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { sliced } from '../../core/train/batches.ts'
import {
  type AnswerRequest,
  type AnswerRun,
  type BatchState,
  begun,
  brokenOf,
  leaseFrom,
  recall,
  take,
} from './answer.ts'

/** How answers are waited for. */
export interface Later {
  readonly deferred: DeferredAnswers
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>
  /** Takes up to so many calls from the budget and returns how many it had: jobs of several candidates share it. */
  readonly reserve: (calls: number) => number
  /** Tells the user where a job stands. */
  readonly tell: (text: string) => void
}

/** A job that was submitted and not yet collected, as the store keeps it beside the answers. */
interface Job {
  readonly name: string
  readonly candidateDigest: string
  /** Null from before it is submitted until its id is known: a kill in between is found out by name. */
  readonly id: string | null
  readonly since: string
  /** What it asks: the keys of the answers, with the digest of each item. */
  readonly keys: Readonly<Record<string, string>>
}

/** A run while it waits: what it claims is claimed again at every look. */
interface Waiting extends BatchState {
  readonly claimed: readonly string[]
}

/** Seconds between two looks at a job: doubled from the first to the last. */
const looks = { firstS: 1, lastS: 60 } as const
/** Looks in a row that may fail for want of a network, before a job is given up for now. */
const deafLooks = 30

/**
 * Answers every item by jobs that run elsewhere. What is stored is taken from there; what a running job already asks is
 * waited for and not asked again; the rest is submitted. Each job is noted in the store before and after it is submitted,
 * and is forgotten when its answers are stored, so that a kill at any moment pays nothing twice. An interruption leaves
 * the jobs running. Questions that a job did not get to break the candidate by name; the next run submits them again.
 */
export async function answerDeferred(request: AnswerRequest, later: Later): Promise<AnswerRun> {
  const run = begun(request)
  const { keys, answers, state } = run
  const claimed = request.items.flatMap(({ id }) => (answers.has(id) ? [] : (keys.get(id) ?? [])))
  let cut = false
  try {
    await claims(claimed, request, later)
    for (const [id, answer] of recall(request, keys)) answers.set(id, answer)
    state.reused = answers.size
    const missing = request.items.filter((item) => !answers.has(item.id))
    await findLost(request, later)
    const covered = new Set(jobsOf(request).flatMap((job) => Object.keys(job.keys)))
    const rest = missing.filter(({ id }) => !covered.has(keys.get(id) ?? ''))
    const stopped = request.signal.aborted
    const allowed = rest.slice(0, stopped ? 0 : later.reserve(rest.length))
    cut = allowed.length < rest.length
    for (const part of sliced(allowed, later.deferred.most)) await handIn(request, part, run, later)
    for (const job of jobsOf(request).filter((one) => asksAny(one, missing, run)))
      cut = !(await finish(job, request, { ...run, claimed }, later)) || cut
  } catch (cause) {
    state.broken = brokenOf(cause, request, run)
  } finally {
    request.store.release(claimed)
  }
  return { answers, keys, calls: state.calls, reused: state.reused, cut, broken: state.broken }
}

/** Seconds between two looks at what another run is asking for. */
const othersS = 1

/** Waits until no other run on the store asks for these answers. An interruption ends the waiting: then nothing is asked. */
async function claims(
  keys: readonly string[],
  request: AnswerRequest,
  later: Later,
): Promise<void> {
  const { store, clock, signal } = request
  for (let told = false; keys.length > 0 && !signal.aborted; told = true) {
    if (store.claim(keys, leaseFrom(clock.now()))) return
    if (!told) later.tell('another run on this store asks for the same answers; waiting for it')
    await later.sleep(othersS, signal).catch(() => undefined)
  }
}

const asksAny = (job: Job, items: readonly Item[], { keys }: BatchState): boolean =>
  items.some(({ id }) => Object.hasOwn(job.keys, keys.get(id) ?? ''))

/** Jobs of which only the intent is known: found by name, or never submitted and forgotten. */
async function findLost(request: AnswerRequest, { deferred }: Later): Promise<void> {
  const own = jobsOf(request).filter((job) => job.candidateDigest === request.candidateDigest)
  for (const job of own.filter(({ id }) => id === null)) {
    const { name, since } = job
    const questions = Object.keys(job.keys).length
    const id = await deferred.find({ name, since, questions, others: idsOf(request) })
    keep(request, name, id === null ? null : { ...job, id })
  }
}

async function handIn(
  request: AnswerRequest,
  items: readonly Item[],
  { keys }: BatchState,
  { deferred, tell }: Later,
): Promise<void> {
  const asked = items.map((item) => ({ key: keys.get(item.id) ?? '', item }))
  const since = request.clock.now()
  const text = `${since}\n${asked.map(({ key }) => key).join('\n')}`
  const name = request.digest(new TextEncoder().encode(text)).slice(0, 32)
  const job = {
    ...{ name, since, id: null, candidateDigest: request.candidateDigest },
    keys: Object.fromEntries(asked.map(({ key, item }) => [key, item.digest])),
  }
  keep(request, name, job)
  try {
    const id = await deferred.submit(name, asked, idsOf(request))
    keep(request, name, { ...job, id })
    tell(`batch ${id} of ${asked.length} questions was submitted at ${deferred.host}`)
  } catch (cause) {
    // A refusal is known not to have made a batch; anything else is looked for by name when the command runs again.
    if (cause instanceof RightsizeError && /^4\d\d:/.test(cause.message)) keep(request, name, null)
    throw cause
  }
}

/** Waits for a job and takes its answers; false where an interruption came first. */
async function finish(
  { name, id, keys: asked }: Job,
  request: AnswerRequest,
  run: Waiting,
  later: Later,
): Promise<boolean> {
  if (id === null) return false
  const state = await waited(id, request, run, later)
  if (state === null) return false
  if (state.kind === 'refused') {
    keep(request, name, null)
    throw Object.assign(new Error(state.message), { code: state.code })
  }
  const collected = await later.deferred.collect(id)
  const given = new Map([...collected].map(([key, answer]) => [key, answerIn(answer)]))
  const items = request.items.filter((item) => Object.hasOwn(asked, run.keys.get(item.id) ?? ''))
  const answerOf = (item: Item): Answer =>
    given.get(run.keys.get(item.id) ?? '') ?? notReached(id, later.deferred.host)
  const own = new Set(items.map((item) => run.keys.get(item.id)))
  storeOthers(
    request,
    [...given].filter(([key]) => !own.has(key) && Object.hasOwn(asked, key)),
    asked,
  )
  take(request, items, items.map(answerOf), run)
  keep(request, name, null)
  request.onProgress(run.answers.size, request.items.length)
  return true
}

/** Answers to questions that this data no longer asks: paid for, so they are kept. */
function storeOthers(
  { store, candidateDigest, clock }: AnswerRequest,
  others: readonly (readonly [string, Answer])[],
  asked: Job['keys'],
): void {
  const rows = others.flatMap(([key, answer]) => {
    const itemDigest = asked[key] ?? ''
    const row = {
      key,
      itemDigest,
      candidateDigest,
      answer: JSON.stringify(answer),
      at: clock.now(),
    }
    return answer.ok ? [row] : []
  })
  if (rows.length > 0) store.putOutcomes(rows)
}

const notReached = (id: string, host: string): Answer => ({
  ...{ ok: false, code: 'ENDPOINT_BATCH_EXPIRED', retryable: true, permanent: true },
  message: `batch ${id} at ${host} ended without an answer to every question`,
})

async function waited(
  id: string,
  request: AnswerRequest,
  { answers, claimed }: Waiting,
  { deferred, sleep, tell }: Later,
): Promise<DeferredState | null> {
  let [word, deaf] = ['', 0]
  for (let wait: number = looks.firstS; ; wait = Math.min(looks.lastS, 2 * wait)) {
    const state = await deferred.state(id).catch((cause: unknown) => {
      if (!isOutage(cause) || ++deaf > deafLooks) throw cause
      return null
    })
    if (state !== null) deaf = 0
    request.store.claim(claimed, leaseFrom(request.clock.now()))
    if (state !== null && state.kind !== 'waiting') return state
    if (state !== null) request.onProgress(answers.size + state.done, request.items.length)
    if (state !== null && state.word !== word)
      tell(`batch ${id} is ${state.word.replace('_', ' ')}`)
    word = state?.word ?? word
    await sleep(wait, request.signal).catch(() => undefined)
    if (!request.signal.aborted) continue
    tell(`batch ${id} keeps running at ${deferred.host}; run the same command again to collect it`)
    return null
  }
}

const isOutage = (cause: unknown): boolean =>
  cause instanceof RightsizeError && /DOWN|TIMEOUT|SERVER_ERROR|RATE_LIMITED|CUT/.test(cause.code)

/** Under which all open jobs stand in the store. */
const place = ({ digest }: AnswerRequest): string =>
  digest(new TextEncoder().encode('deferred jobs'))

function jobsOf(request: AnswerRequest): readonly Job[] {
  const text = request.store.getDocument(place(request))
  if (text === null) return []
  const { jobs } = fieldsOf(JSON.parse(text))
  return Array.isArray(jobs) ? (jobs as readonly Job[]) : []
}

const idsOf = (request: AnswerRequest): readonly string[] =>
  jobsOf(request).flatMap(({ id }) => id ?? [])

/** Writes down where a job stands; null: it is forgotten. */
function keep(request: AnswerRequest, name: string, job: Job | null): void {
  const others = jobsOf(request).filter((one) => one.name !== name)
  const jobs = job === null ? others : [...others, job]
  request.store.putDocument(place(request), JSON.stringify({ jobs }))
}
