// reference: the reference study of shrinking, run again: a 4-layer encoder of a task where half of the answer is word order (3 to 8 minutes).
// The study (own prototype, 2-core virtual machine with VNNI): 3.82 to 0.26 MB (14.7 times), 5.7 times faster, accuracy 0.9915 to 0.9930, 49 s of search; a bag of words 0.486.
//   --seed N      data, model and hold-out; development uses other seeds than the default. The model is trained once into the cache
//   --prepare     only trains what is missing
//   --seconds N   budget of the search (180)      --margin SHARE  loss allowed (0.01)      --verbose  the search's own lines
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { wordOrder } from '../tools/word-order/generate.mjs'

/** Nobody has made a decision on what this seed gives. */
const UNSEEN = '3187'
const parts = { train: 8000, calibration: 2000, test: 4000 }
/**
 * 4 layers of width 128, as in the study; the vocabulary is what the texts hold (1,140 pieces), which gives 3.81 MB. Texts have 32 tokens
 * in the mean: with them this model takes 0.112 times the CPU time of the MiniLM shape at 16 tokens, as in the study (0.686 of 6.1 ms).
 */
const recipe = {
  ...{ width: 128, depth: 4, heads: 4, vocabulary: 1200, maxLength: 48 },
  ...{ epochs: 10, batch: 32, peak: 0.001, threads: 1 },
}

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const cache = join(tmpdir(), 'rightsize-bench')
const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: UNSEEN },
    seconds: { type: 'string', default: '180' },
    margin: { type: 'string', default: '0.01' },
    prepare: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})
const margin = Number(flags.margin)

