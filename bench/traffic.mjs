/**
 * Is the decision true on traffic that it has not seen? Part of a public matrix plays "the user's labels", the rest is
 * the traffic. And a simulated trap: 8 cheap candidates that are all truly 2 points worse, margin 1 point.
 * DRAWS=n for another number of draws.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const data = resolve(process.env.RIGHTSIZE_DATA ?? join(here, '../../shared/data'), 'matrices')
const load = (path) => import(pathToFileURL(join(dist, path)).href)

const DRAWS = Number(process.env.DRAWS ?? 60)
const SEEDS = [11, 22, 33]
const RISK = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 }
const CELLS = [
  ['gsm8k', 300],
  ['gsm8k', 800],
  ['crux', 300],
]
const unknown = { kind: 'unknown', why: 'not in the matrix' }
const joules = (value) => ({
  kind: 'known',
  unit: 'JPerItem',
  value,
  low: value,
  high: value,
  level: 0.95,
  method: 'modeled',
  how: 'est_joules_per_item',
  source: 'matrix',
})
const costOf = (value) => ({
  meter: 'declared',
  energyPerItem: joules(value),
  cpuPerItem: unknown,
  pricePerItem: unknown,
  latencyP50: unknown,
  latencyP95: unknown,
  parameters: null,
})

const read = (name) =>
  JSON.parse(readFileSync(join(data, `zeroeval_${name}.json`), 'utf8'))
    .models.filter((model) => model.est_joules_per_item > 0)
    .map((model) => ({
      id: model.name,
      cost: model.est_joules_per_item,
      bits: Float64Array.from(model.results, Number),
    }))

const meanOver = (bits, places) => places.reduce((sum, at) => sum + bits[at], 0) / places.length

function decided(decide, models, incumbent, places, margin) {
  return decide({
    metric: 'accuracy',
    candidates: models.map(({ id, cost, bits }) => ({
      id,
      scores: Float64Array.from(places, (at) => bits[at]),
      cost: costOf(cost),
    })),
    incumbent: incumbent.id,
    bar: { kind: 'relative', margin, tolerance: 0 },
    risk: RISK,
    order: 'energy',
    regime: { kind: 'full', why: 'bench' },
    items: places.length,
    seed: 1,
  })
}

const fresh = () => ({
  draws: 0,
  certified: 0,
  certifiedWrong: 0,
  supported: 0,
  supportedTrue: 0,
  chosen: 0,
  covered: 0,
  matchWrong: 0,
})

/** Adds one decision, judged by the loss that it has on the traffic. */
function tally(counts, { decision, candidates }, lossOnTraffic, margin) {
  counts.draws += 1
  if (decision.kind !== 'certified' && decision.kind !== 'supported') return
  const loss = lossOnTraffic(decision.chosen)
  const evidence = candidates.find(({ id }) => id === decision.chosen).loss
  const good = loss <= margin + 1e-12
  counts.chosen += 1
  if (loss <= evidence.upper) counts.covered += 1
  if (decision.kind === 'certified') {
    counts.certified += 1
    if (!good) counts.certifiedWrong += 1
  } else {
    counts.supported += 1
    if (good) counts.supportedTrue += 1
  }
}

function add(into, counts) {
  for (const key of Object.keys(counts)) into[key] += counts[key]
}

const share = (part, whole) => (whole === 0 ? null : part / whole)
const shown = (value) => (value === null ? '    -' : `${(100 * value).toFixed(1).padStart(5)}`)

function line(label, counts) {
  const row = [
    share(counts.certified, counts.draws),
    share(counts.certifiedWrong, counts.draws),
    share(counts.supported, counts.draws),
    share(counts.supportedTrue, counts.supported),
    share(counts.covered, counts.chosen),
  ]
  console.log(
    `${label.padEnd(34)} ${String(counts.draws).padStart(5)} ${row.map(shown).join('   ')}`,
  )
}

/** The trap: every candidate loses 2 points; they share the incumbent's answers, as real ones do. */
function trapWorld(random, items) {
  const incumbent = Float64Array.from({ length: items }, () => (random.next() < 0.9 ? 1 : 0))
  const models = [{ id: 'incumbent', cost: 100, bits: incumbent }]
  for (let c = 0; c < 8; c += 1) {
    const bits = incumbent.map((right) =>
      random.next() < (right === 1 ? 1 - 0.06 / 0.9 : 0.4) ? 1 : 0,
    )
    models.push({ id: `cheap ${c}`, cost: 1 + c, bits })
  }
  return models
}

