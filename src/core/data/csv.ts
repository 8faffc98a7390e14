import { RightsizeError } from '../error/error.ts'
import { sniffDelimiter, statedDelimiter } from './csv-delimiter.ts'
import { linesIn } from './lines.ts'

/** Longest field and most columns of a CSV file that are read: bounds for broken quotes and hostile files. */
const LONGEST_FIELD = 10_000_000
const MOST_COLUMNS = 10_000

export interface CsvTable {
  readonly delimiter: string
  /** Records in order, the first included. */
  readonly records: readonly CsvRecord[]
}

interface CsvRecord {
  /** On which it starts, from 1. */
  readonly line: number
  readonly fields: readonly string[]
}

/**
 * Records of a CSV text by RFC 4180: quotes, doubled quotes, line ends in quotes; CRLF, LF or CR; a byte order mark is
 * skipped; blank lines are skipped, and so is a first line `sep=;`. The delimiter is `,`, `;`, tab or
 * `|`, whichever splits the first records evenly, unless given. Throws DATA_ROW for an open quote or text after a closing quote.
 */
export function parseCsv(text: string, file: string, delimiter?: string): CsvTable {
  const table = csvTable(file, delimiter)
  table.add(text)
  return table.end()
}

/** A table that is read in blocks of text. */
interface Blocks {
  add(block: string): void
  end(): CsvTable
}

function csvTable(file: string, stated?: string): Blocks {
  const records: CsvRecord[] = []
  const reader: Reader = { ...{ text: '', at: 0, line: 1, whole: false }, file, delimiter: null }
  let [rest, enough] = ['', 0]
  const read = (text: string, whole: boolean): string => {
    Object.assign(reader, { text, whole, at: 0 })
    if (reader.delimiter === null) begin(reader, stated)
    while (reader.at < text.length) {
      const { at, line } = reader
      const fields = readRecord(reader)
      if (!whole && reader.at >= text.length) {
        // The record may go on in the next block: it is read again with it.
        reader.line = line
        return text.slice(at)
      }
      if (fields.length > 1 || fields[0] !== '') records.push({ line, fields })
    }
    return ''
  }
  return {
    add(block) {
      rest += block
      if (rest.length < enough) return
      rest = read(rest, false)
      // Twice as much before it is read again: a record of many blocks takes time in proportion to its length.
      enough = 2 * rest.length
    },
    end() {
      read(rest, true)
      return { delimiter: reader.delimiter ?? ',', records }
    },
  }
}

function begin(reader: Reader, stated: string | undefined): void {
  const { text } = reader
  reader.delimiter = stated ?? sniffDelimiter(text)
  reader.at = text.startsWith('\uFEFF') ? 1 : 0
  if (statedDelimiter(text) !== null) readRecord(reader)
}

/** Fields under the names of their columns. */
export type CsvRow = Readonly<Record<string, string>>

export interface CsvOptions {
  /** Column names, for a file without a header. */
  readonly columns?: readonly string[] | undefined
  /** Tab-separated without quoting, as IANA defines text/tab-separated-values. */
  readonly tabs?: boolean
}

/**
 * Records as objects, those of empty cells left out, under the header or under the columns given; every record must have as many fields as there are
 * names. Throws DATA_ROW with the line.
 */
export function csvRows(text: string, file: string, options: CsvOptions = {}): readonly CsvRow[] {
  const table = tableFor(file, options)
  table.add(text)
  return rowsOf(table.end(), file, options)
}

/** `csvRows` of a file that comes in blocks of whole lines. */
export async function csvRowsOf(
  blocks: AsyncIterable<string>,
  file: string,
  options: CsvOptions = {},
): Promise<readonly CsvRow[]> {
  const table = tableFor(file, options)
  for await (const block of blocks) table.add(block)
  return rowsOf(table.end(), file, options)
}

const tableFor = (file: string, { tabs = false }: CsvOptions): Blocks =>
  tabs ? tabTable() : csvTable(file)

function rowsOf(table: CsvTable, file: string, { columns }: CsvOptions): readonly CsvRow[] {
  const records = table.records.filter(({ fields }) => fields.some((field) => field !== ''))
  const [first, ...rest] = records
  const header = columns ?? headerOf(first?.fields ?? [], rest)
  if (header.length === 0) return []
  checkHeader(header, file)
  return (columns === undefined ? rest : records).map(({ line, fields }) => {
    if (fields.length !== header.length && !isPadded(fields, header.length))
      throw new RightsizeError(
        'DATA_ROW',
        `The row has ${fields.length} fields, ${columns === undefined ? 'the header has' : '`columns` names'} ${header.length}.`,
        { at: `${file}:${line}`, next: NEXT_FIELDS },
      )
    const named = header.flatMap((name, i) => (name === '' ? [] : [[name, fields[i] ?? '']]))
    return Object.fromEntries(named) as CsvRow
  })
}

/** Names of the columns; one without a name is `column3` where it holds something, and left out (an empty name) where not. */
function headerOf(fields: readonly string[], records: CsvTable['records']): readonly string[] {
  return fields.map((field, i) => {
    const name = field.trim()
    const used = name !== '' || records.some((record) => (record.fields[i] ?? '') !== '')
    return name === '' && used ? `column${i + 1}` : name
  })
}

/** Spreadsheets end rows with empty cells beyond the last column. */
const isPadded = (fields: readonly string[], length: number): boolean =>
  fields.length > length && fields.slice(length).every((field) => field === '')

const NEXT_FIELDS = 'Put fields that hold the delimiter or a line end in double quotes.'

function tabTable(): Blocks {
  const records: CsvRecord[] = []
  let line = 0
  return {
    add(block) {
      for (const text of linesIn(line === 0 ? block.replace(/^\uFEFF/, '') : block)) {
        line += 1
        const fields = text.split('\t')
        if (fields.length > 1 || fields[0] !== '') records.push({ line, fields })
      }
    },
    end: () => ({ delimiter: '\t', records }),
  }
}

function checkHeader(names: readonly string[], file: string): void {
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new RightsizeError('DATA_ROW', `The header names the column \`${twice}\` twice.`, {
      at: `${file}:1`,
    })
}

interface Reader {
  text: string
  readonly file: string
  /** Null before the first block. */
  delimiter: string | null
  at: number
  line: number
  /** Whether nothing comes after the text. */
  whole: boolean
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

const endsField = (char: string | undefined, delimiter: string | null) =>
  char === delimiter || char === '\n' || char === '\r'

function quotedField(reader: Reader): string {
  const start = place(reader)
  let field = ''
  for (;;) {
    const close = reader.text.indexOf('"', reader.at + 1)
    const open = close < 0 ? reader.text.length - reader.at : 0
    if (close < 0 && !reader.whole && open <= LONGEST_FIELD) {
      reader.at = reader.text.length
      return field
    }
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
