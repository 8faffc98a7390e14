import type { Store } from '../../contract/store.ts'
import type { Answer } from '../../core/data/answer.ts'
import type { Item } from '../../core/data/item.ts'
import { type AnswerRequest, type AnswerRun, answerItems } from './answer.ts'
import { answerDeferred, type Later } from './deferred.ts'
import type { Effects } from './effects.ts'
import type { RunEvent } from './events.ts'
import type { Broken, OpenedCandidate } from './opened.ts'
import { askedOf, outcomeKey } from './outcome-key.ts'
import {
  type JudgeCost,
  type JudgedItem,
  judgeAnswer,
  ScoringFailure,
  type WeightedScorer,
} from './scoring.ts'

/** What a run holds of one candidate while it goes. `judged` is by position in the item order. */
export interface Collected {
  readonly opened: OpenedCandidate
  readonly judged: (JudgedItem | null)[]
  readonly answers: Map<string, Answer>
  /** What an item asks of this candidate. */
  readonly asked: (item: Item) => string
  calls: number
  /** Answers that were there before, in the store or in a file of the user's. */
  reused: number
  cpuS: number
  wallS: number
  broken: Broken | null
  /** Why its evaluation was stopped: it costs more than it can save. */
  notWorth: string | null
}

export interface CollectContext {
  readonly items: readonly Item[]
  readonly store: Store
  readonly effects: Effects
  readonly scorers: readonly WeightedScorer[]
  readonly judge: JudgeCost
  readonly signal: AbortSignal
  readonly onEvent: (event: RunEvent) => void
  /** Calls left of the budget; shared by all candidates. */
  readonly budget: { calls: number }
  readonly draws: (candidate: OpenedCandidate) => number
}

export function emptyCollected(
  opened: OpenedCandidate,
  items: readonly Item[],
  labelColumn: string | undefined,
): Collected {
  return {
    opened,
    judged: new Array<JudgedItem | null>(items.length).fill(null),
    answers: new Map(),
    asked: askedOf(items, opened.spec, labelColumn),
    calls: 0,
    reused: 0,
    cpuS: 0,
    wallS: 0,
    broken: opened.broken,
    notWorth: null,
  }
}

/** Answers and scores the positions [from, to) of one candidate, whatever of them is not there yet. */
export async function collectRange(
  collected: Collected,
  range: { readonly from: number; readonly to: number },
  context: CollectContext,
): Promise<void> {
  const positions = span(range.from, range.to).filter((at) => collected.judged[at] === null)
  if (positions.length === 0 || collected.broken) return
  const items = positions.flatMap((at) => context.items[at] ?? [])
  const oof = collected.opened.trained?.outOfFold
  const draws = oof ? 1 : context.draws(collected.opened)
  const rounds: ReadonlyMap<string, Answer>[] = []
  let cut = false
  // Jobs of all draws run at the same time; live draws follow each other, so that one that breaks ends them.
  const later = collected.opened.session?.deferred ? span(0, draws) : []
  const handed = await Promise.all(later.map((draw) => answerDraw(collected, items, draw, context)))
  for (let draw = 0; draw < draws; draw++) {
    if (oof) {
      rounds.push(outOfFoldAnswers(items, oof))
      continue
    }
    const run = handed[draw] ?? (await answerDraw(collected, items, draw, context))
    if (run) rounds.push(run.answers)
    if (run?.cut) cut = true
    if (!run || run.broken) break
  }
  const known = cut ? reached(positions, items, rounds) : positions
  try {
    for (const at of known) await judgePosition(collected, at, rounds, context)
  } catch (cause) {
    if (!(cause instanceof ScoringFailure)) throw cause
    breaks(collected, { code: cause.code, message: cause.message, by: 'scorer' }, context)
  }
}

/** A candidate is given up: what is asked of the others goes on. */
export function breaks(
  collected: Collected,
  broken: Broken,
  { onEvent }: Pick<CollectContext, 'onEvent'>,
): void {
  collected.broken = broken
  const text = `${broken.code}: ${broken.message}`
  onEvent({ type: 'candidate', candidate: collected.opened.spec.id, text })
}

