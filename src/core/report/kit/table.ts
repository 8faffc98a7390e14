import { cut, cutMd, type Html, html, joinedMd, type Markdown, md } from './markup.ts'

export interface Column {
  readonly head: string
  readonly small?: string
  /** Words rather than figures: left-aligned and wrapped. */
  readonly words?: boolean
}

/** Plain text, and what is said of it in small print: its interval, how it was had. */
export interface Cell {
  readonly text: string
  readonly small?: string
}

export interface Table<C = Cell> {
  /** What a screen reader calls the region that scrolls when the page is narrow. */
  readonly label: string
  readonly caption: string
  /** A head alone is a column of figures. */
  readonly columns: readonly (string | Column)[]
  /** The name of the row first. */
  readonly rows: readonly (readonly C[])[]
  /** Index of the row that was chosen. */
  readonly chosen?: number
  /** Only as wide as what it holds. */
  readonly narrow?: boolean
}

const columnOf = (column: string | Column): Column =>
  typeof column === 'string' ? { head: column } : column

/**
 * A table with caption and headers of columns and rows, in a region that scrolls by itself and takes the keyboard; null
 * where it has no rows.
 */
export function tableHtml(table: Table<Cell | Html | string>): Html | null {
  const { label, caption, rows, chosen, narrow = false } = table
  if (rows.length === 0) return null
  const columns = table.columns.map(columnOf)
  const align = (i: number) => (columns[i]?.words ? html` class="text"` : null)
  const head = columns.map(({ head, small }, i) => {
    const below = small === undefined ? null : html`<small>${small}</small>`
    return html`<th scope="col"${align(i)}>${cut(head, 120)}${below}</th>`
  })
  const body = rows.map((cells, at) => {
    const tags = cells.map((cell, i) => {
      const shown = cellHtml(cell, i === 0 || (columns[i]?.words ?? false))
      return i === 0 ? html`<th scope="row">${shown}</th>` : html`<td${align(i)}>${shown}</td>`
    })
    return html`<tr${at === chosen ? html` class="chosen"` : null}>${tags}</tr>`
  })
  return html`<div class="scroll${narrow ? ' narrow' : ''}" tabindex="0" role="region" aria-label="${cut(label, 120)}"><table><caption><span>${cut(caption, 2000)}</span></caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

/** Beside figures only commas break the line. */
function cellHtml(cell: Cell | Html | string, words: boolean): Html | string {
  if (typeof cell === 'string' || !('text' in cell)) return cell
  const { text, small } = cell
  const main = words ? html`<span class="name">${cut(text, 300)}</span>` : text
  if (small === undefined) return html`${main}`
  return html`${main}<small>${cut(words ? small : small.replaceAll(/(?<!,) /g, '\u00a0'), 400)}</small>`
}

/** The same as lines of Markdown, its caption below; no lines where it has no rows. */
export function tableMarkdown(table: Table): readonly Markdown[] {
  const { rows, caption, chosen } = table
  if (rows.length === 0) return []
  const columns = table.columns.map(columnOf)
  return [
    row(columns.map(({ head }) => md`${head}`)),
    row(columns.map(({ words }, at) => (words || at === 0 ? md`---` : md`---:`))),
    ...rows.map((cells, at) =>
      row(cells.map((cell, i) => cellMarkdown(cell, at === chosen && i === 0))),
    ),
    ...(caption === '' ? [] : [md``, cutMd(caption, 900)]),
  ]
}

const row = (cells: readonly Markdown[]): Markdown => md`| ${joinedMd(cells, md` | `)} |`

function cellMarkdown({ text, small }: Cell, strong: boolean): Markdown {
  const main = strong ? md`**${cutMd(text, 300)}**` : cutMd(text, 300)
  return small === undefined ? main : md`${main} (${cutMd(small, 300)})`
}

/** Name and text, pair by pair; both plain. */
export type Fact = readonly [name: string, text: string]

export const factList = (facts: readonly Fact[]): Html =>
  html`<dl class="facts">${facts.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>`