const finish = (figures, bars, code) => {
  console.log(JSON.stringify({ bench: 'traffic', figures, bars }))
  process.exit(code)
}
if (!existsSync(join(data, 'zeroeval_gsm8k.json'))) {
  console.log('the matrices are not here: set RIGHTSIZE_DATA to the folder that holds matrices/')
  finish({}, [{ name: 'matrices present', value: false, target: true, ok: false }], 4)
}

const { decide } = await load('core/select/decide.js')
const { seededRandom } = await load('core/random/random.js')
const all = fresh()
const cells = {}
const groups = {}
console.log(
  `seeds ${SEEDS.join(', ')}; ${DRAWS} draws a cell; alpha 0.05, supportedAt 0.8; loss judged on the items not drawn`,
)
console.log(`${'labels, margin'.padEnd(34)} draws  cert%  wrong%   supp%   true%  bound%`)
for (const [name, labels] of CELLS) {
  const models = read(name)
  const items = models[0].bits.length
  const everything = Array.from({ length: items }, (_, i) => i)
  const group = fresh()
  const incumbent = models.reduce((a, b) =>
    meanOver(b.bits, everything) > meanOver(a.bits, everything) ? b : a,
  )
  for (const margin of [0.01, 0.02, 0.05]) {
    const counts = fresh()
    SEEDS.forEach((seed, s) => {
      const random = seededRandom(`${name} ${labels} ${margin} ${seed}`)
      const draws = Math.floor(DRAWS / SEEDS.length) + (s < DRAWS % SEEDS.length ? 1 : 0)
      for (let draw = 0; draw < draws; draw += 1) {
        const order = random.shuffle(everything)
        const [drawn, traffic] = [order.slice(0, labels), order.slice(labels)]
        const own = meanOver(incumbent.bits, traffic)
        const lossOf = (id) => own - meanOver(models.find((model) => model.id === id).bits, traffic)
        tally(counts, decided(decide, models, incumbent, drawn, margin), lossOf, margin)
      }
    })
    line(`${name} ${labels} labels, ${100 * margin} points`, counts)
    cells[`${name} ${labels} ${margin}`] = counts
    add(all, counts)
    add(group, counts)
  }
  groups[`${name} ${labels}`] = group
}
line('all', all)

const trap = fresh()
for (const seed of SEEDS) {
  const random = seededRandom(`trap ${seed}`)
  for (let world = 0; world < DRAWS; world += 1) {
    const models = trapWorld(random, 300)
    const places = Array.from({ length: 300 }, (_, i) => i)
    tally(trap, decided(decide, models, models[0], places, 0.01), () => 0.02, 0.01)
  }
}
line('trap: 8 candidates 2 points worse', trap)

const bars = []
const noise = (p, n) => 2 * Math.sqrt((p * (1 - p)) / Math.max(1, n))
const atMost = (name, value, target) => bars.push({ name, value, target, ok: value <= target })
const atLeast = (name, value, target) =>
  bars.push({ name, value, target, ok: value === null ? false : value >= target })
for (const [name, counts] of Object.entries(cells)) {
  atMost(
    `${name}: certified and wrong`,
    share(counts.certifiedWrong, counts.draws),
    0.05 + noise(0.05, counts.draws),
  )
}
for (const [name, counts] of Object.entries(groups)) {
  atLeast(
    `${name}: bound of the chosen covers`,
    share(counts.covered, counts.chosen),
    0.94 - noise(0.94, counts.chosen),
  )
  atLeast(
    `${name}: supported is true`,
    share(counts.supportedTrue, counts.supported),
    0.8 - noise(0.8, counts.supported),
  )
}
atMost('all: certified and wrong', share(all.certifiedWrong, all.draws), 0.05)
atLeast('all: bound of the chosen covers', share(all.covered, all.chosen), 0.94)
atLeast('all: supported is true', share(all.supportedTrue, all.supported), 0.8)
atMost(
  'trap: certified and wrong',
  share(trap.certifiedWrong, trap.draws),
  0.05 + noise(0.05, trap.draws),
)
atMost('trap: supported and wrong', share(trap.supported - trap.supportedTrue, trap.draws), 0.2)
atLeast(
  'trap: bound of the chosen covers',
  trap.chosen === 0 ? 1 : 1 - (trap.chosen - trap.covered) / trap.draws,
  0.94,
)
finish(
  { seeds: SEEDS, draws: DRAWS, all, groups, cells, trap },
  bars,
  bars.every((bar) => bar.ok) ? 0 : 1,
)
