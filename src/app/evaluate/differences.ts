import type { Item } from '../../core/data/item.ts'
import type { Difference } from '../../core/result/run-result.ts'
import type { Collected } from './collect.ts'

const shown = 60
const textLimit = 400

/** Items where chosen and incumbent score differently, incumbent wins first: that is the harm a reader looks for. */
export function differences(
  items: readonly Item[],
  chosen: Collected | undefined,
  incumbent: Collected | undefined,
): readonly Difference[] {
  if (!chosen || !incumbent || chosen === incumbent) return []
  const found = items.flatMap((item, at): Difference[] => {
    const a = chosen.judged[at]
    const b = incumbent.judged[at]
    if (!a || !b || a.score === null || b.score === null || a.score === b.score) return []
    return [
      {
        item: item.id,
        input: clip(inputText(item)),
        expected: clip(text(item.expected)),
        chosen: clip(a.read),
        incumbent: clip(b.read),
        winner: a.score > b.score ? 'chosen' : 'incumbent',
        slices: item.slices,
      },
    ]
  })
  const harm = found.filter((one) => one.winner === 'incumbent')
  const gain = found.filter((one) => one.winner === 'chosen')
  return [...harm.slice(0, shown), ...gain.slice(0, shown)]
}

/** The input of an item as text, for people. */
export function inputText(item: Item): string {
  if (typeof item.input === 'string') return item.input
  if ('data' in item.input && 'dims' in item.input)
    return `tensor ${JSON.stringify(item.input.dims)}`
  return JSON.stringify(item.input)
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')

const clip = (value: string): string =>
  value.length <= textLimit ? value : `${value.slice(0, textLimit - 1)}…`
