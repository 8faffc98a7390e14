import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RightsizeError } from '../error/error.ts'
import { csvRows, parseCsv, sniffDelimiter } from './csv.ts'
import { jsonlRows, jsonRows } from './json-rows.ts'

const failure = (run: () => unknown): RightsizeError => {
  try {
    run()
  } catch (error) {
    if (error instanceof RightsizeError) return error
    throw error
  }
  throw new Error('did not fail')
}

test('quotes hold delimiters, line ends and doubled quotes (RFC 4180, section 2)', () => {
  const text = 'a,b\r\n"x, ""y""","two\nlines"\r\n'
  expect(csvRows(text, 'f')).toEqual([{ a: 'x, "y"', b: 'two\nlines' }])
})

test('a byte order mark, blank lines and a missing last line end change nothing', () => {
  expect(csvRows('\uFEFFa,b\n\n1,2\n\n3,4', 'f')).toEqual([
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ])
})

test.each([
  [',', 'a,b'],
  [';', 'a;b,c;d'],
  ['\t', 'a\tb'],
  ['|', 'a|b'],
  [';', '"x,y,z";b'],
])('the delimiter %j is found in %j', (delimiter, text) => {
  expect(sniffDelimiter(text)).toBe(delimiter)
})

const field = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', 'é', '\t') })
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

test('what is written with quotes is read back, whatever it holds', () => {
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((width) =>
      fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1 }),
    )
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, end) => {
      const text = rows.map((row) => row.map(quoted).join(',')).join(end)
      expect(parseCsv(text, 'f', ',').records.map((record) => record.fields)).toEqual(rows)
    }),
  )
})

test('no text makes the reader hang or throw anything but its own error', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r') }), (text) => {
      try {
        csvRows(text, 'f')
      } catch (error) {
        expect(error).toBeInstanceOf(RightsizeError)
      }
    }),
  )
})

test('a row with another number of fields is named with its line, lines inside quotes counted', () => {
  expect(failure(() => csvRows('a,b\n"1\n1",2\n3', 'f.csv'))).toMatchObject({
    code: 'DATA_ROW',
    at: 'f.csv:4',
  })
})

test('an open quote names the line where it starts', () => {
  expect(failure(() => csvRows('a,b\n1,2\n3,"4\n5,6', 'f.csv'))).toMatchObject({
    code: 'DATA_ROW',
    at: 'f.csv:3',
  })
})

test('text after a closing quote says how to write a quote', () => {
  expect(failure(() => csvRows('a\n"x"y', 'f.csv')).next).toContain('""')
})

test('a header that names a column twice is refused', () => {
  expect(failure(() => csvRows('a,a\n1,2', 'f')).message).toContain('`a` twice')
})

test('a tab-separated file has no quoting, and columns may be named from outside', () => {
  const rows = csvRows('ham\tsay "hi\nspam\tx', 'f.tsv', { tabs: true, columns: ['label', 'text'] })
  expect(rows).toEqual([
    { label: 'ham', text: 'say "hi' },
    { label: 'spam', text: 'x' },
  ])
})

test('JSONL names the bad line, and a row that is no object', () => {
  expect(jsonlRows('{"a":1}\n\n{"a":2}\r\n', 'f')).toEqual([{ a: 1 }, { a: 2 }])
  expect(failure(() => jsonlRows('{"a":1}\n{"a":', 'f.jsonl'))).toMatchObject({
    code: 'DATA_ROW',
    at: 'f.jsonl:2',
  })
  expect(failure(() => jsonlRows('[1]', 'f.jsonl'))).toMatchObject({
    code: 'DATA_ROW',
    at: 'f.jsonl:1',
  })
})

test('JSON may be a list or hold one', () => {
  expect(jsonRows('[{"a":1}]', 'f')).toEqual([{ a: 1 }])
  expect(jsonRows('{"data":[{"a":1}]}', 'f')).toEqual([{ a: 1 }])
  expect(failure(() => jsonRows('{"a":1}', 'f')).code).toBe('DATA_FORMAT')
})
