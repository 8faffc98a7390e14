// Students without pretrained weights on banking77 and clinc150: accuracy, CPU seconds, size, speed; scikit-learn and fastText beside them.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { linearTraining } from '../dist/core/student/linear.js'
import { LinearClassifier, openLinear } from '../dist/core/student/runtime-linear.js'
import { openStatic, StaticClassifier } from '../dist/core/student/runtime-static.js'
import { staticTraining } from '../dist/core/student/static.js'
import { encodeLinear, encodeStatic } from '../dist/core/student/student-forms.js'
import { trainWordPiece } from '../dist/core/text/train-wordpiece.js'

const SEED = 1
const FEW = 300
const here = dirname(fileURLToPath(import.meta.url))
const data = process.env.RIGHTSIZE_DATA ?? join(here, '../../shared/data')
const python = process.env.RIGHTSIZE_PYTHON ?? 'python3'
/** `--peers LogisticRegression,LinearSVC` leaves fastText out, which takes minutes. */
const wanted = process.argv[process.argv.indexOf('--peers') + 1] ?? ''
const peers = ['LogisticRegression', 'LinearSVC', 'fastText'].filter(
  (name) => !process.argv.includes('--peers') || wanted.split(',').includes(name),
)
const goals = { banking77: 0.91, clinc150: 0.925 }

const cpuS = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function parseCsv(text) {
  const rows = []
  const pattern = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g
  let row = []
  for (const [, quoted, plain, end] of text.matchAll(pattern)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === ',') continue
    if (row.length === 2) rows.push({ text: row[0], label: row[1] })
    row = []
  }
  return rows.slice(1)
}

function load(name) {
  if (name === 'banking77') {
    const read = (part) => parseCsv(readFileSync(join(data, `banking77/${part}.csv`), 'utf8'))
    return { train: read('train'), test: read('test') }
  }
  const all = JSON.parse(readFileSync(join(data, 'clinc150/data_full.json'), 'utf8'))
  const rows = (part) => all[part].map(([text, label]) => ({ text, label }))
  return { train: rows('train'), test: rows('test') }
}

/** Train rows whose text also occurs in test teach nothing honest. */
function withoutTwins({ train, test }) {
  const seen = new Set(test.map((row) => row.text.trim()))
  const kept = train.filter((row) => !seen.has(row.text.trim()))
  return { train: kept, test, dropped: train.length - kept.length }
}

/** The first rows of each label in turn, in file order of labels' first sight. */
function fewRows(train, count) {
  const byLabel = Map.groupBy ? Map.groupBy(train, (row) => row.label) : groups(train)
  const queues = [...byLabel.values()].map((rows) => [...rows])
  const few = []
  while (few.length < count)
    for (const queue of queues) if (few.length < count) few.push(queue.shift())
  return few.filter((row) => row !== undefined)
}

function groups(rows) {
  const byLabel = new Map()
  for (const row of rows) byLabel.set(row.label, [...(byLabel.get(row.label) ?? []), row])
  return byLabel
}

const accuracy = (classifier, test) =>
  test.filter((row) => classifier.model.labels[classifier.best(row.text)] === row.label).length /
  test.length

/** Best of five, text to label, one thread. */
function textsPerCpuS(classifier, test) {
  let best = 0
  for (let round = 0; round < 6; round++) {
    const start = cpuS()
    for (const row of test) classifier.best(row.text)
    if (round > 0) best = Math.max(best, test.length / (cpuS() - start))
  }
  return Math.round(best)
}

/** Runs a training to its end. */
function drain(training) {
  for (;;) {
    const next = training.next()
    if (next.done) return next.value
  }
}

function linear(train, test, options = {}) {
  const start = cpuS()
  const { model, report } = drain(linearTraining(train, { seed: SEED, ...options }))
  const trainCpuS = cpuS() - start
  const bytes = encodeLinear(model)
  const classifier = new LinearClassifier(openLinear(bytes))
  return {
    accuracy: accuracy(classifier, test),
    trainCpuS,
    bytes: bytes.length,
    textsPerCpuS: textsPerCpuS(classifier, test),
    chosen: report.chosen,
    features: report.features,
  }
}

function bag(train, test) {
  const start = cpuS()
  const tokenizer = trainWordPiece(
    train.map((row) => row.text),
    { vocabSize: 4000 },
  )
  const { model, report } = drain(staticTraining(train, { tokenizer, seed: SEED }))
  const trainCpuS = cpuS() - start
  const bytes = encodeStatic(model)
  const classifier = new StaticClassifier(openStatic(bytes))
  return {
    accuracy: accuracy(classifier, test),
    trainCpuS,
    bytes: bytes.length,
    textsPerCpuS: textsPerCpuS(classifier, test),
    chosen: report.chosen,
  }
}

