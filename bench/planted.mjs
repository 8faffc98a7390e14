// Planted cases with known answers for the shrink search: identity, the gate at the margin, A/A cost runs, word order.
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const load = (path) => import(pathToFileURL(join(dist, path)).href)

const SEED = 20261120
const WORLDS = 1000
const ITEMS = 300
const AA_RUNS = 60
const ALPHA = 0.05

const { openEngine } = await load('adapters/tensors/onnxruntime.js')
const { gate } = await load('core/compress/gate.js')
const { seededRandom } = await load('core/stats/random.js')
const { randomSource } = await load('core/train/random.js')
const { trainEncoder } = await load('app/train/train-encoder.js')
const { trainStatic } = await load('app/train/train-static.js')
const { distil } = await load('app/train/distil.js')
const { classesOf, logitsOf, scoresOf } = await load('app/shrink/answers.js')
const { measureCost } = await load('app/shrink/measure-cost.js')
const { attempt, stateOf } = await load('app/shrink/search.js')

const engine = await openEngine()
const cpuS = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const bars = []
const figures = { seed: SEED }
const bar = (name, value, target, ok) => {
  bars.push({ name, value, target, ok })
  console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value} (target ${target})`)
}

/** Two marked words among noise: the class says which comes first. */
function orderTask(rows, seed) {
  const source = randomSource(seed)
  const ids = []
  const labels = []
  for (let row = 0; row < rows; row += 1) {
    const text = Array.from({ length: 4 + (source.next() % 5) }, () => 3 + (source.next() % 8))
    const first = source.next() % (text.length - 1)
    const second = first + 1 + (source.next() % (text.length - 1 - first))
    const label = source.next() % 2
    text[first] = 1 + label
    text[second] = 2 - label
    ids.push(text)
    labels.push(label)
  }
  return { ids, labels }
}

/** The gate where the loss is exactly the margin. */
function atTheMargin() {
  const spec = { margin: 0.02, alpha: ALPHA, lean: 0.7 }
  let accepted = 0
  for (let world = 0; world < WORLDS; world += 1) {
    const random = seededRandom(SEED + world)
    const candidate = new Uint8Array(ITEMS)
    const original = new Uint8Array(ITEMS)
    for (let at = 0; at < ITEMS; at += 1) {
      const draw = random.next()
      candidate[at] = Number(draw < 0.03 || draw >= 0.08)
      original[at] = Number(draw >= 0.03)
    }
    if (gate(candidate, original, spec, ALPHA).kind === 'proven') accepted += 1
  }
  const limit = ALPHA + 2 * Math.sqrt((ALPHA * (1 - ALPHA)) / WORLDS)
  bar(
    `gate at exactly the margin, share proven of ${WORLDS} worlds`,
    accepted / WORLDS,
    limit,
    accepted / WORLDS <= limit,
  )
}

const shape = { vocabulary: 12, maxLength: 10, width: 16, depth: 1, heads: 2, classes: 2 }
const train = orderTask(800, 1)
const judged = orderTask(400, 2)
const trained = await trainEncoder({
  engine,
  shape,
  examples: train,
  epochs: 10,
  batch: 16,
  seed: 5,
  schedule: { peak: 5e-3 },
})
const encoder = trained.model
const ask = { engine, padId: 0 }
const right = async (model) =>
  scoresOf(classesOf(await logitsOf(model, judged.ids, 2, ask), 2), judged.labels)
const original = await right(encoder)

async function wordOrder() {
  const teacher = async (rows) => {
    const logits = await logitsOf(
      encoder,
      rows.map((row) => train.ids[row]),
      2,
      ask,
    )
    return rows.map((_, line) => logits.subarray(2 * line, 2 * line + 2))
  }
  const options = {
    engine,
    shape: { vocabulary: 12, maxLength: 10, width: 8, classes: 2 },
    examples: train,
    seed: 5,
    epochs: 10,
  }
  const bag = await distil(trainStatic, options, { teacher, classes: 2 })
  const verdict = gate(
    await right(bag.model),
    original,
    { margin: 0.02, alpha: ALPHA, lean: 0.7 },
    ALPHA,
  )
  figures.wordOrder = {
    encoder: original.reduce((a, b) => a + b, 0) / original.length,
    bagLoss: verdict.loss,
  }
  bar(
    'word order: verdict on a distilled bag of words',
    verdict.kind,
    'refused',
    verdict.kind === 'refused',
  )
}

async function identity() {
  const bench = {
    engine,
    digest: (bytes) => String(bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7)),
    cpuS,
    keep: { load: async () => null, save: async () => {} },
    say: () => {},
    padId: 0,
    classes: 2,
    gate: { margin: 0.02, alpha: ALPHA, lean: 0.7 },
    seed: SEED,
    rows: { ...judged, slices: new Map() },
    original,
    fingerprint: 'planted',
  }
  const artefact = { model: encoder, tokenizer: null, config: {} }
  const pass = {
    id: 'identity',
    family: 'structural',
    propose: () => [],
    needs: () => [],
    apply: (one) => ({ artefact: one, changes: [] }),
  }
  const proposal = {
    pass: 'identity',
    params: {},
    text: 'nothing',
    saves: { bytes: 1000, cpuShare: 0.5 },
    risk: 0,
    exactness: 'lossy',
    repairs: [],
  }
  const log = { trials: [], resumed: 0 }
  const step = { pass: 'identity', params: {}, heal: null }
  const kept = await attempt(stateOf(artefact, bench), pass, step, proposal, bench, log)
  bar(
    'identity compressor',
    kept === null ? log.trials[0].reason : 'kept',
    'it saves no bytes',
    kept === null && log.trials[0].reason === 'it saves no bytes',
  )
}

async function sameAgainstSame() {
  let claims = 0
  for (let run = 0; run < AA_RUNS; run += 1) {
    const cost = await measureCost(encoder, encoder, judged.ids.slice(0, 64), {
      ...ask,
      cpuS,
      batch: 8,
      rounds: 8,
      windowS: 0.015,
    })
    if (cost.low > 1) claims += 1
  }
  bar(
    `cost gate on the same model, share of ${AA_RUNS} runs that claim a saving`,
    claims / AA_RUNS,
    0.05,
    claims / AA_RUNS <= 0.05,
  )
}

console.log(`seed ${SEED}`)
await identity()
await wordOrder()
await sameAgainstSame()
atTheMargin()
console.log(JSON.stringify({ bench: 'planted', figures, bars }))
process.exit(bars.every(({ ok }) => ok) ? 0 : 1)
