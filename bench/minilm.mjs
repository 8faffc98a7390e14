// minilm: a real sentence encoder on banking77: with a linear head, int8, trimmed, pruned, shrunk, and its static student; accuracy, size, CPU, energy.
// `--model FOLDER` takes a checkpoint that is here; `--seconds N` bounds the search, 0 leaves it out; `--fresh` makes everything again. Weights stay in the temporary folder.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cpuCosts, cpuS, energy, open, scores } from './minilm/measure.mjs'
import { banking, checkpoint, weightsDigest } from './minilm/source.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const load = (path) => import(`${dist}/${path}.js`)
const data = resolve(process.env.RIGHTSIZE_DATA ?? join(here, '../../shared/data'))
const cache = join(tmpdir(), 'rightsize-bench/minilm')
const SEED = 1
const MARGIN = 0.01
const flag = (name) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}
const SECONDS = flag('seconds') ?? '600'

function unmeasured(why) {
  console.log(`not measured: ${why}`)
  console.log(JSON.stringify({ bench: 'minilm', figures: {}, bars: [], notMeasured: [why] }))
  process.exit(4)
}

if (process.argv.includes('--fresh'))
  for (const name of ['encoder', 'head', 'linear', 'static', 'distilled', 'small'])
    rmSync(join(cache, name), { recursive: true, force: true })
mkdirSync(cache, { recursive: true })
if (!existsSync(join(data, 'banking77/train.csv')))
  unmeasured('banking77 is not here (RIGHTSIZE_DATA names the folder of the data)')
const source = checkpoint(flag('model'), cache)
if ('why' in source) unmeasured(source.why)

const figures = { seed: SEED, weights: weightsDigest(source.folder), stages: {} }
const bars = []
const say = (text) => console.log(text.replace(/(?![^\n]{1,100}$)([^\n]{1,100})\s/g, '$1\n'))
const bar = (name, value, target, ok) => {
  bars.push({ name, value, target, ok })
  const shown = typeof value === 'number' ? Number(value.toPrecision(4)) : value
  say(`${ok ? 'ok  ' : 'MISS'} ${name}: ${shown} (target ${target})`)
}

/** One command of the product, once: its folder stays, beside what it was made with. */
function make(name, args, { mayFail = false } = {}) {
  const out = join(cache, name)
  const stamp = join(cache, `${name}.json`)
  const asked = JSON.stringify([args, figures.weights])
  const former = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : null
  if (former?.asked === asked && existsSync(out)) {
    figures.stages[name] = former.said
    return out
  }
  rmSync(out, { recursive: true, force: true })
  const all = [join(dist, 'cli/main.js'), ...args, '--out', out, '--json']
  const run = spawnSync(process.execPath, all, { cwd: cache, encoding: 'utf8', maxBuffer: 1e9 })
  if (run.status !== 0 && !mayFail)
    throw new Error(`rightsize ${args.join(' ')}: ${run.stderr.split('\n').slice(-8).join('\n')}`)
  const said = run.stdout.trim() === '' ? null : JSON.parse(run.stdout)
  writeFileSync(stamp, JSON.stringify({ asked, said }))
  figures.stages[name] = said
  return out
}

const { train, calibration, test, dropped } = await banking({ data, cache, load })
say(
  `seed ${SEED}; banking77: ${train.length} train, ${calibration.length} calibration, ${test.length} test (${dropped} train rows dropped whose text test has)`,
)
const { openEngine } = await load('adapters/tensors/onnxruntime')
const { modelFiles } = await load('adapters/tensors/model-file')
const { openTokenizer } = await load('adapters/tokenizer/huggingface')
const engine = await openEngine()
const world = { load, engine }
const columns = ['--input', 'text', '--expected', 'label', '--seed', String(SEED)]

const encoder = make('encoder', ['import', resolve(source.folder)])
await anchors()
const training = ['--encoder', encoder, ...columns]
const head = make('head', ['train', 'head', 'train.jsonl', ...training])
const linear = make('linear', ['train', 'linear', 'train.jsonl', ...columns])
const fromEncoder = make('static', ['train', 'static', 'train.jsonl', ...training])
const distilled = make('distilled', [
  ...['distill', 'static', 'train.jsonl', '--teacher', `onnx:${head}`, '--encoder', encoder],
  ...['--input', 'text', '--seed', String(SEED)],
])

