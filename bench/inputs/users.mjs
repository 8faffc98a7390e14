// users: what a new user hands in (spreadsheets, exports, labels of every script); each is read as meant, or refused by name.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../../dist'))

export const bar =
  'at least 40 inputs; each is read as it was meant, or refused by name with what settles it, and none is certified wrongly'

const ids = Array.from({ length: 60 }, (_, i) => i + 1)
const csv = (head, row) => `${head}\n${ids.map((id) => row(id)).join('\n')}\n`
const jsonl = (row) => ids.map((id) => JSON.stringify(row(id))).join('\n')

/** Labels of a file and the answers to them; `said` is what the model writes for a label. */
const pair = (name, labels, said = (label) => label, right = 1) => {
  const of = (id) => labels[id % labels.length]
  return {
    name,
    files: {
      'labels.jsonl': jsonl((id) => ({ id, label: of(id) })),
      'a.jsonl': jsonl((id) => ({ id, output: said(of(id), id) })),
    },
    words: ['--expected', 'labels.jsonl'],
    quality: right,
  }
}
const plain = csv('id,label', (id) => `${id},${id % 2 ? 'refund' : 'login'}`)
/** A file of answers to the plain labels. */
const answers = (name, file, text, rest) => ({
  name,
  predictions: file,
  files: { 'labels.csv': plain, [file]: text },
  words: ['--expected', 'labels.csv'],
  ...rest,
})
const output = (id) => (id % 2 ? 'refund' : 'login')
const reads = { quality: 1 }

const scripts = [
  pair('Chinese labels', ['退款', '登录', '物流']),
  pair(
    'Arabic labels with a direction mark',
    ['استرداد', 'دخول'],
    (label) => `\u200F${label}\u200F`,
  ),
  pair('emoji labels', ['😀', '😡', '😐']),
  pair('emoji without their variation selector', ['❤️', '✂️'], (label) =>
    label.replace('\uFE0F', ''),
  ),
  pair('accents in two parts', ['réfund', 'café'], (label) => label.normalize('NFD')),
  pair('full-width letters', ['refund', 'login'], (label) =>
    [...label].map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join(''),
  ),
  pair('a no-break space', ['refund request', 'login problem'], (label) =>
    label.replace(' ', '\u00A0'),
  ),
  pair('German labels in capitals', ['Straße', 'Größe'], (label) => label.toUpperCase()),
  pair('Turkish dotted capital', ['İade', 'giriş']),
  pair('numbers as labels, floats as answers', [0, 1, 2], (label) => `${label}.0`),
  pair('numbers as labels, numbers as answers', [1, 2, 3, 4, 5]),
  pair('negative numbers as labels', [-1, 0, 1], (label) => String(label)),
  pair('truth values', [true, false], (label) => (label ? 'True' : 'False')),
  pair('truth values as spreadsheets write them', ['TRUE', 'FALSE'], (label) =>
    label.toLowerCase(),
  ),
  pair('labels named as nothing', ['None', 'null', 'nan', 'N/A']),
  pair('a label that begins with =', ['=SUM(A1)', '-1+2', '@here']),
  pair('a label that is a word of others', ['card', 'card lost', 'card lost abroad']),
  pair('labels of 10,000 characters', ['a'.repeat(10_000), 'b'.repeat(10_000)]),
  pair(
    'as many labels as rows',
    ids.map((id) => `topic ${id}`),
  ),
  pair('labels with a comma and a quote', ['a, "b"', 'c; d']),
  pair(
    'answers that are sometimes empty',
    ['refund', 'login'],
    (label, id) => (id % 10 ? label : ''),
    0.9,
  ),
  ...['LABEL: false', 'LABEL (incorrect)', '~~LABEL~~', '!LABEL', '{"rejected": "LABEL"}'].map(
    (form) =>
      pair(
        `answers that are sometimes denied as ${form}`,
        ['refund', 'login'],
        (label, id) => (id % 10 ? label : form.replace('LABEL', label)),
        0.9,
      ),
  ),
  pair('answers of mixed types', ['1', '2'], (label, id) => (id % 3 ? label : Number(label))),
]

