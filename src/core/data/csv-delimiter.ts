/** Delimiters of tables, the usual one first. */
const delimiters = [',', ';', '\t', '|'] as const

/** Records and characters that are looked at. */
const mostRecords = 20
const mostChars = 100_000

/**
 * The likely delimiter of a table: the one that splits most of the first records into as many fields as the header, and
 * of several the one with most fields. A line `sep=;` states it.
 */
export function sniffDelimiter(text: string): string {
  const stated = statedDelimiter(text)
  if (stated !== null) return stated
  const head = text.slice(0, mostChars)
  const scores = delimiters.map((delimiter) => {
    const counts = fieldCounts(head, delimiter)
    const [header = 1] = counts
    const even = counts.filter((count) => count === header).length / Math.max(1, counts.length)
    return { delimiter, even: header > 1 ? even : 0, header }
  })
  const [best] = scores.toSorted((a, b) => b.even - a.even || b.header - a.header)
  return best !== undefined && best.even > 0 ? best.delimiter : ','
}

/** The delimiter in a first line `sep=;`, as spreadsheets write it; null where there is none. */
export function statedDelimiter(text: string): string | null {
  return /^\uFEFF?"?sep=([,;\t|])"?\r?(?:\n|$)/i.exec(text)?.[1] ?? null
}

/** Fields of each of the first records; quotes count at the beginning of a field only. */
function fieldCounts(text: string, delimiter: string): readonly number[] {
  const counts: number[] = []
  let fields = 1
  let at = 0
  let empty = true
  while (at < text.length && counts.length < mostRecords) {
    const char = text[at]
    if (char === '"' && (at === 0 || startsField(text[at - 1], delimiter)))
      at = closingQuote(text, at)
    else if (char === delimiter) fields++
    else if (char === '\n' || char === '\r') {
      if (!empty) counts.push(fields)
      fields = 1
      empty = true
    }
    if (char !== '\n' && char !== '\r') empty = false
    at++
  }
  // The last record of a text that was cut is not whole.
  return empty || text.length >= mostChars ? counts : [...counts, fields].slice(0, mostRecords)
}

const startsField = (before: string | undefined, delimiter: string) =>
  before === delimiter || before === '\n' || before === '\r' || before === '\uFEFF'

/** Where a quoted field ends, doubled quotes passed over; the end of the text where it is not closed. */
function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at
  return text.length
}