/** The encoder against what its makers and others published of it. */
async function anchors() {
  const vectors = await open('onnx', encoder, world)
  const texts = [
    'The weather is lovely today.',
    "It's so sunny outside!",
    'He drove to the stadium.',
  ]
  const [a, b, c] = (await vectors.answer(texts)).map(({ vector }) => vector)
  const cosine = (x, y) => x.reduce((sum, value, at) => sum + value * y[at], 0)
  const found = [cosine(a, b), cosine(a, c), cosine(b, c)]
  // Source: sentence-transformers, README and docs/index.rst, similarities of this model for these sentences, four digits.
  const published = [0.666, 0.1046, 0.1411]
  const apart = Math.max(...found.map((value, at) => Math.abs(value - published[at])))
  bar('import: published similarities, largest difference', apart, '<= 5e-5', apart <= 5.5e-5)
  const file = join(data, 'stsb/stsb-en-test.csv')
  if (existsSync(file)) {
    const { csvRows } = await load('core/data/csv')
    const rows = csvRows(readFileSync(file, 'utf8'), file, { columns: ['a', 'b', 'score'] })
    const both = await vectors.answer(rows.flatMap((row) => [row.a, row.b]))
    const cosines = rows.map((_, i) => cosine(both[2 * i].vector, both[2 * i + 1].vector))
    const rho = spearman(
      cosines,
      rows.map((row) => Number(row.score)),
    )
    // Source: MTEB, all-MiniLM-L6-v2 on STSBenchmark (test), Spearman of cosines: 82.03.
    bar(
      'import: Spearman on STS-B test, published 0.8203',
      rho,
      '0.8203',
      Math.abs(rho - 0.8203) < 5e-4,
    )
  }
  await vectors.close()
}

function spearman(a, b) {
  const ranks = (values) => {
    const order = values.map((value, at) => [value, at]).sort((x, y) => x[0] - y[0])
    const out = new Array(values.length)
    for (let i = 0; i < order.length; ) {
      let j = i
      while (j < order.length && order[j][0] === order[i][0]) j += 1
      for (let k = i; k < j; k += 1) out[order[k][1]] = (i + j - 1) / 2
      i = j
    }
    return out
  }
  const [x, y] = [ranks(a), ranks(b)]
  const centre = (x.length - 1) / 2
  const dot = (p, q) => p.reduce((sum, value, at) => sum + (value - centre) * (q[at] - centre), 0)
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y))
}

