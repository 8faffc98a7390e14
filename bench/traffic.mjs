// traffic: are decisions true? Cells of few and many candidates on public matrices drawn with replacement (the matrix is the truth), and worst cases on the margin.
import {
  binomial,
  chosenOf,
  covers,
  drawPairs,
  load,
  matrix,
  noise,
  ofMatrix,
  RISK,
  resampled,
  seededRandom,
} from './peers/counts.mjs'

const { decide } = await load('core/select/decide.js')
const { lookTerms } = await load('core/proof/look-alpha.js')

const LABELS = 300
const MARGINS = [0.01, 0.02, 0.05]
/** Draws a cell, by number of candidates: few of them are ever good enough by chance. */
const DRAWS = { 1: 600, 2: 400, 3: 300, 5: 200, 20: 80 }
/** Decisions from which a cell is judged. */
const ENOUGH = 50

const bars = []
const bar = (name, value, target, ok) => bars.push({ name, value, target, ok })
const atMost = (name, value, target) => bar(name, value, target, value <= target)
const atLeast = (name, value, target) => bar(name, value, target, value >= target)

const blank = () => ({
  draws: 0,
  certified: 0,
  certifiedWrong: 0,
  supported: 0,
  supportedTrue: 0,
  covered: 0,
})
const shipped = ({ certified, supported }) => certified + supported

/** Adds one decision; `truths` are the true losses of the candidates. */
function tally(counts, named, truths, margin) {
  counts.draws += 1
  if (named.at < 0) return
  const truth = truths[named.at]
  const good = truth <= margin + 1e-12
  counts[named.kind] += 1
  if (named.kind === 'certified' && !good) counts.certifiedWrong += 1
  if (named.kind === 'supported' && good) counts.supportedTrue += 1
  if (covers(named, truth)) counts.covered += 1
}

const add = (into, counts) => {
  for (const key of Object.keys(counts)) into[key] += counts[key]
}
const share = (part, whole) => (whole === 0 ? 0 : part / whole)
const shown = (part, whole) =>
  (whole === 0 ? '-' : (100 * share(part, whole)).toFixed(1)).padStart(6)

function line(name, counts) {
  const { draws, certified, certifiedWrong, supported, supportedTrue, covered } = counts
  console.log(
    `${name.padEnd(40)} ${String(draws).padStart(5)} ${shown(certified, draws)} ${shown(certifiedWrong, draws)} ${shown(supported, draws)} ${shown(supportedTrue, supported)} ${shown(covered, shipped(counts))}`,
  )
}

/** Bars of a cell: errors in shares of all draws, true support and coverage in shares of what was shipped. */
function judge(name, counts) {
  const { draws, certifiedWrong, supported, supportedTrue, covered } = counts
  const n = shipped(counts)
  atMost(`${name}: certified and wrong`, share(certifiedWrong, draws), 0.05 + noise(0.05, draws))
  atMost(
    `${name}: supported and wrong`,
    share(supported - supportedTrue, draws),
    0.2 + noise(0.2, draws),
  )
  if (n >= ENOUGH)
    atLeast(`${name}: bound of the chosen covers`, share(covered, n), 0.94 - noise(0.94, n))
}

console.log(
  `${LABELS} labels, first look; per cent of draws; true and bound: of supported, of shipped`,
)
console.log(`${''.padEnd(40)} draws  cert%  wrong  supp%  true%  bound%`)

// 1. Public matrices: K cheaper models drawn at random, cheapest first.
const present = matrix('gsm8k') !== null
if (!present)
  console.log('the matrices are not here: set RIGHTSIZE_DATA to the folder that holds matrices/')
for (const [K, draws] of present ? Object.entries(DRAWS) : []) {
  const all = blank()
  for (const name of ['gsm8k', 'crux'])
    for (const margin of MARGINS) {
      const { incumbent, cheaper } = ofMatrix(name)
      const random = seededRandom(`traffic ${name} ${margin} ${K}`)
      const cell = blank()
      for (let draw = 0; draw < draws; draw += 1) {
        const candidates = random
          .shuffle(cheaper)
          .slice(0, Number(K))
          .sort((a, b) => a.cost - b.cost)
        const counts = resampled(random, incumbent, candidates, LABELS)
        tally(
          cell,
          chosenOf(counts, LABELS, margin),
          candidates.map(({ mean }) => incumbent.mean - mean),
          margin,
        )
      }
      if (shipped(cell) >= ENOUGH) line(`  ${name}, ${100 * margin} points, K = ${K}`, cell)
      judge(`${name} ${margin} K ${K}`, cell)
      add(all, cell)
    }
  line(`matrices, K = ${K}`, all)
  judge(`matrices K ${K}`, all)
  atLeast(
    `matrices K ${K}: supported is true`,
    share(all.supportedTrue, all.supported),
    0.8 - noise(0.8, all.supported),
  )
}

