// statistics: error rates at the exact bar, coverage of every interval, capital beside an outside package, speed of the e-process.
// Guaranteed intervals: at least 95 % minus 2 standard errors; approximate ones within 1.5 points. The e-process is timed beside a bare loop in the same run.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const shared = resolve(process.env.RIGHTSIZE_DATA ?? join(here, '../../shared/data'))
const oracle = resolve(
  process.env.RIGHTSIZE_ORACLES ?? join(shared, '../oracles'),
  'confseq-betting.json',
)
const load = (path) => import(pathToFileURL(join(dist, path)).href)

const SEEDS = [101, 202, 303]
const { EProcess } = await load('core/stats/e-process.js')
const { bettingLowerBound, bettingUpperBound } = await load('core/stats/betting-bound.js')
const { bcaQuantile, bootstrap } = await load('core/stats/bootstrap.js')
const { mcnemarExact } = await load('core/stats/mcnemar.js')
const { lossUpperBound, nonInferiorityP } = await load('core/stats/paired-difference.js')
const { pLossOver } = await load('core/stats/posterior.js')
const { clopperPearson, wilson } = await load('core/stats/proportion-interval.js')
const { seededRandom } = await load('core/random/random.js')
const { Race } = await load('core/select/race.js')

const { logChoose } = await load('core/stats/special-functions.js')

/** P(X = k), X ~ Binomial(n, p). */
const binomialPmf = (k, n, p) => {
  if (p <= 0 || p >= 1) return k === (p <= 0 ? 0 : n) ? 1 : 0
  return Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p))
}
/** The plain mean of values in 0..1 as a linear statistic. */
const meanStatistic = (values) => ({
  at: (q) => ({ z: values.map((value) => value - q), low: -q, high: 1 - q }),
  lowest: 0,
  highest: 1,
})

const bars = []
const figures = { seeds: SEEDS }
let missing = false
const report = (name, value, target, ok) => {
  bars.push({ name, value, target, ok })
  console.log(
    `${ok ? 'ok  ' : 'MISS'} ${name.padEnd(70)} ${String(value).slice(0, 12).padStart(12)}   ${target}`,
  )
}
const atMost = (name, value, limit) =>
  report(name, value, `<= ${Number(limit.toPrecision(4))}`, value <= limit)
const atLeast = (name, value, limit) =>
  report(name, value, `>= ${Number(limit.toPrecision(4))}`, value >= limit)
const noise = (p, n) => 2 * Math.sqrt((p * (1 - p)) / n)
console.log(`seeds ${SEEDS.join(', ')}`)

// 1. Capital against confseq (MIT), 24 cases on real bits.
if (existsSync(oracle) && existsSync(join(shared, 'matrices/zeroeval_gsm8k.json'))) {
  let worst = 0
  const { cases } = JSON.parse(readFileSync(oracle, 'utf8'))
  for (const one of cases) {
    const { models } = JSON.parse(
      readFileSync(join(shared, 'matrices', `${one.matrix}.json`), 'utf8'),
    )
    const bits = models.find(({ name }) => name === one.model).results
    const process = new EProcess({
      nullMean: one.null_mean,
      size: one.N,
      threshold: 1e300,
      fractions: [one.fraction_of_max_bet],
    })
    for (let i = 0; i < bits.length; i += 1) {
      process.update(Number(bits[i]))
      const wanted = one.log_capital[i + 1]
      // confseq writes an impossible null (more successes than N q) as null.
      if (wanted === null)
        worst = Math.max(worst, process.logCapital === Number.POSITIVE_INFINITY ? 0 : 1)
      else if (wanted !== undefined) worst = Math.max(worst, Math.abs(wanted - process.logCapital))
    }
  }
  atMost(`log capital against confseq, ${cases.length} cases: largest difference`, worst, 1e-9)
} else {
  missing = true
  console.log('the oracle or the matrices are not here: set RIGHTSIZE_ORACLES and RIGHTSIZE_DATA')
  bars.push({ name: 'log capital against confseq', value: null, target: '<= 1e-9', ok: false })
}

