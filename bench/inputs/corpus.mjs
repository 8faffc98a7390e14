// corpus: small inputs of every kind that people and programs write, generated from tables, each with its right outcome.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../../dist'))
const handed = resolve(process.env.RIGHTSIZE_CASES ?? join(here, '../../../shared/cases'))

export const bar =
  'at least 200 inputs; each is read as it was meant, or refused by name with what settles it'

const ids = Array.from({ length: 40 }, (_, i) => i + 1)
const rows = (score) => ids.map((id) => [id, score(id)])

/** How a table of `id` and one more column is written. A value is put as it is into tables, as JSON into JSON. */
const carriers = {
  csv: (head, table) => ['a.csv', lines(head, table, ',')],
  tsv: (head, table) => ['a.tsv', lines(head, table, '\t')],
  semicolon: (head, table) => ['a.csv', lines(head, table, ';')],
  'utf-16': (head, table) => ['a.csv', Buffer.from(`\uFEFF${lines(head, table, ';')}`, 'utf16le')],
  jsonl: (head, table) => [
    'a.jsonl',
    table.map((cells) => JSON.stringify(object(head, cells))).join('\n'),
  ],
  json: (head, table) => ['a.json', JSON.stringify(table.map((cells) => object(head, cells)))],
}
const lines = (head, table, delimiter) =>
  [head, ...table].map((cells) => cells.map((cell) => cell ?? '').join(delimiter)).join('\r\n')
const object = (head, cells) => Object.fromEntries(head.map((name, i) => [name, cells[i]]))

/** Pairs of a right and a wrong answer; 35 of 40 are right. */
const truths = [
  [1, 0],
  ['1.0', '0.0'],
  ['True', 'False'],
  ['TRUE', 'FALSE'],
  ['true', 'false'],
  ['yes', 'no'],
  ['Y', 'N'],
  ['t', 'f'],
  ['correct', 'incorrect'],
  ['pass', 'fail'],
  ['right', 'wrong'],
  ['100 %', '0 %'],
  ['1,0', '0,0'],
]
/** Best score of a scale, its worst, and the flag that states it. */
const scales = [
  [5, 1, '1..5'],
  [100, 0, '0..100'],
  [10, 0, '0..10'],
  [10, 1, '1..10'],
  [1, -1, '-1..1'],
  [1000, 0, '0..1000'],
]
const missing = [null, '', 'NaN', 'None', 'n/a', 'null', 'Infinity', 'good']

const isTable = (carrier) => !carrier.startsWith('json')
/** A decimal comma needs quotes between commas, and -1 to 1 or 1 to 5 are numbers of their own. */
const fits = (value, carrier) => !(String(value).includes(',') && carrier === 'csv')

const scored = Object.entries(carriers).flatMap(([carrier, write]) => [
  ...truths
    .filter(([right]) => fits(right, carrier))
    .map(([right, wrong]) => ({
      name: `${right}/${wrong} in ${carrier}`,
      file: write(
        ['id', 'score'],
        rows((i) => (i % 8 ? right : wrong)),
      ),
      reads: 0.875,
    })),
  ...scales.flatMap(([best, worst, flag]) => {
    const file = write(
      ['id', 'score'],
      rows((i) => (i % 8 ? best : worst)),
    )
    return [
      {
        name: `${flag} in ${carrier}`,
        file,
        refuses: 'SCORE_SCALE',
        says: `--score-scale ${flag === '1..10' ? '0..10|1..10' : flag}`,
      },
      { name: `${flag} stated in ${carrier}`, file, words: ['--score-scale', flag], reads: 0.875 },
    ]
  }),
  ...missing.flatMap((value) => {
    const file = write(
      ['id', 'score'],
      rows((i) => (i % 2 ? 1 : value)),
    )
    return [
      {
        name: `${JSON.stringify(value)} in ${carrier}`,
        file,
        refuses: 'SCORE_MISSING',
        says: '20 of 40',
      },
      ...(isTable(carrier)
        ? []
        : [
            {
              name: `${JSON.stringify(value)} counted in ${carrier}`,
              file,
              words: ['--missing', 'wrong'],
              reads: 0.5,
            },
          ]),
    ]
  }),
])

