// family: accuracy of every shipped model of the example family by kind of item; the smallest encoder retrained.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = process.env.RIGHTSIZE_DIST ?? join(root, 'dist')
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const family = join(root, 'examples/helpdesk-intents')
const rows = readFileSync(join(family, 'data/test.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const { createOnnxRuntime } = await load('adapters/runtime/onnx.js')
const { createTextStudentRuntime } = await load('adapters/runtime/student.js')
const { openEngine } = await load('adapters/tensors/onnxruntime.js')
const { openTokenizer } = await load('adapters/tokenizer/huggingface.js')
const onnx = createOnnxRuntime({ engine: await openEngine(), openTokenizer })
const kinds = {
  linear: createTextStudentRuntime('linear'),
  static: createTextStudentRuntime('static'),
}
const context = { baseDir: family, env: {}, fetch }

async function accuracy(model, name) {
  const runtime = kinds[name] ?? onnx
  const candidate = { id: name, base: name, runtime: runtime.kind, model, settings: {} }
  const session = await runtime.open(candidate, context)
  const tally = {}
  for (let at = 0; at < rows.length; at += session.batchSize) {
    const batch = rows.slice(at, at + session.batchSize)
    const answers = await session.answer(batch.map((row) => ({ id: row.id, input: row.text })))
    batch.forEach((row, i) => {
      for (const kind of ['all', row.kind]) {
        const [right, all] = tally[kind] ?? [0, 0]
        const good = answers[i].ok && answers[i].output.label === row.intent
        tally[kind] = [right + (good ? 1 : 0), all + 1]
      }
    })
  }
  await session.close()
  return Object.fromEntries(
    Object.entries(tally).map(([kind, [right, all]]) => [kind, right / all]),
  )
}

function sizeOf(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

const order = ['linear', 'static', 'tiny', 'small', 'medium', 'large']
const scores = {}
const columns = ['all', 'plain', 'negation', 'order', 'oos']
console.log(
  `synthetic data, ${rows.length} test messages\n\nmodel        MB  ${columns.map((name) => name.padStart(9)).join('')}`,
)
for (const name of order) {
  scores[name] = await accuracy(join(family, 'models', name), name)
  const mb = (sizeOf(join(family, 'models', name)) / 1e6).toFixed(2)
  console.log(
    `${name.padEnd(9)} ${mb.padStart(5)}  ${columns.map((kind) => `${(scores[name][kind] * 100).toFixed(1)} %`.padStart(9)).join('')}`,
  )
}

const out = mkdtempSync(join(tmpdir(), 'rightsize-family-'))
const trained = spawnSync(
  process.execPath,
  [join(root, 'tools/helpdesk/train-family.mjs'), 'tiny'],
  {
    env: { ...process.env, RIGHTSIZE_FAMILY_OUT: out },
    encoding: 'utf8',
  },
)
const again = trained.status === 0 ? await accuracy(join(out, 'tiny'), 'tiny') : null
rmSync(out, { recursive: true, force: true })
if (again === null) console.error(trained.stderr)
const gap = again === null ? null : Math.abs(again.all - scores.tiny.all) * 100
console.log(
  `\ntiny retrained: ${again === null ? 'failed' : `${(again.all * 100).toFixed(1)} %`}, ${gap?.toFixed(2)} points from the shipped one`,
)

const total = sizeOf(join(family, 'models')) / 1e6
const turning = rows.filter((row) => ['order', 'negation'].includes(row.kind)).length / rows.length
const cpu = order.reduce((sum, name) => {
  const card = readFileSync(join(family, 'models', name, 'README.md'), 'utf8')
  return sum + Number(/\| training \| (\d+) CPU seconds/.exec(card)?.[1] ?? Number.NaN)
}, 0)
const bars = [
  {
    name: 'tiny retrained, points from the shipped one',
    value: gap,
    target: 1.5,
    ok: gap !== null && gap <= 1.5,
  },
  { name: 'all models, MB', value: total, target: 15, ok: total < 15 },
  {
    name: 'share of items that turn on word order or negation',
    value: turning,
    target: 0.25,
    ok: turning >= 0.25,
  },
  {
    name: 'training of the whole family, CPU seconds on its cards',
    value: cpu,
    target: 2700,
    ok: cpu < 2700,
  },
]
console.log(JSON.stringify({ bench: 'family', figures: { scores, retrained: again }, bars }))
process.exit(bars.every((bar) => bar.ok) ? 0 : 1)