// 2. Speed, CPU time, best of five, beside a bare loop of the same 8 multiplications.
const cpuS = (work) => {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round += 1) {
    const before = process.cpuUsage().user
    work()
    best = Math.min(best, (process.cpuUsage().user - before) / 1e6)
  }
  return best
}
const UPDATES = 2_000_000
const bits = Uint8Array.from({ length: UPDATES }, (_, i) =>
  ((i * 2654435761) >>> 7) % 5 === 0 ? 0 : 1,
)
let sink = 0
const own = cpuS(() => {
  const process = new EProcess({ nullMean: 0.8, size: null, threshold: 1e300 })
  for (let i = 0; i < UPDATES; i += 1) process.update(bits[i])
  sink += process.logMax
})
const bare = cpuS(() => {
  const products = new Float64Array(8).fill(1)
  for (let i = 0; i < UPDATES; i += 1) {
    for (let g = 0; g < products.length; g += 1) products[g] *= bits[i] === 1 ? 1.0001 : 0.9996
  }
  sink += products[0]
})
figures.updatesPerSecond = UPDATES / own
figures.timesBareLoop = own / bare
atLeast(
  'e-process updates per second, CPU time, best of five',
  Math.round(UPDATES / own),
  5_000_000,
)
console.log(
  `     ${(own / bare).toFixed(1)} times the CPU time of a bare loop of its multiplications${sink === 0.5 ? ' ' : ''}`,
)

// 3. Twenty candidates one item below the bar, 1,000 worlds.
function acceptsAny(random, row, ids, items) {
  const scores = new Map(ids.map((id) => [id, Float64Array.from(random.shuffle(row))]))
  const race = new Race({
    candidates: ids.map((id, i) => ({ id, cost: [i + 1, i + 1], written: i })),
    items,
    bar: { kind: 'absolute', floor: 0.8, target: 0.8 },
    alpha: 0.05,
    beta: 0.05,
    reference: null,
    batch: 16,
    growth: 0.05,
    budget: null,
    volume: null,
    clusters: null,
    slices: [],
  })
  for (;;) {
    const action = race.next()
    if (action.kind === 'done') return action.outcome.accepted !== null
    race.record(
      action.candidate,
      action.from,
      scores.get(action.candidate).subarray(action.from, action.to),
      0,
    )
  }
}
const ids = Array.from({ length: 20 }, (_, i) => `c${i}`)
for (const items of [200, 500]) {
  const row = Array.from({ length: items }, (_, i) => (i < 0.8 * items - 1 ? 1 : 0))
  let wrong = 0
  for (let world = 0; world < 1000; world += 1) {
    if (acceptsAny(seededRandom(`${SEEDS[world % 3]} twenty ${items} ${world}`), row, ids, items))
      wrong += 1
  }
  atMost(`20 candidates one item below the bar, N = ${items}: a false accept`, wrong / 1000, 0.05)
}

// 4. A against A: both sides draw from one distribution; nothing may be called better.
const draw = (random, win, lose) => {
  const u = random.next()
  return u < win ? 1 : u < win + lose ? -1 : 0
}
const rates = { exact: 0, mcnemar: 0, betting: 0 }
const WORLDS = 1500
for (let world = 0; world < WORLDS; world += 1) {
  const random = seededRandom(`${SEEDS[world % 3]} a/a ${world}`)
  const process = new EProcess({ nullMean: 0.5, size: null, threshold: 20 })
  let [win, lose] = [0, 0]
  for (let i = 0; i < 150; i += 1) {
    const outcome = draw(random, 0.06, 0.06)
    if (outcome > 0) win += 1
    if (outcome < 0) lose += 1
    process.update((outcome + 1) / 2)
  }
  if (nonInferiorityP({ win, lose, tie: 150 - win - lose }, 0) <= 0.05) rates.exact += 1
  if (mcnemarExact(win, lose) <= 0.05) rates.mcnemar += 1
  if (process.rejected) rates.betting += 1
}
for (const [name, count] of Object.entries(rates)) {
  atMost(
    `A against A, n = 150: ${name} test calls one better`,
    count / WORLDS,
    0.05 + noise(0.05, WORLDS),
  )
}

