import { escapeMarkdown } from '../report/kit/escape.ts'
import type { FoundCell, FoundTable } from './compression-tables.ts'

/** A table as lines of Markdown, its caption below; no lines where it has no rows. */
export function markdownTable({ columns, rows, caption, chosen }: FoundTable): readonly string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = columns.map(({ words }, at) => (words || at === 0 ? '---' : '---:'))
  return [
    line(columns.map(({ head }) => escapeMarkdown(head))),
    line(rule),
    ...rows.map((cells, at) =>
      line(cells.map((each, i) => written(each, at === chosen && i === 0))),
    ),
    '',
    escapeMarkdown(caption, 900),
  ]
}

function written({ text, small }: FoundCell, strong: boolean): string {
  const main = escapeMarkdown(text, 300)
  const beside = small === undefined ? '' : ` (${escapeMarkdown(small, 300)})`
  return `${strong ? `**${main}**` : main}${beside}`
}