/**
 * The positions before the first that was not reached. What lies behind it was answered out of order, by length; only
 * the beginning of the seeded order is a fair sample of the items. The answers behind it are stored for the next run.
 */
function reached(
  positions: readonly number[],
  items: readonly Item[],
  rounds: readonly ReadonlyMap<string, Answer>[],
): readonly number[] {
  const end = items.findIndex(({ id }) => !rounds[0]?.has(id))
  return end < 0 ? positions : positions.slice(0, end)
}

async function answerDraw(
  collected: Collected,
  items: readonly Item[],
  draw: number,
  context: CollectContext,
): Promise<AnswerRun | null> {
  const { opened } = collected
  if (!opened.session) return null
  const before = { wall: context.effects.clock.monotonicS() }
  const { deferred } = opened.session
  const request = {
    session: opened.session,
    candidateDigest: opened.digest,
    items,
    asked: collected.asked,
    store: context.store,
    digest: context.effects.digest,
    clock: context.effects.clock,
    draw,
    signal: context.signal,
    maxCalls: context.budget.calls,
    onProgress: (done: number, total: number) => {
      context.onEvent({
        type: 'progress',
        stage: 'evaluate',
        candidate: opened.spec.id,
        done,
        total,
      })
    },
  } satisfies AnswerRequest
  const run = await (deferred === undefined
    ? answerItems(request)
    : answerDeferred(request, { deferred, ...laterOf(opened, context) }))
  collected.wallS += context.effects.clock.monotonicS() - before.wall
  collected.calls += run.calls
  collected.reused += run.reused
  if (deferred === undefined) context.budget.calls -= run.calls
  if (run.broken) breaks(collected, run.broken, context)
  for (const [id, answer] of run.answers) if (draw === 0) collected.answers.set(id, answer)
  return run
}

/** How answers that come in hours are waited for. */
const laterOf = (
  { spec: { id } }: OpenedCandidate,
  { effects, onEvent, budget }: CollectContext,
): Omit<Later, 'deferred'> => ({
  reserve: (calls) => {
    const had = Math.max(0, Math.min(calls, budget.calls))
    budget.calls -= had
    return had
  },
  sleep: effects.clock.sleep,
  tell: (text) => onEvent({ type: 'note', text: `${id}: ${text}` }),
})

function outOfFoldAnswers(
  items: readonly Item[],
  oof: NonNullable<NonNullable<OpenedCandidate['trained']>['outOfFold']>,
): ReadonlyMap<string, Answer> {
  const answers = new Map<string, Answer>()
  for (const item of items) {
    const said = oof.get(item.id)
    if (said) answers.set(item.id, { ok: true, output: { kind: 'label', ...said } })
  }
  return answers
}

/** Repeated draws of one item are averaged; an item with no answer at all stays unjudged. */
async function judgePosition(
  collected: Collected,
  at: number,
  rounds: readonly ReadonlyMap<string, Answer>[],
  context: CollectContext,
): Promise<void> {
  const item = context.items[at]
  if (!item) return
  const judged: JudgedItem[] = []
  for (const [draw, answers] of rounds.entries()) {
    const answer = answers.get(item.id)
    if (!answer) continue
    const kept = {
      store: context.store,
      cost: context.judge,
      // Only scorers whose scores are stored need it.
      get key() {
        return outcomeKey(
          context.effects.digest,
          collected.asked(item),
          collected.opened.digest,
          draw,
        )
      },
    }
    judged.push(await judgeAnswer(answer, item, context.scorers, kept))
  }
  const first = judged[0]
  if (!first) return
  const scores = judged.flatMap((one) => (one.score === null ? [] : [one.score]))
  const score =
    scores.length === 0 ? null : scores.reduce((sum, one) => sum + one, 0) / scores.length
  collected.judged[at] = { ...first, score }
}

const span = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
