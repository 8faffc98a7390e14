// runner: the onnx runtime against a bare onnxruntime-node loop over the same batches, tokenization in both; buckets against naive batches.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const load = (path) => import(pathToFileURL(join(dist, path)).href)

const SEED = 20260115
const BATCH = 32
/** Best of this many: on a busy machine the best of five still moves by a tenth. */
const REPEATS = 15
/** Two sizes: the smaller the model, the more the loop around it weighs. */
const SHAPES = [
  { name: 'small', width: 64, depth: 2, heads: 4 },
  { name: 'medium', width: 256, depth: 3, heads: 4 },
]
const classes = 24
const maxLength = 128

const rows = readFileSync(join(here, '../examples/helpdesk-intents/data/test.jsonl'), 'utf8')
const texts = rows
  .trim()
  .split('\n')
  .slice(0, 1024)
  .map((line) => JSON.parse(line).text)

const { encoderArchitecture } = await load('core/train/build-encoder.js')
const { initialParameters } = await load('core/train/parameters.js')
const { encodeModel } = await load('core/onnx/encode.js')
const { trainWordPiece } = await load('core/text/train-wordpiece.js')
const { openTokenizer } = await load('adapters/tokenizer/huggingface.js')
const { createOnnxRuntime } = await load('adapters/runtime/onnx.js')
const { openRuntime } = await load('adapters/runtime/table.js')
const { openEngine } = await load('adapters/tensors/onnxruntime.js')
const ort = createRequire(import.meta.url)('onnxruntime-node')

const tokenizerJson = trainWordPiece(texts, { vocabSize: 2000 })
const folder = mkdtempSync(join(tmpdir(), 'rightsize-bench-runner-'))

/** A model with values drawn from the seed: what it says is nonsense, what it costs is not. */
function writeModel(shape) {
  const vocabulary = Object.keys(tokenizerJson.model.vocab).length
  const { name, ...sizes } = shape
  const architecture = encoderArchitecture({ ...sizes, vocabulary, classes, maxLength })
  const model = architecture.model(initialParameters(architecture.parameters, SEED))
  const path = join(folder, name)
  mkdirSync(join(path, 'onnx'), { recursive: true })
  writeFileSync(join(path, 'onnx/model.onnx'), encodeModel(model))
  writeFileSync(join(path, 'tokenizer.json'), JSON.stringify(tokenizerJson))
  const id2label = Object.fromEntries(Array.from({ length: classes }, (_, i) => [i, `intent-${i}`]))
  writeFileSync(
    join(path, 'config.json'),
    JSON.stringify({ id2label, max_position_embeddings: maxLength }),
  )
  return path
}

/** What somebody would write by hand: tokenise, sort by length if told, pad, run, take the best class. */
async function bareLoop(path, sorted) {
  const session = await ort.InferenceSession.create(join(path, 'onnx/model.onnx'), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionProviders: ['cpu'],
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  })
  const tokenizer = openTokenizer(tokenizerJson)
  return async () => {
    const encoded = texts.map((text) => tokenizer.encode(text).ids.slice(0, maxLength))
    const order = encoded.map((_, i) => i)
    if (sorted) order.sort((a, b) => encoded[b].length - encoded[a].length)
    const best = new Array(texts.length)
    for (let at = 0; at < order.length; at += BATCH) {
      const batch = order.slice(at, at + BATCH)
      const width = Math.max(...batch.map((i) => encoded[i].length))
      const ids = new BigInt64Array(batch.length * width)
      const mask = new BigInt64Array(batch.length * width)
      batch.forEach((i, row) => {
        for (let k = 0; k < encoded[i].length; k++) {
          ids[row * width + k] = BigInt(encoded[i][k])
          mask[row * width + k] = 1n
        }
      })
      const dims = [batch.length, width]
      const { logits } = await session.run({
        input_ids: new ort.Tensor('int64', ids, dims),
        attention_mask: new ort.Tensor('int64', mask, dims),
      })
      batch.forEach((i, row) => {
        const scores = logits.data.subarray(row * classes, (row + 1) * classes)
        best[i] = `intent-${scores.indexOf(Math.max(...scores))}`
      })
    }
    return best
  }
}

const candidate = (path) => ({
  id: 'x',
  base: 'x',
  runtime: 'onnx',
  model: path,
  settings: { threads: 1, batch: BATCH },
})
const context = { baseDir: folder, env: process.env, fetch }
const items = texts.map((input, i) => ({ id: String(i), input }))

const cpuS = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function timed(work) {
  const from = cpuS()
  const result = await work()
  return { spent: cpuS() - from, result }
}

/** Contestants run in turn, forward and backward; each keeps its best CPU time. */
async function contest(contestants) {
  const best = Object.fromEntries(Object.keys(contestants).map((name) => [name, Infinity]))
  for (const work of Object.values(contestants)) await work()
  for (let round = 0; round < REPEATS; round++) {
    const order = Object.keys(contestants)
    if (round % 2) order.reverse()
    for (const name of order) {
      const spent = await contestants[name]()
      best[name] = Math.min(best[name], spent)
    }
  }
  return best
}

async function measure(shape) {
  const path = writeModel(shape)
  const bare = await bareLoop(path, true)
  const naive = await bareLoop(path, false)
  const engine = await openEngine()
  const own = await createOnnxRuntime({ engine, openTokenizer }).open(candidate(path), context)
  const child = await openRuntime(candidate(path), context, {
    workerPath: join(dist, 'worker.js'),
    processes: null,
    exec: true,
  })
  const said = (await own.answer(items)).map((answer) => answer.output.label)
  const same = (await bare()).every((label, i) => label === said[i])
  const spent = await contest({
    bare: async () => (await timed(bare)).spent,
    own: async () => (await timed(() => own.answer(items))).spent,
    child: async () => (await child.exercise(items, { times: 1, batch: items.length })).cpuS,
    naive: async () => (await timed(naive)).spent,
  })
  await own.close()
  await child.close()
  return { ...spent, same }
}

const bars = []
const figures = { seed: SEED, texts: texts.length, batch: BATCH }
console.log(
  'model    bare loop   in process   in its child   naive batches   (CPU s, best of fifteen)',
)
for (const shape of SHAPES) {
  const { bare, own, child, naive, same } = await measure(shape)
  console.log(
    `${shape.name.padEnd(8)} ${bare.toFixed(3).padStart(9)}   ${own.toFixed(3).padStart(10)}   ${child.toFixed(3).padStart(12)}   ${naive.toFixed(3).padStart(13)}`,
  )
  figures[shape.name] = { bareS: bare, ownS: own, childS: child, naiveS: naive }
  bars.push(
    {
      name: `${shape.name}: speed of the bare loop reached in process`,
      value: bare / own,
      target: '>= 0.9',
      ok: bare / own >= 0.9,
    },
    {
      name: `${shape.name}: speed of the bare loop reached in its child`,
      value: bare / child,
      target: '>= 0.9',
      ok: bare / child >= 0.9,
    },
    {
      name: `${shape.name}: naive batches cost more than buckets`,
      value: naive / bare,
      target: '> 1',
      ok: naive > bare,
    },
    {
      name: `${shape.name}: same answers as the bare loop`,
      value: same ? 1 : 0,
      target: 1,
      ok: same,
    },
  )
}
rmSync(folder, { recursive: true, force: true })
console.log(JSON.stringify({ bench: 'runner', figures, bars }))
process.exit(bars.every((bar) => bar.ok) ? 0 : 1)