const sidecars = ['config.json', 'tokenizer.json', 'tokenizer_config.json']
const json = (folder, name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const artefactOf = async (folder) => ({
  model: await modelFiles.read(folder),
  tokenizer: json(folder, 'tokenizer.json'),
  config: json(folder, 'config.json'),
})

async function write(name, { model, tokenizer, config }) {
  const out = join(cache, name)
  rmSync(out, { recursive: true, force: true })
  await modelFiles.write(join(out, 'onnx/model.onnx'), model)
  for (const file of sidecars) cpSync(join(head, file), join(out, file))
  writeFileSync(join(out, 'tokenizer.json'), JSON.stringify(tokenizer))
  writeFileSync(join(out, 'config.json'), JSON.stringify(config))
  return out
}

const target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
/** A pass applied; `fits` chooses among its proposals. */
async function applied(artefact, id, { fits = () => true, params = {}, stats = new Map() } = {}) {
  const { passes } = await load('core/compress/table')
  const pass = await passes[id].load()
  const offers = pass.propose(artefact, target)
  if ('why' in offers) throw new Error(`${id}: ${offers.why}`)
  const offer = offers.find((one) => fits(one.params))
  const proposal = { ...offer, params: { ...offer.params, ...params } }
  const own = typeof stats === 'function' ? await stats(pass.needs(artefact, proposal)) : stats
  return pass.apply(artefact, proposal, own).artefact
}
const inBytes = async (artefact) => applied(await applied(artefact, 'int8'), 'int8-embedding')

const original = await artefactOf(head)
const tokenizer = openTokenizer(original.tokenizer, json(head, 'tokenizer_config.json'))
const int8 = await write('int8', await inBytes(original))
const tokensUsed = [...new Set(train.flatMap((row) => tokenizer.encode(row.text).ids))]
const trimmedArtefact = await applied({ ...original, tokensUsed }, 'vocabulary')
const trimmed = await write('trimmed', trimmedArtefact)
const trimmedInt8 = await write('trimmed-int8', await inBytes(trimmedArtefact))
await vocabularyFigures()
const pruned = await prunedHalf()
const fineTuningS = await fineTuningCost()
const [fineTuned, fineTunedInt8] = await fineTunedHalf()

/** What the trimmed tokenizer does to the corpus and to texts that it was not made from. */
async function vocabularyFigures() {
  const { vocabularyEffect } = await load('core/text/vocabulary-effect')
  const { unknownIdOf, idsToKeep } = await load('core/text/trim-tokenizer')
  const after = openTokenizer(trimmedArtefact.tokenizer, json(head, 'tokenizer_config.json'))
  const keep = trimmedArtefact.idsKept ?? idsToKeep(original.tokenizer, tokensUsed)
  const unknownId = unknownIdOf(original.tokenizer)
  const of = (rows) =>
    vocabularyEffect(
      rows.map((row) => row.text),
      { before: tokenizer.encode, after: after.encode, keep, unknownId },
    )
  const [known, unseen] = [of(train), of(test)]
  figures.vocabulary = { kept: keep.length, of: tokenizer.vocabSize, known, unseen }
  say(
    `vocabulary: ${keep.length} of ${tokenizer.vocabSize} tokens; of ${unseen.texts} unseen texts ${unseen.identical} read as before, tokens a word ${unseen.fertility.before.toFixed(3)} to ${unseen.fertility.after.toFixed(3)}, unknown ${(100 * unseen.unknownRate.after).toFixed(2)} %`,
  )
  bar(
    'trimmed tokenizer: corpus texts read as before',
    known.identical,
    train.length,
    known.identical === train.length,
  )
}

async function batchesOf(model, rows, tokens = tokenizer) {
  const { textFeeds } = await load('core/onnx/text-feeds')
  const { rawInputs } = await load('core/onnx/raw-feeds')
  const inputs = rawInputs(model.graph)
  const texts = rows.map((row) => ({ ids: tokens.encode(row.text).ids }))
  texts.sort((a, b) => a.ids.length - b.ids.length)
  return Array.from({ length: Math.ceil(texts.length / 32) }, (_, batch) =>
    textFeeds(inputs, texts.slice(32 * batch, 32 * batch + 32), tokens.padId),
  )
}

/** Half of the neurons of every layer, fine-tuned by least squares from 500 texts: no training. */
async function prunedHalf() {
  const { collectStats } = await load('app/shrink/collect-stats')
  const batches = await batchesOf(original.model, train.slice(0, 500))
  const start = cpuS()
  const artefact = await applied(original, 'neurons', {
    fits: ({ keep }) => keep === 0.5,
    params: { repair: 'least-squares' },
    stats: (requests) => collectStats(original.model, requests, { batches, engine }),
  })
  figures.prunedCpuS = cpuS() - start
  return write('pruned', artefact)
}

/** Texts with what the original says of them. */
async function trainingOf(rows) {
  const { partOf } = await load('app/shrink/inputs')
  const { logitsOf } = await load('app/shrink/answers')
  const labels = Object.values(original.config.id2label)
  const items = rows.map((row, i) => ({
    ...{ id: String(i), input: row.text, expected: row.label, slices: {}, digest: String(i) },
    ...{ cluster: null, row: {} },
  }))
  const { inputs, size } = partOf(items, labels, openTokenizer)
  const logits = await logitsOf(original.model, inputs(original), labels.length, { engine })
  return { size, own: size, inputs, logits, classes: labels.length }
}

function fineTuning(steps, rate) {
  return { steps, batch: 32, rate, temperature: 2, seed: SEED }
}

/** CPU seconds of a fine-tuning step (32 texts) of the whole model, from few steps against fewer. */
async function fineTuningCost() {
  const { fineTune } = await load('app/shrink/fine-tune')
  const training = await trainingOf(train.slice(0, 320))
  const spent = async (steps) => {
    const start = cpuS()
    await fineTune(original, training, fineTuning(steps, 5e-5), { engine })
    return cpuS() - start
  }
  const [few, more] = [await spent(2), await spent(10)]
  const stepS = (more - few) / 8
  figures.fineTuningStepCpuS = stepS
  say(
    `fine-tuning: ${stepS.toFixed(2)} CPU-s a step of 32 texts, every parameter learning; 600 steps would take ${(600 * stepS).toFixed(0)} CPU-s`,
  )
  return stepS
}

/** The trimmed model with half of its neurons, least squares, then one pass over the train texts on the original's answers. */
async function fineTunedHalf() {
  const { collectStats } = await load('app/shrink/collect-stats')
  const { fineTune, fineTuningRate } = await load('app/shrink/fine-tune')
  const { model } = trimmedArtefact
  const own = openTokenizer(trimmedArtefact.tokenizer, json(head, 'tokenizer_config.json'))
  const batches = await batchesOf(model, train.slice(0, 500), own)
  const start = cpuS()
  const cut = await applied(trimmedArtefact, 'neurons', {
    fits: ({ keep }) => keep === 0.5,
    params: { repair: 'least-squares' },
    stats: (requests) => collectStats(model, requests, { batches, engine }),
  })
  const steps = Math.floor(train.length / 32)
  const training = await trainingOf(train)
  const fineTuned = await fineTune(cut, training, fineTuning(steps, fineTuningRate(cut.model)), {
    engine,
  })
  const artefact = { ...cut, model: fineTuned }
  figures.fineTuned = { steps, cpuS: cpuS() - start }
  say(
    `pruned and fine-tuned: ${steps} steps, ${figures.fineTuned.cpuS.toFixed(0)} CPU-s with asking`,
  )
  return [
    await write('fineTuned', artefact),
    await write('fineTuned-int8', await inBytes(artefact)),
  ]
}

/** Steps of the short rung, a power of two, so that the long one, four times as many, takes a quarter of the search at most. */
const repairSteps = (seconds, stepS) =>
  2 ** Math.max(2, Math.floor(Math.log2(seconds / 16 / (stepS ?? 0.5))))

/** The product's own search, bounded. */
function search() {
  const spec = {
    task: 'banking77',
    dataset: {
      ...{ train: 'train.jsonl', calibration: 'calibration.jsonl', test: 'test.jsonl' },
      ...{ input: 'text', expected: 'label' },
    },
    candidates: [{ id: 'head', runtime: 'onnx', model: head }],
    incumbent: 'head',
    bar: { margin: MARGIN },
  }
  writeFileSync(join(cache, 'rightsize.yaml'), JSON.stringify(spec, null, 1))
  const steps = ['--repair-steps', String(repairSteps(Number(SECONDS), fineTuningS))]
  const args = ['shrink', head, '--task', 'rightsize.yaml', '--margin', String(MARGIN)]
  const out = make('small', [...args, '--seconds', SECONDS, ...steps, '--seed', String(SEED)], {
    mayFail: true,
  })
  const file = join(out, 'compression.json')
  return existsSync(file)
    ? { out, found: JSON.parse(readFileSync(file, 'utf8')) }
    : { out, found: null }
}

const { out: small, found } = SECONDS === '0' ? { out: '', found: null } : search()
const sizeOf = (folder, kind) =>
  kind === 'onnx'
    ? statSync(join(folder, 'onnx/model.onnx')).size
    : statSync(join(folder, 'model.safetensors')).size

const contenders = [
  ['encoder + linear head', 'onnx', head],
  ['int8 (7-bit) + int8 embedding', 'onnx', int8],
  ['vocabulary trimmed', 'onnx', trimmed],
  ['vocabulary trimmed, int8', 'onnx', trimmedInt8],
  ['half the neurons, least squares', 'onnx', pruned],
  ['trimmed, half the neurons, fine-tuned', 'onnx', fineTuned],
  ['trimmed, half, fine-tuned, int8', 'onnx', fineTunedInt8],
]
if (found?.result) {
  const { runtime, file } = found.result
  const folder = runtime === 'onnx' ? join(cache, 'small-flat') : small
  if (runtime === 'onnx') {
    rmSync(folder, { recursive: true, force: true })
    cpSync(small, folder, { recursive: true, filter: (path) => !path.includes('.search') })
    if (file !== 'onnx/model.onnx') cpSync(join(small, file), join(folder, 'onnx/model.onnx'))
  }
  contenders.push([`rightsize shrink, ${SECONDS} s`, runtime, folder, found.result.settings])
}
contenders.push(
  ['static on encoder, labels', 'static', fromEncoder],
  ['static distilled from b', 'static', distilled],
  ['linear n-grams', 'linear', linear],
)

const { wilson } = await load('core/stats/proportion-interval')
const { lossUpperBound } = await load('core/stats/paired-difference')
const { pairedLoss } = await load('core/proof/loss-exact')
const { hardwareThreads } = await load('adapters/machine/this-machine')
const sessions = []
for (const [, kind, folder, settings] of contenders)
  sessions.push(await open(kind, folder, { ...world, settings }))
const timed = calibration.slice(0, 64).map((row) => row.text)
const costs = await cpuCosts(sessions, timed, world)

console.log(
  '\n                                  accuracy  (95 %)       loss  bound     MB   CPU ms  less  at 32',
)
const rows = []
let incumbent = null
for (const [at, [name, kind, folder]] of contenders.entries()) {
  const right = await scores(sessions[at], test)
  await sessions[at].close()
  incumbent ??= right
  const n = right.reduce((sum, one) => sum + one, 0)
  const counts = pairedLoss(right, incumbent).counts
  const row = {
    ...{ name, accuracy: n / test.length, interval: wilson(n, test.length, 0.95) },
    loss: (counts.lose - counts.win) / test.length,
    bound: at === 0 ? 0 : lossUpperBound(counts, 0.05),
    bytes: sizeOf(folder, kind),
    cpu: costs[at],
    joules: await energy(costs[at][1].ms, { load, threads: hardwareThreads() }),
  }
  rows.push(row)
  console.log(line(row))
}
figures.rows = rows

function line({ name, accuracy, interval, loss, bound, bytes, cpu }) {
  const share = (value) => (100 * value).toFixed(2)
  const times = ({ times: ratio }) =>
    `${ratio.value < 10 ? ratio.value.toFixed(2) : ratio.value.toFixed(0)}x`
  return [
    name.padEnd(33),
    share(accuracy).padStart(6),
    `${share(interval.low)}-${share(interval.high)}`.padStart(12),
    share(loss).padStart(7),
    share(bound).padStart(6),
    (bytes / 1e6).toFixed(2).padStart(7),
    cpu[1].ms.toFixed(cpu[1].ms < 0.1 ? 4 : 2).padStart(8),
    times(cpu[1]).padStart(6),
    times(cpu[32]).padStart(6),
  ].join(' ')
}

console.log(
  '\n                                  less CPU at 1 and 32, 95 %          J per 1,000 texts (90 %)',
)
for (const { name, cpu, joules } of rows) {
  const span = ({ times: { low, high } }) => `${low.toPrecision(3)}-${high.toPrecision(3)}`
  console.log(
    name.padEnd(33),
    span(cpu[1]).padStart(14),
    span(cpu[32]).padStart(14),
    `${joules.value.toPrecision(3)} (${joules.low.toPrecision(2)} to ${joules.high.toPrecision(2)})`.padStart(
      30,
    ),
  )
}
say(
  'Loss and its one-sided 95 % bound in points, paired with the first row. CPU with tokenising, one thread, all in turn in one process.\nEnergy: modelled from CPU time (SPECpower line per thread, workload power in the interval), no sensor.',
)
if (found) {
  const { outcome, why, search: spent, finalists, recipe } = found
  const proof = finalists.find((one) => one.model === found.result?.model)?.claim
  figures.shrink = {
    outcome,
    why,
    spent,
    proof,
    recipe: recipe.map(({ pass, params }) => ({ pass, params })),
  }
  say(
    `shrink: ${outcome}; ${recipe.map(({ pass }) => pass).join(', ')}; ${spent.cpuS.toFixed(0)} CPU-s in ${spent.wallS.toFixed(0)} s; ${why}`,
  )
}

const by = Object.fromEntries(rows.map((row) => [row.name, row]))
const anchor = by['encoder + linear head'].accuracy
bar('encoder + linear head, accuracy', anchor, '>= 0.91', anchor >= 0.91)
const int = by['int8 (7-bit) + int8 embedding']
bar('int8: loss in points, bound', 100 * int.bound, '<= 1', int.bound <= MARGIN)
const trim = by['vocabulary trimmed']
bar('vocabulary: loss in points, bound', 100 * trim.bound, '<= 1', trim.bound <= MARGIN)
if (SECONDS !== '0') {
  const outcome = found?.outcome ?? 'no result'
  bar('shrink: certified within a point', outcome, 'certified', outcome === 'certified')
}
console.log(JSON.stringify({ bench: 'minilm', figures, bars }))
process.exit(bars.every(({ ok }) => ok) ? 0 : 1)
