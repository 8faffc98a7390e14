// select: public model x item matrices replayed through the race: what share of an exhaustive evaluation's energy it spends, and how often the choice is wrong.
// Figures to meet: the study's columns for betting without replacement (200 orders, bar = best open model minus the margin, alpha = beta = 0.05, set scope); paired with
// the incumbent run along, or logged.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const data = resolve(process.env.RIGHTSIZE_DATA ?? join(here, '../../shared/data'), 'matrices')
const load = (path) => import(pathToFileURL(join(dist, path)).href)

const ORDERS = 200
const RISK = { alpha: 0.05, beta: 0.05 }
const SEED = 20261120
/** Saving of the study's rule, by matrix and margin in points; saving with a paired bar, reference run / logged. */
const STUDY = {
  gsm8k: { 1: [6.0, 2.8, 4.5], 2: [6.9, 2.9, 5.2], 5: [25.5, 4.7, 19.7] },
  crux: { 1: [6.3, 6.7, 9.2], 2: [13.3, 8.3, 12.9], 5: [11.6, 7.5, 11.0] },
}

const read = (name) => {
  const { models } = JSON.parse(readFileSync(join(data, `zeroeval_${name}.json`), 'utf8'))
  return models
    .filter((model) => model.est_joules_per_item > 0)
    .map((model) => ({
      id: model.name,
      cost: model.est_joules_per_item,
      bits: Float64Array.from(model.results, Number),
      mean: [...model.results].reduce((sum, bit) => sum + Number(bit), 0) / model.results.length,
    }))
    .sort((a, b) => a.cost - b.cost)
}

const permuted = (bits, order) => Float64Array.from(order, (at) => bits[at])

function replay(Race, models, order, bar, reference) {
  const items = order.length
  const candidates = models
    .filter((model) => model !== reference?.model)
    .map((model, written) => ({ id: model.id, cost: [model.cost, model.cost], written }))
  const race = new Race({
    candidates,
    items,
    bar,
    ...RISK,
    reference: reference && {
      id: reference.model.id,
      cost: reference.model.cost,
      logged: reference.logged,
    },
    batch: 1,
    growth: 0,
    budget: null,
    volume: null,
    clusters: null,
    slices: [],
  })
  const bits = new Map(models.map((model) => [model.id, permuted(model.bits, order)]))
  const costs = new Map(models.map((model) => [model.id, model.cost]))
  if (reference?.logged) race.recordReference(0, bits.get(reference.model.id), 0)
  for (;;) {
    const action = race.next()
    if (action.kind === 'done') return action.outcome
    if (action.reference) {
      const { from, to } = action.reference
      race.recordReference(
        from,
        bits.get(reference.model.id).subarray(from, to),
        (to - from) * reference.model.cost,
      )
    }
    const { candidate, from, to } = action
    race.record(
      candidate,
      from,
      bits.get(candidate).subarray(from, to),
      (to - from) * costs.get(candidate),
    )
  }
}

/** Mean spend, and how often the choice fails the bar or costs more than the cheapest that meets it. */
function study(Race, random, models, bar, reference) {
  const items = models[0].bits.length
  const floor = bar.kind === 'absolute' ? bar.floor : reference.model.mean - bar.margin
  const eligible = models.filter(
    (model) => model !== reference?.model && model.cost < (reference?.model.cost ?? Infinity),
  )
  const best = eligible.find((model) => model.mean >= floor - 1e-12)
  const exhaustive = models.reduce((sum, model) => sum + model.cost * items, 0)
  let [spent, below, over] = [0, 0, 0]
  for (let run = 0; run < ORDERS; run += 1) {
    const order = random.shuffle(Array.from({ length: items }, (_, i) => i))
    const outcome = replay(
      Race,
      reference ? [...eligible, reference.model] : models,
      order,
      bar,
      reference,
    )
    spent += outcome.spent
    const chosen = eligible.find((model) => model.id === outcome.accepted)
    if (chosen && chosen.mean < floor - 1e-12) below += 1
    else if (best && chosen !== best) over += 1
  }
  return {
    saving: (exhaustive * ORDERS) / spent,
    below: below / ORDERS,
    over: over / ORDERS,
    best: best?.id ?? 'none',
  }
}

const finish = (figures, bars, code) => {
  console.log(JSON.stringify({ bench: 'select', figures, bars }))
  process.exit(code)
}

if (!existsSync(join(data, 'zeroeval_gsm8k.json'))) {
  console.log('the matrices are not here: set RIGHTSIZE_DATA to the folder that holds matrices/')
  finish({}, [{ name: 'matrices present', value: false, target: true, ok: false }], 4)
}
const { Race } = await load('core/select/race.js')
const { seededRandom } = await load('core/random/random.js')
const figures = { seed: SEED, orders: ORDERS, rows: [] }
const bars = []
const limit = (risk) => risk + 2 * Math.sqrt((risk * (1 - risk)) / ORDERS)
console.log(`seed ${SEED}, ${ORDERS} random orders, alpha = beta = 0.05, scope: set`)
console.log('matrix   margin  cheapest qualifying               saving  study  below%  over%')
for (const name of Object.keys(STUDY)) {
  const models = read(name)
  const top = models.reduce((a, b) => (b.mean > a.mean ? b : a))
  for (const points of [1, 2, 5]) {
    const margin = points / 100
    const floor = top.mean - margin
    const cases = [
      ['absolute', { kind: 'absolute', floor, target: floor }, null],
      ['paired', { kind: 'relative', margin, tolerance: 0 }, { model: top, logged: false }],
      ['paired, logged', { kind: 'relative', margin, tolerance: 0 }, { model: top, logged: true }],
    ]
    cases.forEach(([kind, bar, reference], at) => {
      const found = study(Race, seededRandom(SEED + points), models, bar, reference)
      const target = STUDY[name][points][at]
      console.log(
        `${name.padEnd(8)} ${String(points).padEnd(3)} ${kind.padEnd(15)} ${found.best.padEnd(30)} ${found.saving.toFixed(2).padStart(6)} ${target.toFixed(1).padStart(6)} ${(100 * found.below).toFixed(1).padStart(6)} ${(100 * found.over).toFixed(1).padStart(6)}`,
      )
      figures.rows.push({ matrix: name, points, kind, ...found, study: target })
      const id = `${name} ${points} ${kind}`
      bars.push({
        name: `${id}: saving`,
        value: found.saving,
        target: 0.95 * target,
        ok: found.saving >= 0.95 * target,
      })
      bars.push({
        name: `${id}: below the bar`,
        value: found.below,
        target: limit(RISK.alpha),
        ok: found.below <= limit(RISK.alpha),
      })
      bars.push({
        name: `${id}: oversized`,
        value: found.over,
        target: limit(RISK.beta),
        ok: found.over <= limit(RISK.beta),
      })
    })
  }
}
finish(figures, bars, bars.every((bar) => bar.ok) ? 0 : 1)