const samples = (metric, score) => [
  'samples_task.jsonl',
  ids
    .map(
      (id) =>
        `{"doc_id":${id},"target":"t","resps":[["r"]],"filtered_resps":["r"],"filter":"none","metrics":["${metric}"],"${metric}":${score}}`,
    )
    .join('\n'),
]
const metrics = [
  ...['wer', 'cer', 'ter', 'mer', 'error_rate', 'brier_score', 'ece', 'hallucination'].map(
    (name) => ({ name, file: samples(name, 0.25), reads: 0.75 }),
  ),
  ...['acc', 'acc_norm', 'exact_match', 'f1', 'rougeL', 'bleu', 'chrf', 'mcc', 'pass@1'].map(
    (name) => ({ name, file: samples(name, 0.75), reads: 0.75 }),
  ),
  ...['nll', 'loss', 'perplexity', 'word_perplexity', 'bits_per_byte', 'mae', 'rmse', 'mse'].map(
    (name) => ({
      name,
      file: samples(name, 0.25),
      refuses: 'METRIC_DIRECTION',
      says: '--score-scale',
    }),
  ),
  ...['zorp', 'metric_7'].map((name) => ({
    name,
    file: samples(name, 0.25),
    refuses: 'METRIC_DIRECTION',
    says: '--metric-direction',
  })),
  { name: 'a metric of NaN', file: samples('acc', 'NaN'), refuses: 'SCORE_MISSING', says: 'NaN' },
]

/** Labels in tables as editors and spreadsheets save them; the predictions are always right. */
const labels = ids.map((id) => [id, id % 2 ? 'réfund' : 'login, other'])
const quoted = (cell) => (/[,;|\t]/.test(String(cell)) ? `"${cell}"` : cell)
const table = (delimiter, { head = ['id', 'label'], end = '\n', tail = '' } = {}) =>
  [head, ...labels]
    .map(
      (cells) =>
        `${cells.map((cell) => (delimiter === ',' ? quoted(cell) : cell)).join(delimiter)}${tail}`,
    )
    .join(end)
const right = [
  'p.jsonl',
  labels.map(([id, label]) => JSON.stringify({ id, output: label })).join('\n'),
]
const wide = (text, swap) => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le')
  return swap ? bytes.swap16() : bytes
}
const texts = [
  ['commas', table(',')],
  ['semicolons', table(';')],
  ['pipes', table('|')],
  ['tabs in a .csv', table('\t')],
  ['sep=;', `sep=;\n${table(';')}`],
  ['CRLF', table(',', { end: '\r\n' })],
  ['CR', table(';', { end: '\r' })],
  ['trailing empty columns', table(';', { tail: ';;' })],
  ['a byte order mark', `\uFEFF${table(',')}`],
  ['UTF-16, little end first', wide(table(','), false)],
  ['UTF-16, big end first', wide(table(','), true)],
  ['blank rows', `${table(';')}\n;\n\n;\n`],
  ['spaces around names', table(';', { head: [' id ', ' label '] })],
  ['Latin-1', Buffer.from(table(','), 'latin1'), 'DATA_ENCODING', 'WINDOWS-1252'],
  ['UTF-16 without a mark', Buffer.from(table(','), 'utf16le'), 'DATA_ENCODING', 'UTF-16'],
  ['a short row', `${table(';')}\n7`, 'DATA_ROW', '1 fields'],
  ['an open quote', `${table(',')}\n41,"open`, 'DATA_ROW', 'not closed'],
].map(([name, text, refuses, says]) => ({
  ...{ name, file: right, beside: ['labels.csv', text], words: ['--expected', 'labels.csv'] },
  ...(refuses === undefined ? { reads: 1 } : { refuses, says }),
}))

const big = (key) =>
  ids.map((id) => `{"id":9007199254740${100 + id}0001,"${key}":"${id % 2 ? 'a' : 'b'}"}`).join('\n')
const json = [
  {
    name: '64-bit ids',
    file: ['p.jsonl', big('output')],
    beside: ['labels.jsonl', big('label')],
    words: ['--expected', 'labels.jsonl'],
    reads: 1,
  },
  {
    name: 'NaN of Python',
    file: ['a.jsonl', ids.map((id) => `{"id":${id},"score":${id % 2 ? '1.0' : 'NaN'}}`).join('\n')],
    refuses: 'SCORE_MISSING',
    says: 'NaN',
  },
  {
    name: 'a dict of Python',
    file: ['a.jsonl', "{'id': 1, 'score': True}"],
    refuses: 'DATA_ROW',
    says: 'json.dumps',
  },
  {
    name: 'two outputs',
    file: ['a.csv', 'id,prediction,response\n1,a,b'],
    refuses: 'IMPORT_FORMAT',
    says: '--output',
  },
  {
    name: 'two gold columns',
    file: ['a.csv', 'id,label,answer\n1,a,b'],
    refuses: 'IMPORT_FORMAT',
    says: '--output',
  },
  {
    name: 'no output',
    file: ['a.csv', 'id,text\n1,a'],
    refuses: 'IMPORT_FORMAT',
    says: 'Columns are: id, text',
  },
]