// 2. Worst cases: every candidate stands just beyond the margin, so that whatever is claimed is wrong.
const [MARGIN, BEYOND] = [0.02, 0.0201]
const worlds = {
  independent: (random) => drawPairs(random, LABELS, 0.1, BEYOND),
  'can only lose': (random) => ({ win: 0, lose: binomial(random, LABELS, BEYOND) }),
}
function worst(name, K, draws, draw, margin = MARGIN, truth = BEYOND) {
  const random = seededRandom(`traffic ${name} ${K}`)
  const cell = blank()
  for (let at = 0; at < draws; at += 1)
    tally(cell, chosenOf(draw(random, K), LABELS, margin), new Array(K).fill(truth), margin)
  line(`${name}, K = ${K}`, cell)
  const { certifiedWrong, supported, supportedTrue } = cell
  atMost(
    `${name} K ${K}: certified and wrong`,
    share(certifiedWrong, draws),
    0.05 + noise(0.05, draws),
  )
  atMost(
    `${name} K ${K}: passed and wrong`,
    share(certifiedWrong + supported - supportedTrue, draws),
    0.2 + noise(0.2, draws),
  )
}
const many = (one) => (random, K) => Array.from({ length: K }, () => one(random))
/** Candidates share the incumbent's right and wrong answers, as real ones do. */
function sharing(random, K, loss) {
  const wrong = binomial(random, LABELS, 0.1)
  const breaks = (loss + 0.04) / 0.9
  return Array.from({ length: K }, () => ({
    win: binomial(random, wrong, 0.4),
    lose: binomial(random, LABELS - wrong, breaks),
  }))
}
for (const [K, draws] of Object.entries(DRAWS)) {
  for (const [name, one] of Object.entries(worlds)) worst(name, Number(K), draws, many(one))
  if (Number(K) > 1)
    worst('answers shared', Number(K), draws, (random, k) => sharing(random, k, BEYOND))
}
worst(
  'trap: 2 points worse at a margin of 1',
  8,
  180,
  (random, k) => sharing(random, k, 0.02),
  0.01,
  0.02,
)

// 3. The same words as the decision itself, from scores.
const unknown = { kind: 'unknown', why: 'simulated' }
const price = (value) => ({
  ...{ kind: 'known', unit: 'moneyPerItem', value, low: value, high: value, level: 1 },
  ...{ method: 'sourced', how: 'simulated', source: 'simulated' },
})
const evidence = (id, scores, cost) => ({
  ...{ id, scores },
  cost: {
    ...{ meter: 'none', energyPerItem: unknown, cpuPerItem: unknown, parameters: null },
    ...{ latencyP50: unknown, latencyP95: unknown, pricePerItem: price(cost) },
  },
})
let same = 0
const CHECKED = 20
const random = seededRandom('traffic decide')
for (let at = 0; at < CHECKED; at += 1) {
  const counts = [0.06, 0.01, 0].map((loss) => drawPairs(random, LABELS, 0.1, loss))
  const large = Array.from({ length: LABELS }, (_, i) => Number(i < 150))
  const scores = counts.map(({ win, lose }) =>
    large.map((right, i) => (i < lose ? 0 : i >= 150 && i < 150 + win ? 1 : right)),
  )
  const { decision } = decide({
    ...{
      metric: 'accuracy',
      incumbent: 'large',
      order: 'price',
      items: LABELS,
      seed: 1,
      risk: RISK,
    },
    ...{
      bar: { kind: 'relative', margin: MARGIN, tolerance: 0 },
      regime: { kind: 'full', why: 'bench' },
    },
    look: lookTerms(RISK.alpha, 1),
    candidates: [
      evidence('large', large, 9),
      ...scores.map((own, c) => evidence(`c${c}`, own, c + 1)),
    ],
  })
  const named = chosenOf(counts, LABELS, MARGIN)
  const ours = named.at < 0 ? 'large' : `c${named.at}`
  if (decision.chosen === ours && (named.at < 0 || decision.kind === named.kind)) same += 1
}
bar('decisions from counts that equal those of decide', same, CHECKED, same === CHECKED)

for (const { name, value, target, ok } of bars)
  if (!ok) console.log(`MISS ${name}: ${value} (${target})`)
console.log(
  JSON.stringify({
    bench: 'traffic',
    figures: { labels: LABELS },
    bars: bars.filter(({ ok }) => !ok),
    held: bars.filter(({ ok }) => ok).length,
  }),
)
process.exit(bars.every(({ ok }) => ok) ? (present ? 0 : 4) : 1)
