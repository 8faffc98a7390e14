import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RightsizeError } from '../error/error.ts'
import { csvRows, csvRowsOf, parseCsv } from './csv.ts'
import { sniffDelimiter } from './csv-delimiter.ts'
import { decodedText } from './decoded-text.ts'
import { jsonlRows, jsonlRowsOf, jsonRows } from './json-rows.ts'

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
  [';', 'id;"text, as written";label, of three\n1;a;b\n2;c;d'],
  [';', 'id;when, where, who\n1;a, b, c\n2;d'],
  ['\t', 'id\ttext, more, and more\n1\ta, b\n2\tc'],
  [',', 'id,text\n1,"a; b; c"\n2,d'],
  [',', 'id,text\n1,5" pipe; 6" pipe\n2,d'],
  [',', 'text\nplain words'],
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

test.each([
  ['sep=;\nid;text\n1;a,b\n', [{ id: '1', text: 'a,b' }]],
  [
    'id,text,,\n1,a,,\n2,b,,\n,,,\n',
    [
      { id: '1', text: 'a' },
      { id: '2', text: 'b' },
    ],
  ],
  [
    'id,text\n1,a,,\n2,b\n',
    [
      { id: '1', text: 'a' },
      { id: '2', text: 'b' },
    ],
  ],
  [',text\n0,a\n', [{ column1: '0', text: 'a' }]],
  ['id;score\r1;0,5\r', [{ id: '1', score: '0,5' }]],
])('what spreadsheets write is read: %j', (text, rows) => {
  expect(csvRows(text, 'f')).toEqual(rows)
})

const bytesOf = (...bytes: readonly (number | string)[]) =>
  new Uint8Array(
    bytes.flatMap((one) => (typeof one === 'number' ? [one] : [...Buffer.from(one, 'utf8')])),
  )

test('a text is decoded by its byte order mark, and else it is UTF-8', () => {
  const wide = [...'é,1'].flatMap((char) => [char.charCodeAt(0) & 255, char.charCodeAt(0) >> 8])
  const swapped = wide.map((_, i) => wide[i ^ 1] ?? 0)
  expect(decodedText(bytesOf(0xff, 0xfe, ...wide), 'f')).toBe('é,1')
  expect(decodedText(bytesOf(0xfe, 0xff, ...swapped), 'f')).toBe('é,1')
  expect(decodedText(bytesOf(0xef, 0xbb, 0xbf, 'é'), 'f')).toBe('é')
  expect(decodedText(bytesOf('é 漢 \u{1f600}'), 'f')).toBe('é 漢 \u{1f600}')
  const plain = [...'id,label'].flatMap((char) => [char.charCodeAt(0), 0])
  expect(failure(() => decodedText(bytesOf(...plain), 'f')).message).toContain('UTF-16')
  expect(failure(() => decodedText(bytesOf(0xff, 0xfe, 0, 0, 65, 0, 0, 0), 'f')).message).toContain(
    'UTF-32',
  )
})

test('another encoding is refused with its line and what the byte would be', () => {
  const error = failure(() => decodedText(bytesOf('id,text\n1,caf', 0xe9, '\n2,x\n'), 'f.csv'))
  expect(error).toMatchObject({ code: 'DATA_ENCODING', at: 'f.csv:2' })
  expect(error.message).toContain('"é"')
  expect(error.next).toContain('iconv -f WINDOWS-1252')
})

test('any text survives its bytes, and any bytes end in a text or in our own error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const clean = text.replaceAll('\0', '')
      expect(decodedText(bytesOf(clean), 'f')).toBe(clean.replace(/^\uFEFF/, ''))
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        expect(decodedText(bytes, 'f')).not.toContain('\uFFFD')
      } catch (error) {
        expect(error).toBeInstanceOf(RightsizeError)
      }
    }),
  )
})

test('64-bit ids keep their digits, and NaN its name', () => {
  const big = '9007199254740993'
  expect(
    jsonlRows(`{"id":${big},"score":NaN,"x":"NaN 9007199254740993","y":0.1234567890123456}`, 'f'),
  ).toEqual([{ id: big, score: 'NaN', x: 'NaN 9007199254740993', y: 0.1234567890123456 }])
  const error = failure(() => jsonlRows("{'id': 1, 'score': None}", 'f'))
  expect(error.next).toContain('json.dumps')
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

test.each([
  ['PK\x03\x04', /Excel workbook.*CSV/s],
  ['PAR1', /Parquet.*read_parquet/s],
  ['SQLite format 3', /SQLite.*CSV/s],
])('a file that begins with %j is named as what it is', (head, told) => {
  const error = failure(() => decodedText(Buffer.from(`${head}\0\xff`, 'latin1'), 'a.csv'))
  expect(`${error.message} ${error.next}`).toMatch(told)
})

async function* cut(text: string, places: readonly number[]): AsyncGenerator<string> {
  let from = 0
  for (const place of [...places].sort((a, b) => a - b)) {
    yield text.slice(from, place)
    from = Math.max(from, place)
  }
  yield text.slice(from)
}

test('a table that comes in blocks is the table, wherever it is cut, and so are its errors', async () => {
  const char = fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', '\uFEFF')
  const table = fc.array(char, { maxLength: 60 }).map((chars) => `x,y\n${chars.join('')}`)
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.array(fc.nat(70), { maxLength: 6 }),
      fc.boolean(),
      async (text, places, tabs) => {
        // The delimiter is guessed from the first block, and lines of tabs come whole.
        const ends = [...text.matchAll(/\n/g)].map(({ index }) => index + 1)
        const at = tabs ? ends.filter((_, i) => places.includes(i)) : places.map((one) => one + 4)
        const whole = await settled(async () => csvRows(text, 'f', { tabs }))
        expect(await settled(() => csvRowsOf(cut(text, at), 'f', { tabs }))).toEqual(whole)
      },
    ),
  )
})

test('lines of JSON that come in blocks are the lines', async () => {
  const text = '\uFEFF{"a":1}\n\n{"a":12345678901234567890}\r\n{"a":3}'
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index + 1)
  for (const places of [[], ends, ends.slice(1)])
    expect(await jsonlRowsOf(cut(text, places), 'f')).toEqual(jsonlRows(text, 'f'))
  await expect(jsonlRowsOf(cut(`${text}\nno`, ends), 'f')).rejects.toMatchObject({ at: 'f:5' })
})

const settled = (run: () => Promise<unknown>): Promise<unknown> =>
  run().catch((error: RightsizeError) => ({ code: error.code, at: error.at, text: error.message }))