const tables = [
  answers(
    'column names in capitals',
    'a.csv',
    csv('Id,Prediction', (id) => `${id},${output(id)}`),
    reads,
  ),
  answers(
    'the index of pandas',
    'a.csv',
    csv(',id,output', (id) => `${id - 1},${id},${output(id)}`),
    reads,
  ),
  answers(
    'ids as floats of pandas',
    'a.csv',
    csv('id,output', (id) => `${id}.0,${output(id)}`),
    {
      ...{ refuses: 'IMPORT_PAIRING', orQuality: 1 },
      says: '1.0',
    },
  ),
  answers(
    'ids with spaces',
    'a.csv',
    csv('id,output', (id) => `" ${id} ",${output(id)}`),
    {
      ...{ refuses: 'IMPORT_PAIRING', orQuality: 1 },
      says: '',
    },
  ),
  answers(
    'quotes and line breaks in cells',
    'a.csv',
    csv('id,note,output', (id) => `${id},"a ""b""\nc",${output(id)}`),
    reads,
  ),
  answers(
    'a byte order mark, CRLF and semicolons',
    'a.csv',
    `\uFEFF${csv('id;output;price', (id) => `${id};${output(id)};0,002`).replaceAll('\n', '\r\n')}`,
    reads,
  ),
  answers('a packed table', 'a.csv.gz', gzipSync(csv('id,output', (id) => `${id},${output(id)}`)), {
    refuses: 'IMPORT_FORMAT',
    orQuality: 1,
    says: '',
  }),
  answers(
    'a workbook',
    'a.xlsx',
    Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml\0\0\xff', 'latin1'),
    { refuses: 'DATA_ENCODING', says: 'CSV' },
  ),
  answers(
    'a workbook named .csv',
    'a.csv',
    Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml\0\0\xff', 'latin1'),
    { refuses: 'DATA_ENCODING', says: 'CSV' },
  ),
  answers('Parquet', 'a.parquet', Buffer.from('PAR1\x15\x04\xff\0PAR1', 'latin1'), {
    refuses: 'DATA_ENCODING',
    says: 'CSV',
  }),
  answers(
    'names in words',
    'a.csv',
    csv('Ticket,Predicted Label', (id) => `${id},${output(id)}`),
    { refuses: 'IMPORT_FORMAT', says: 'Predicted Label' },
  ),
  answers('a header alone', 'a.csv', 'id,output\n', { refuses: 'DATA_EMPTY', says: 'a.csv' }),
  answers('nothing at all', 'a.csv', '', { refuses: 'DATA_EMPTY', says: 'a.csv' }),
  answers('one answer a line', 'a.txt', ids.map(output).join('\n'), {
    refuses: 'IMPORT_FORMAT',
    says: 'a.txt',
  }),
  answers(
    'answers by id',
    'a.json',
    JSON.stringify(Object.fromEntries(ids.map((id) => [id, output(id)]))),
    { refuses: 'IMPORT_FORMAT|DATA_FORMAT', says: 'a.json' },
  ),
  answers(
    'columns of pandas',
    'a.json',
    JSON.stringify({
      id: Object.fromEntries(ids.map((id, i) => [i, id])),
      output: Object.fromEntries(ids.map((id, i) => [i, output(id)])),
    }),
    { refuses: 'IMPORT_FORMAT|DATA_FORMAT', says: 'a.json' },
  ),
  answers('rows as lists', 'a.json', JSON.stringify(ids.map((id) => [id, output(id)])), {
    refuses: 'DATA_ROW',
    says: 'object',
  }),
  answers(
    'a JSON list over many lines',
    'a.json',
    JSON.stringify(
      ids.map((id) => ({ id, output: output(id) })),
      null,
      2,
    ),
    reads,
  ),
  answers(
    'JSONL named .json',
    'a.json',
    jsonl((id) => ({ id, output: output(id) })),
    reads,
  ),
  answers(
    'a JSON list named .jsonl',
    'a.jsonl',
    JSON.stringify(ids.map((id) => ({ id, output: output(id) }))),
    reads,
  ),
  answers(
    'an id twice, one answer',
    'a.csv',
    `${csv('id,output', (id) => `${id},${output(id)}`)}7,refund\n`,
    { refuses: 'DATA_DUPLICATE_ID', says: '`7`' },
  ),
  answers(
    'an id twice, two answers',
    'a.csv',
    `${csv('id,output', (id) => `${id},${output(id)}`)}7,login\n`,
    { refuses: 'DATA_DUPLICATE_ID', says: '`7`' },
  ),
  answers(
    'three models by three draws',
    'a.csv',
    `id,model,draw,output\n${['x', 'y', 'z'].flatMap((model) => [1, 2, 3].flatMap((draw) => ids.map((id) => `${id},${model},${draw},${output(id)}`))).join('\n')}\n`,
    { refuses: 'DATA_DUPLICATE_ID', says: 'draws' },
  ),
  answers(
    'figures with decimal commas and units',
    'a.csv',
    csv('id;output;latency_ms;price', (id) => `${id};${output(id)};12,5;1,5 EUR`),
    { quality: 1, says: 'figure' },
  ),
  answers(
    'an error of the model in the output',
    'a.jsonl',
    jsonl((id) => ({ id, output: id % 2 ? 'refund' : 'Error: rate limit reached' })),
    { never: 'certified', says: '' },
  ),
]