const head =
  'timestamp,project_name,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,country_iso_code,pue'
const run = '2025-01-01T00:00:00,p,100.0,0.002,0.004,0,0.001,0.005,DEU,1.0'
const decimal = (text) => text.replaceAll(',', ';').replace(/(\d)\.(\d)/g, '$1,$2')
const energy = [
  ['one run', `${head}\n${run}`, 'DEU'],
  ['semicolons and decimal commas', decimal(`${head}\n${run}`), 'DEU'],
  ['a short row', `${head}\n${run}\n${run.replace('p,', '')}`, 'line 3 was left out'],
  ['a blank row', `${head}\n0,,,,,,,,,\n${run}`, 'line 2 was left out'],
  [
    'parts that do not add up',
    `${head}\n${run}\n${run.replace('0.005', '5')}`,
    'line 3 was left out',
  ],
  [
    'a negative energy',
    `${head}\n${run}\n${run.replace('0.005', '-0.005')}`,
    'line 3 was left out',
  ],
].map(([name, text, says]) => ({
  name: `CodeCarbon: ${name}`,
  file: ['emissions.csv', text],
  sci: true,
  says,
}))

const shared = [
  ['scores/rating-1-5.jsonl', 'SCORE_SCALE', '1..5'],
  ['scores/half-null.jsonl', 'SCORE_MISSING', '--missing'],
  ['scores/percent.csv', 'SCORE_SCALE', '0..100'],
  ['scores/pandas-true-false.csv', null, ''],
  ['json/nan-score.jsonl', 'SCORE_MISSING', 'NaN'],
  ['metric/rouge-0-100.jsonl', 'SCORE_SCALE', '0..100'],
  ['metric/wer-lower-is-better.jsonl', null, ''],
].map(([path, refuses, says]) => ({
  name: `handed: ${path}`,
  path: join(handed, path),
  refuses: refuses ?? undefined,
  says,
  reads: refuses ? undefined : 'all',
}))

const cases = [
  ...scored,
  ...metrics,
  ...texts,
  ...json,
  ...energy,
  ...(existsSync(handed) ? shared : []),
]

export async function measure() {
  const { runCli } = await import(pathToFileURL(join(dist, 'cli/program.js')).href)
  const failed = []
  for (const one of cases) {
    const cwd = mkdtempSync(join(tmpdir(), 'corpus-'))
    const why = problem(one, await answer(runCli, one, cwd))
    if (why !== null) failed.push(`${one.name}: ${why}`)
    rmSync(cwd, { recursive: true, force: true })
  }
  const right = cases.length - failed.length
  return {
    held: failed.length === 0 && cases.length >= 200,
    lines: [`${right} of ${cases.length} right`, ...failed.slice(0, 20)],
  }
}

async function answer(runCli, { file, beside, path, words = [], sci }, cwd) {
  for (const [name, text] of [file, beside].filter(Boolean)) writeFileSync(join(cwd, name), text)
  const results = path ?? file[0]
  const asked = sci
    ? ['sci', results, '--requests', '100']
    : ['run', '--predictions', `a=${results}`, '--floor', '0.3', '--json', ...words]
  const out = []
  const err = []
  const code = await runCli(asked, {
    ...{
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      live: () => {},
      stopping: () => {},
    },
    ...{
      tty: false,
      asks: false,
      columns: 200,
      color: false,
      cwd,
      env: {},
      signal: new AbortController().signal,
    },
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

/** What is wrong with an answer; null where it is the right one. */
function problem({ reads, refuses, says = '', sci }, { code, out, err }) {
  const told = says.split('|').some((text) => `${out}\n${err}`.includes(text))
  if (!told) return `does not say ${says}: ${err.slice(0, 200)}`
  if (sci) return code === 0 ? null : `code ${code}`
  if (refuses !== undefined)
    return code === 3 && err.includes(refuses) && out === ''
      ? null
      : `code ${code}: ${err.slice(0, 200)}`
  if (out === '') return `refused: ${err.slice(0, 200)}`
  const [{ n, quality }] = JSON.parse(out).candidates
  if (reads === 'all') return n > 0 && code !== 3 ? null : `n ${n}`
  return n === ids.length && Math.abs(quality.value - reads) < 1e-9
    ? null
    : `n ${n}, quality ${quality.value}, not ${reads}`
}
