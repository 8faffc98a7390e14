import { RightsizeError } from '../error/error.ts'

/** Longest field and most columns of a CSV file that are read: bounds for broken quotes and hostile files. */
const LONGEST_FIELD = 10_000_000
const MOST_COLUMNS = 10_000

export interface CsvTable {
  readonly delimiter: string
  /** Records in order, the first included, each with the line on which it starts (1-based). */
  readonly records: readonly { readonly line: number; readonly fields: readonly string[] }[]
}

/**
 * Records of a CSV text by RFC 4180: quotes, doubled quotes, line ends in quotes; CRLF, LF or CR; a byte order mark is
 * skipped; blank lines are skipped. The delimiter is `,`, `;`, tab or `|`, whichever the first record has most of
 * outside quotes, unless given. Throws DATA_ROW for an open quote or text after a closing quote.
 */
export function parseCsv(text: string, file: string, delimiter = sniffDelimiter(text)): CsvTable {
  const reader: Reader = { text, at: text.startsWith('\uFEFF') ? 1 : 0, line: 1, file, delimiter }
  const records: { line: number; fields: readonly string[] }[] = []
  while (reader.at < text.length) {
    const line = reader.line
    const fields = readRecord(reader)
    if (fields.length > 1 || fields[0] !== '') records.push({ line, fields })
  }
  return { delimiter, records }
}

export interface CsvOptions {
  /** Column names, for a file without a header. */
  readonly columns?: readonly string[] | undefined
  /** Tab-separated without quoting, as IANA defines text/tab-separated-values. */
  readonly tabs?: boolean
}

/**
 * Records as objects, under the header or under the columns given; every record must have as many fields as there are
 * names. Throws DATA_ROW with the line.
 */
export function csvRows(
  text: string,
  file: string,
  { columns, tabs = false }: CsvOptions = {},
): readonly Readonly<Record<string, string>>[] {
  const { records } = tabs ? tabRecords(text) : parseCsv(text, file)
  const header = columns ?? records[0]?.fields.map((name) => name.trim())
  if (header === undefined) return []
  checkHeader(header, file)
  return records.slice(columns === undefined ? 1 : 0).map(({ line, fields }) => {
    if (fields.length !== header.length)
      throw new RightsizeError(
        'DATA_ROW',
        `The row has ${fields.length} fields, ${columns === undefined ? 'the header has' : '`columns` names'} ${header.length}.`,
        { at: `${file}:${line}`, next: NEXT_FIELDS },
      )
    return Object.fromEntries(header.map((name, i) => [name, fields[i] ?? '']))
  })
}

const NEXT_FIELDS = 'Put fields that hold the delimiter or a line end in double quotes.'

function tabRecords(text: string): Pick<CsvTable, 'records'> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const records = lines.map((line, index) => ({ line: index + 1, fields: line.split('\t') }))
  return { records: records.filter(({ fields }) => fields.length > 1 || fields[0] !== '') }
}

function checkHeader(names: readonly string[], file: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new RightsizeError('DATA_ROW', `The header names the column \`${twice}\` twice.`, {
      at: `${file}:1`,
    })
}

interface Reader {
  readonly text: string
  readonly file: string
  readonly delimiter: string
  at: number
  line: number
}

function readRecord(reader: Reader): readonly string[] {
  const fields: string[] = []
  for (;;) {
    fields.push(reader.text[reader.at] === '"' ? quotedField(reader) : plainField(reader))
    if (fields.length > MOST_COLUMNS)
      throw new RightsizeError(
        'DATA_ROW',
        `The row has more than ${MOST_COLUMNS} fields.`,
        place(reader),
      )
    if (reader.text[reader.at] !== reader.delimiter) break
    reader.at++
  }
  skipLineEnd(reader)
  return fields
}

function plainField(reader: Reader): string {
  const start = reader.at
  while (reader.at < reader.text.length && !endsField(reader.text[reader.at], reader.delimiter))
    reader.at++
  return reader.text.slice(start, reader.at)
}

const endsField = (char: string | undefined, delimiter: string) =>
  char === delimiter || char === '\n' || char === '\r'

function quotedField(reader: Reader): string {
  const start = place(reader)
  let field = ''
  for (;;) {
    const close = reader.text.indexOf('"', reader.at + 1)
    if (close < 0 || field.length > LONGEST_FIELD)
      throw new RightsizeError('DATA_ROW', 'A quoted field that starts here is not closed.', start)
    const piece = reader.text.slice(reader.at + 1, close)
    for (const char of piece) if (char === '\n') reader.line++
    field += piece
    reader.at = close + 1
    if (reader.text[reader.at] !== '"') break
    field += '"'
  }
  const next = reader.text[reader.at]
  if (next !== undefined && !endsField(next, reader.delimiter))
    throw new RightsizeError('DATA_ROW', `After a closing quote comes ${JSON.stringify(next)}.`, {
      ...place(reader),
      next: 'Double the quotes inside a quoted field: "".',
    })
  return field
}

function skipLineEnd(reader: Reader): void {
  if (reader.text[reader.at] === '\r') reader.at++
  if (reader.text[reader.at] === '\n') reader.at++
  reader.line++
}

const place = (reader: Reader) => ({ at: `${reader.file}:${reader.line}` })

/** The likely delimiter: of `,` `;` tab `|`, the one that the first record holds most often outside quotes. */
export function sniffDelimiter(text: string): string {
  const counts = new Map<string, number>([
    [',', 0],
    [';', 0],
    ['\t', 0],
    ['|', 0],
  ])
  let quoted = false
  for (const char of text.slice(0, 100_000)) {
    if (char === '"') quoted = !quoted
    else if (char === '\n' && !quoted) break
    else if (!quoted && counts.has(char)) counts.set(char, (counts.get(char) ?? 0) + 1)
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}