const label = (name, text, rest) => ({
  name,
  files: { 'labels.csv': text, 'a.csv': csv('id,output', (id) => `${id},${output(id)}`) },
  predictions: 'a.csv',
  words: ['--expected', 'labels.csv'],
  ...rest,
})
const given = [
  label(
    'one class only',
    csv('id,label', (id) => `${id},refund`),
    { never: 'certified', says: '' },
  ),
  label(
    'some labels empty',
    csv('id,label', (id) => `${id},${id % 10 ? output(id) : ''}`),
    { quality: 1, n: 54, says: 'without a label' },
  ),
  label('an id with two labels', `${plain}7,login\n`, {
    refuses: 'DATA_DUPLICATE_ID',
    says: '`7`',
  }),
  label(
    'labels that differ by case alone',
    csv('id,label', (id) => `${id},${id % 4 === 0 ? 'Login' : output(id)}`),
    { says: 'case', quality: [0.75, 1] },
  ),
  label(
    'labels with spaces behind them',
    csv('id,label', (id) => `${id},"${output(id)}  "`),
    reads,
  ),
  label(
    'two columns of labels',
    csv('id,label,label2', (id) => `${id},${output(id)},x`),
    reads,
  ),
  label(
    'a column of row numbers before the id',
    csv('row,id,label', (id) => `${id + 100},${id},${output(id)}`),
    reads,
  ),
  {
    name: 'one file for two candidates',
    files: { 'labels.csv': plain, 'a.csv': csv('id,output', (id) => `${id},${output(id)}`) },
    predictions: 'a.csv',
    words: [
      '--expected',
      'labels.csv',
      '--predictions',
      'b=a.csv',
      '--incumbent',
      'a',
      '--parameters',
      'a=9e9',
      '--parameters',
      'b=1e9',
    ],
    never: 'certified',
    says: 'a.csv',
  },
]

const cases = [...scripts, ...tables, ...given]

export async function measure() {
  const { runCli } = await import(pathToFileURL(join(dist, 'cli/program.js')).href)
  const failed = []
  for (const one of cases) {
    const cwd = mkdtempSync(join(tmpdir(), 'users-'))
    const why = problem(one, await answer(runCli, one, cwd))
    if (why !== null) failed.push(`${one.name}: ${why}`)
    rmSync(cwd, { recursive: true, force: true })
  }
  return {
    held: failed.length === 0 && cases.length >= 40,
    lines: [`${cases.length - failed.length} of ${cases.length} right`, ...failed],
  }
}

async function answer(runCli, { files, predictions = 'a.jsonl', words }, cwd) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  const bound = words.includes('--incumbent') ? ['--margin', '0.1'] : ['--floor', '0.3']
  const asked = ['run', '--predictions', `a=${predictions}`, ...words, ...bound, '--json']
  const [out, err] = [[], []]
  const code = await runCli(asked, {
    ...{ out: (text) => out.push(text), err: (text) => err.push(text) },
    ...{ live: () => {}, stopping: () => {}, tty: false, asks: false, columns: 200, color: false },
    ...{ cwd, env: {}, signal: new AbortController().signal },
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

const within = (value, wanted) =>
  Array.isArray(wanted)
    ? value >= wanted[0] - 1e-9 && value <= wanted[1] + 1e-9
    : Math.abs(value - wanted) < 1e-9

/** What is wrong with an answer; null where it is the right one. */
function problem({ quality, orQuality, n = ids.length, refuses, never, says = '' }, ran) {
  const { code, out, err } = ran
  const start = err.slice(0, 300)
  if (out === '') {
    if (refuses === undefined) return `refused: ${start}`
    if (code !== 3 || !refuses.split('|').some((name) => err.includes(`error ${name}`)))
      return `code ${code}: ${start}`
    return err.includes(says) ? null : `does not say ${says}: ${start}`
  }
  const { candidates, decision, task } = JSON.parse(out)
  if (never !== undefined)
    return decision.kind === never ? `${decision.kind}: ${decision.headline}` : null
  const wanted = quality ?? orQuality
  if (wanted === undefined) return `read, not refused: ${decision.headline}`
  const [first] = candidates
  if (first.n !== n || !within(first.quality.value ?? -1, wanted))
    return `n ${first.n}, quality ${first.quality.value}: ${decision.headline}`
  return orQuality !== undefined || `${out}\n${err}\n${JSON.stringify(task)}`.includes(says)
    ? null
    : `does not say ${says}: ${start}`
}