/** One Python peer over the same rows; null where Python or the package is absent, or it takes over ten minutes. */
function peer(which, train, test) {
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  const run = spawnSync(python, [join(here, 'peers/students.py'), which], {
    input: JSON.stringify({ train, test }),
    encoding: 'utf8',
    maxBuffer: 1e8,
    timeout: 600_000,
    env,
  })
  return run.status === 0 ? JSON.parse(run.stdout.trim().split('\n').at(-1)) : null
}

const percent = (share) => (share === undefined ? '-' : `${(100 * share).toFixed(2)} %`)
const line = (set, model, r) =>
  console.log(
    set.padEnd(16),
    model.padEnd(34),
    percent(r.accuracy).padStart(8),
    `${r.trainCpuS.toFixed(1)} s`.padStart(9),
    (r.bytes ? `${(r.bytes / 1e6).toFixed(2)} MB` : '-').padStart(9),
    (r.textsPerCpuS ? String(r.textsPerCpuS) : '-').padStart(9),
  )

const figures = { seed: SEED, sets: {} }
const bars = []
const bar = (name, value, target, ok) => bars.push({ name, value, target, ok })
const missing = []

function benchOne(name) {
  const { train, test, dropped } = withoutTwins(load(name))
  const few = fewRows(train, FEW)
  const results = { rows: train.length, droppedTwins: dropped, testRows: test.length }
  console.log(
    `\n${name}: ${train.length} train (${dropped} twins of test dropped), ${test.length} test`,
  )
  console.log(
    'rows'.padEnd(16),
    'model'.padEnd(34),
    'accuracy'.padStart(8),
    'train CPU'.padStart(9),
    'size'.padStart(9),
    'texts/CPUs'.padStart(9),
  )
  const show = (key, rows, model, result) => {
    results[key] = result
    if (result) line(`${name} ${rows}`, model, result)
    else console.log(`${name} ${rows}`.padEnd(16), model.padEnd(34), 'absent, or over ten minutes')
  }
  show('linear', 'all', 'linear (int8)', linear(train, test))
  show(
    'linearFloat',
    'all',
    'linear (float32, for comparison)',
    linear(train, test, { precision: 'float32' }),
  )
  show('static', 'all', 'static (from scratch)', bag(train, test))
  for (const which of peers) {
    show(which, 'all', `peer: ${which}`, peer(which, train, test))
  }
  show('linear300', `${FEW}`, 'linear (int8)', linear(few, test))
  show('static300', `${FEW}`, 'static (from scratch)', bag(few, test))
  show(
    'LogisticRegression300',
    `${FEW}`,
    'peer: LogisticRegression',
    peer('LogisticRegression', few, test),
  )
  figures.sets[name] = results
  judge(name, results)
}

function judge(name, r) {
  const rounded = (x) => Math.round(x * 1e4) / 1e4
  if (r.LogisticRegression) {
    const target = r.LogisticRegression.accuracy - 0.005
    bar(
      `${name}: linear >= scikit-learn LogisticRegression - 0.5 points`,
      rounded(r.linear.accuracy),
      rounded(target),
      r.linear.accuracy >= target,
    )
  } else missing.push(`${name}: scikit-learn is absent (RIGHTSIZE_PYTHON names another Python)`)
  bar(
    `${name}: linear goal`,
    rounded(r.linear.accuracy),
    goals[name],
    r.linear.accuracy >= goals[name],
  )
  bar(`${name}: training CPU seconds`, rounded(r.linear.trainCpuS), 60, r.linear.trainCpuS <= 60)
  const loss = 100 * (r.linearFloat.accuracy - r.linear.accuracy)
  bar(`${name}: points lost by int8`, rounded(loss), 0.3, loss <= 0.3)
  if (name !== 'banking77') return
  bar('banking77: model bytes', r.linear.bytes, 8e6, r.linear.bytes < 8e6)
  bar(
    'banking77: texts per CPU second',
    r.linear.textsPerCpuS,
    15000,
    r.linear.textsPerCpuS >= 15000,
  )
}

console.log(
  `seed ${SEED}; settings were frozen on splits of train before test was read; one thread`,
)
for (const name of ['banking77', 'clinc150']) {
  if (existsSync(join(data, name))) benchOne(name)
  else missing.push(`${name}: no data (RIGHTSIZE_DATA names the folder)`)
}
console.log()
for (const { name, value, target, ok } of bars)
  console.log(ok ? 'ok    ' : 'MISSED', name, value, 'target', target)
for (const what of missing) console.log('not measured:', what)
console.log(
  `\nWith ${FEW} labels these models know only the words they saw; \`head\` on a sentence encoder is the answer there.`,
)
console.log(JSON.stringify({ bench: 'students', figures, bars, notMeasured: missing }))
process.exitCode = bars.some((entry) => !entry.ok) ? 1 : missing.length > 0 ? 4 : 0
