import { escapeHtml } from './escape.ts'

export interface TableColumn {
  /** Plain text; escaped here. */
  readonly head: string
  readonly small?: string
  /** Words rather than figures: left-aligned and wrapped. */
  readonly words?: boolean
}

export interface TableRow {
  /** HTML that has been escaped, the name of the row first. */
  readonly cells: readonly string[]
  readonly chosen?: boolean
}

export interface Table {
  /** What a screen reader calls the region that scrolls when the page is narrow. */
  readonly label: string
  readonly caption: string
  readonly columns: readonly TableColumn[]
  readonly rows: readonly TableRow[]
  /** Only as wide as what it holds. */
  readonly narrow?: boolean
}

/** A table with caption and headers of columns and rows, in a region that scrolls by itself and takes the keyboard. */
export function tableHtml({ label, caption, columns, rows, narrow = false }: Table): string {
  const align = (i: number): string => (columns[i]?.words ? ' class="text"' : '')
  const head = columns.map(({ head, small }, i) => {
    const below = small ? `<small>${escapeHtml(small)}</small>` : ''
    return `<th scope="col"${align(i)}>${escapeHtml(head, 120)}${below}</th>`
  })
  const body = rows.map(({ cells, chosen }) => {
    const tags = cells.map((cell, i) =>
      i === 0 ? `<th scope="row">${cell}</th>` : `<td${align(i)}>${cell}</td>`,
    )
    return `<tr${chosen ? ' class="chosen"' : ''}>${tags.join('')}</tr>`
  })
  return `<div class="scroll${narrow ? ' narrow' : ''}" tabindex="0" role="region" aria-label="${escapeHtml(label, 120)}"><table><caption><span>${escapeHtml(caption, 2000)}</span></caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

/** Name and text, pair by pair. Both are plain text. */
export const factList = (facts: readonly (readonly [string, string])[]): string =>
  `<dl class="facts">${facts.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`).join('')}</dl>`

/** A chart with its caption, in a region that scrolls when the page is narrow. The SVG and what is beside it are HTML. */
export const figureHtml = (label: string, svg: string, caption: string, beside = ''): string =>
  svg === ''
    ? beside
    : `<figure><div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label, 120)}">${svg}</div><figcaption>${escapeHtml(caption)}</figcaption>${beside}</figure>`