// 5. Coverage, summed exactly over outcomes where they can be listed.
for (const [n, p] of [
  [20, 0.5],
  [50, 0.8],
  [100, 0.9],
  [300, 0.95],
  [1000, 0.7],
]) {
  let [exact, approximate] = [0, 0]
  for (let k = 0; k <= n; k += 1) {
    const mass = binomialPmf(k, n, p)
    if (mass < 1e-12) continue
    const [guaranteed, score] = [clopperPearson(k, n, 0.95), wilson(k, n, 0.95)]
    if (guaranteed.low <= p && p <= guaranteed.high) exact += mass
    if (score.low <= p && p <= score.high) approximate += mass
  }
  atLeast(`Clopper-Pearson covers, n = ${n}, p = ${p} (summed)`, exact, 0.95)
  atMost(
    `Wilson, n = ${n}, p = ${p} (summed): distance from 95 %`,
    Math.abs(approximate - 0.95),
    0.015,
  )
}
const tables = (n, win, lose, visit) => {
  for (let k = 0; k <= n; k += 1) {
    const outer = binomialPmf(k, n, win + lose)
    if (outer < 1e-7) continue
    for (let w = 0; w <= k; w += 1) {
      const mass = outer * binomialPmf(w, k, win / (win + lose))
      if (mass > 1e-7) visit({ win: w, lose: k - w, tie: n - k }, mass)
    }
  }
}
for (const [n, win, margin] of [
  [50, 0.03, 0.05],
  [100, 0.02, 0.02],
  [100, 0.1, 0],
  [200, 0.04, 0.01],
]) {
  let [missed, above, total] = [0, 0, 0]
  tables(n, win, win + margin, (counts, mass) => {
    total += mass
    if (nonInferiorityP(counts, margin) <= 0.05) missed += mass
    if (pLossOver(counts, margin) <= 0.05) above += mass
  })
  atLeast(`exact paired bound covers, n = ${n}, loss ${margin} (summed)`, total - missed, 0.95)
  figures[`posterior at most 5 %, n = ${n}, loss ${margin}`] = above
}
{
  let covered = 0
  const seen = new Map()
  for (let world = 0; world < 10_000; world += 1) {
    const random = seededRandom(`${SEEDS[world % 3]} bound ${world}`)
    let [win, lose] = [0, 0]
    for (let i = 0; i < 60; i += 1) {
      const outcome = draw(random, 0.05, 0.08)
      if (outcome > 0) win += 1
      if (outcome < 0) lose += 1
    }
    const key = `${win} ${lose}`
    const upper = seen.get(key) ?? lossUpperBound({ win, lose, tie: 60 - win - lose }, 0.05)
    seen.set(key, upper)
    if (upper >= 0.03) covered += 1
  }
  atLeast(
    'exact paired bound covers, n = 60, 10,000 worlds',
    covered / 10_000,
    0.95 - noise(0.95, 10_000),
  )
}

// 6. Coverage of betting bounds (guaranteed) and BCa (approximate) on skewed graded scores.
const skewed = (random) => random.next() ** 0.25
for (const [n, worlds] of [
  [100, 2000],
  [400, 1000],
]) {
  let covered = 0
  for (let world = 0; world < worlds; world += 1) {
    const random = seededRandom(`${SEEDS[world % 3]} betting ${n} ${world}`)
    const values = meanStatistic(Float64Array.from({ length: n }, () => skewed(random)))
    if (bettingLowerBound(values, 0.025) <= 0.8 && bettingUpperBound(values, 0.025) >= 0.8)
      covered += 1
  }
  atLeast(
    `betting bounds cover a skewed mean, n = ${n}, ${worlds} worlds`,
    covered / worlds,
    0.95 - noise(0.95, worlds),
  )
}
{
  const n = 100
  let covered = 0
  for (let world = 0; world < 10_000; world += 1) {
    const random = seededRandom(`${SEEDS[world % 3]} bca ${world}`)
    const values = Float64Array.from({ length: n }, () => skewed(random))
    const mean = (weights) => {
      let sum = 0
      for (let i = 0; i < n; i += 1) sum += weights[i] * values[i]
      let total = 0
      for (let i = 0; i < n; i += 1) total += weights[i]
      return sum / total
    }
    const found = bootstrap(n, mean, { resamples: 400, seed: SEEDS[world % 3] + world })
    if (bcaQuantile(found, 0.025) <= 0.8 && bcaQuantile(found, 0.975) >= 0.8) covered += 1
  }
  atMost(
    'BCa of a skewed mean, n = 100, 10,000 worlds: distance from 95 %',
    Math.abs(covered / 10_000 - 0.95),
    0.015,
  )
}

console.log(JSON.stringify({ bench: 'statistics', figures, bars }))
process.exit(missing ? 4 : bars.every(({ ok }) => ok) ? 0 : 1)
