import type { DataWarning } from '../result/run-result.ts'
import { counted } from '../unit/figure-words.ts'
import type { Item } from './item.ts'

const folded = (label: string): string =>
  label
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_-]+/gu, ' ')
    .trim()

/**
 * Labels that differ only by case, space, underscore or hyphen, with how often each occurs: most often one label that was
 * written in several ways. They stay apart; no answer is read as another of them.
 */
export function labelVariants(items: readonly Item[]): DataWarning | null {
  const counts = new Map<string, number>()
  for (const { expected } of items)
    if (typeof expected === 'string') counts.set(expected, (counts.get(expected) ?? 0) + 1)
  const groups = new Map<string, string[]>()
  for (const label of counts.keys())
    groups.set(folded(label), [...(groups.get(folded(label)) ?? []), label])
  const variants = [...groups.values()].filter((labels) => labels.length > 1)
  if (variants.length === 0) return null
  const rows = variants.flat().reduce((sum, label) => sum + (counts.get(label) ?? 0), 0)
  const shown = (label: string) => `${JSON.stringify(label)} (${counted(counts.get(label) ?? 0)})`
  return {
    code: 'label-variants',
    text: `${counted(rows)} of ${counted(items.length)} labels differ from another label only by case or space. They count as different labels; write each in one way.`,
    count: rows,
    examples: variants.slice(0, 5).map((labels) => labels.map(shown).join(', ')),
  }
}
