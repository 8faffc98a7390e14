import type { Fallback } from '../result/fallback.ts'
import type { Usage } from '../result/usage.ts'
import { wilson } from '../stats/proportion-interval.ts'
import { type Estimate, unknown } from '../unit/estimate.ts'
import { exact, known } from '../unit/known.ts'
import type { Accepted } from './accept-ratio.ts'

/** What a declared fallback does for one candidate. */
export interface Escalation {
  /** Whoever answers again; null: a person, outside the boundary. */
  readonly taker: Usage | null
  /** Share of the wrong answers that the detector notices, and of the right ones that it rejects. */
  readonly catches: number
  readonly falseAlarms: number
  /** Share of the answers asked again that end right: counted on the same items. */
  readonly resolves: Estimate<'share'>
}

/** One candidate, with what it got accepted and how often each item was drawn. */
export interface Answering {
  readonly usage: Usage
  readonly accepted: Accepted
  readonly draws: number
}

/**
 * The fallback for one candidate. It is the same policy for everybody, the incumbent and the fallback model included: a
 * model that is its own fallback pays again and resolves nothing new.
 * @param all Every candidate, among them the fallback model.
 */
export function escalationOf(
  own: Answering,
  { to, detector }: Fallback,
  all: ReadonlyMap<string, Answering>,
): Escalation {
  const { catches, falseAlarms } = detector
  const sure = { catches, falseAlarms }
  if (to === 'person')
    return { ...sure, taker: null, resolves: exact('share', 0, 'a person is outside the boundary') }
  if (to === 'retry') return { ...sure, taker: own.usage, resolves: retryResolves(own, sure) }
  const other = all.get(to.model)
  if (other === undefined)
    return {
      ...sure,
      taker: null,
      resolves: unknown(`the fallback ${to.model} is not among the candidates`),
    }
  return { ...sure, taker: other.usage, resolves: modelResolves(own, other, sure) }
}

type Sure = Pick<Escalation, 'catches' | 'falseAlarms'>

/** Share of the answers asked again that the other model gets right, item by item. */
function modelResolves(own: Answering, other: Answering, sure: Sure): Estimate<'share'> {
  const [mine, theirs] = [own.accepted.items, other.accepted.items]
  if (mine === null || theirs === null)
    return unknown('what the fallback resolves is unknown item by item')
  const items = mine.flatMap((right, i) => {
    const again = theirs[i] ?? null
    if (right === null || again === null) return []
    return [{ asked: sure.catches * (1 - right) + sure.falseAlarms * right, again }]
  })
  const asked = items.reduce((sum, item) => sum + item.asked, 0)
  const right = items.reduce((sum, item) => sum + item.asked * item.again, 0)
  return portion(right, asked, `answers asked again, of ${items.length} items that both answered`)
}

/**
 * A retry helps only where failures are chance: p (1 - p) per item, from repeated draws. With one draw an item, a retry
 * resolves between nothing (the same answer again) and the accept rate (an independent one); the center is nothing.
 */
function retryResolves({ accepted, draws }: Answering, sure: Sure): Estimate<'share'> {
  const { rate, items } = accepted
  if (rate.kind !== 'known') return unknown('the accept rate is unknown')
  if (items === null || draws < 2) {
    const how = 'one draw per item: between the same answer again and an independent one'
    const about = { method: 'modeled', how, source: 'settings.draws' } as const
    return known('share', { value: 0, low: 0, high: rate.value, ...about })
  }
  const judged = items.flatMap((p) => (p === null ? [] : [p]))
  const turned = (p: number) => (p * (1 - p) * draws) / (draws - 1)
  const asked = judged.reduce((s, p) => s + sure.catches * (1 - p) + sure.falseAlarms * p, 0)
  const right = judged.reduce(
    (s, p) => s + sure.catches * turned(p) + sure.falseAlarms * (p - turned(p)),
    0,
  )
  return portion(Math.min(asked, Math.max(0, right)), asked, `retries, ${draws} draws per item`)
}

function portion(right: number, asked: number, how: string): Estimate<'share'> {
  if (asked === 0) return exact('share', 0, 'nothing is asked again')
  const { low, high } = wilson(right, asked, 0.95)
  const value = right / asked
  return known('share', {
    value,
    low: Math.min(low, value),
    high: Math.max(high, value),
    level: 0.95,
    method: 'measured',
    how,
    source: 'scores',
  })
}