const bars = []
let missing = false
const bar = (name, value, target, ok) => {
  bars.push({ name, value, target, ok })
  const shown = typeof value === 'number' ? value.toFixed(3) : value
  console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${shown} (target ${target})`)
}

function rightsize(args, { quiet = true } = {}) {
  const run = spawnSync(process.execPath, [join(dist, 'cli/main.js'), ...args], {
    stdio: ['ignore', 'ignore', quiet ? 'pipe' : 'inherit'],
    encoding: 'utf8',
  })
  if (run.status === null || run.status > 2)
    throw new Error(`rightsize ${args[0]} ended with ${run.status}\n${run.stderr ?? ''}`)
}

/** Data and models of a seed, in the cache: made whole or not at all. */
function worldOf(seed) {
  const facts = JSON.stringify([recipe, parts, wordOrder({ part: 'train', seed, count: 100 })])
  const key = createHash('sha256').update(facts).digest('hex').slice(0, 8)
  const folder = join(cache, `word-order-${seed}-${key}`)
  if (existsSync(folder)) return folder
  console.log(`making ${folder}: trains the encoder, about 3 minutes, once`)
  mkdirSync(cache, { recursive: true })
  const part = mkdtempSync(join(cache, 'part-'))
  for (const [name, count] of Object.entries(parts)) {
    const rows = wordOrder({ part: name, seed, count })
    writeFileSync(
      join(part, `${name}.jsonl`),
      rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    )
  }
  const from = [join(part, 'train.jsonl'), '--input', 'text', '--expected', 'label', '--seed', seed]
  const options = Object.entries(recipe).flatMap(([key, value]) => ['--option', `${key}=${value}`])
  rightsize(['train', 'encoder', ...from, '--out', join(part, 'model'), ...options])
  rightsize(['train', 'static', ...from, '--out', join(part, 'bag')])
  renameSync(part, folder)
  return folder
}

/** The spec lies beside this run's output: looks at the hold-out are counted there, and a repeated bench is the same look. */
function specIn(folder, world) {
  const at = (name) => join(world, name)
  const spec = {
    task: 'word-order',
    dataset: {
      ...{ synthetic: true, test: at('test.jsonl'), calibration: at('calibration.jsonl') },
      ...{ train: at('train.jsonl'), input: 'text', expected: 'label', id: 'id' },
      slices: ['topic', 'order'],
    },
    scorer: 'exact',
    candidates: [{ id: 'encoder', runtime: 'onnx', model: at('model') }],
    incumbent: 'encoder',
    bar: { margin },
  }
  writeFileSync(join(folder, 'rightsize.yaml'), JSON.stringify(spec))
  return join(folder, 'rightsize.yaml')
}

/** Shares right: whole answer, its topic part, its order part. Through the runtime that a user would run. */
async function accuracyOf(model, rows) {
  const { createOnnxRuntime } = await load('adapters/runtime/onnx.js')
  const { openEngine } = await load('adapters/tensors/onnxruntime.js')
  const { openTokenizer } = await load('adapters/tokenizer/huggingface.js')
  const candidate = { id: 'x', base: 'x', runtime: 'onnx', model }
  const session = await createOnnxRuntime({ engine: await openEngine(), openTokenizer }).open(
    { ...candidate, settings: { threads: 1, batch: 32 } },
    { baseDir: cache, env: process.env, fetch },
  )
  const answers = await session.answer(rows.map(({ id, text }) => ({ id, input: text })))
  await session.close()
  const share = (hit) =>
    answers.filter(({ output }, at) => hit(output.label, rows[at])).length / rows.length
  return {
    whole: share((said, { label }) => said === label),
    topic: share((said, { topic }) => said.split('/')[0] === topic),
    order: share((said, { order }) => said.split('/')[1] === order),
  }
}

const world = worldOf(flags.seed)
if (flags.prepare) process.exit(0)
const rows = readFileSync(join(world, 'test.jsonl'), 'utf8').trim().split('\n').map(JSON.parse)
const folder = mkdtempSync(join(cache, 'reference-'))
const out = join(folder, 'out')
const figures = { seed: flags.seed, parts, recipe }
console.log(
  `word order, seed ${flags.seed}: ${parts.train} train, ${parts.calibration} calibration, ${parts.test} hold-out texts; margin ${100 * margin} points`,
)
try {
  const spec = ['--task', specIn(folder, world), '--margin', flags.margin]
  const how = [...spec, '--out', out, '--seconds', flags.seconds]
  rightsize(['shrink', join(world, 'model'), ...how], { quiet: !flags.verbose })
  const found = JSON.parse(readFileSync(join(out, 'compression.json'), 'utf8'))
  const { incumbent, result, cost, finalists, trials, search } = found
  const before = await accuracyOf(join(world, 'model'), rows)
  const after = result === null ? before : await accuracyOf(out, rows)
  const bag = await accuracyOf(join(world, 'bag'), rows)
  const proof = finalists.find(({ model }) => model === result?.model)?.claim
  const bytes = result?.bytes ?? incumbent.bytes
  const single = result === null ? undefined : cost.find(({ batch }) => batch === 1)
  Object.assign(figures, { outcome: found.outcome, incumbent, result, cost, proof, search })
  Object.assign(figures, { before, after, bag, recipeFound: found.recipe.map(({ pass }) => pass) })
  const line = (name, size, { whole, topic, order }) =>
    console.log(
      `${name.padEnd(24)} ${size.padStart(9)}   accuracy ${whole.toFixed(4)}   topic ${topic.toFixed(4)}   order ${order.toFixed(4)}`,
    )
  line('encoder', `${(incumbent.bytes / 1e6).toFixed(3)} MB`, before)
  line('shrunk', `${(bytes / 1e6).toFixed(3)} MB`, after)
  line('bag of words, on labels', '', bag)
  console.log(`recipe  ${figures.recipeFound.join(', ')}`)
  for (const one of cost)
    console.log(
      `CPU     batch ${one.batch}: ${(1e3 * one.incumbentCpuS).toFixed(3)} -> ${(1e3 * one.cpuS).toFixed(3)} ms per text = ${one.times.toFixed(2)}x less (${one.low.toFixed(2)} to ${one.high.toFixed(2)})`,
    )
  console.log(
    `search  ${search.wallS.toFixed(0)} s wall, ${search.cpuS.toFixed(0)} s CPU, ${trials.length} trials; study: 49 s`,
  )
  const bags = trials.filter(({ step }) => ['student-static', 'student-linear'].includes(step.pass))
  for (const { number, verdict, text, gate, reason } of bags)
    console.log(
      `bag     trial ${number} ${verdict}: ${text}${gate ? `, loss ${(100 * gate.loss).toFixed(1)} points` : ''}; ${reason}`,
    )
  figures.bags = bags.map(({ number, verdict, text, gate }) => ({
    ...{ number, verdict, text, loss: gate?.loss ?? null },
  }))
  bar('times smaller', incumbent.bytes / bytes, '>= 14.7', incumbent.bytes / bytes >= 14.7)
  const times = single?.times ?? 1
  bar('times less CPU per inference, batch 1', times, '>= 5.7', times >= 5.7)
  bar(
    'loss on the hold-out, upper bound in points',
    100 * (proof?.upper ?? 1),
    `<= ${100 * margin}`,
    proof?.kind === 'certified',
  )
  bar('a bag of words on this task, accuracy', bag.whole, '<= 0.55', bag.whole <= 0.55)
  if (bags.length > 0)
    bar(
      'bags of words refused by the gate',
      `${bags.filter(({ verdict }) => verdict !== 'kept').length} of ${bags.length}`,
      'all',
      bags.every(({ verdict }) => verdict !== 'kept'),
    )
  else {
    missing = true
    console.log('not measured: the search tried no linear or static student')
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(JSON.stringify({ bench: 'reference', figures, bars }))
process.exit(!bars.every(({ ok }) => ok) ? 1 : missing ? 4 : 0)
