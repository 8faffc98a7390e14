// peer: our decision next to the published rule of llm-route-audit 0.3.3 on the same simulated logs: wrong and missed switches.
//   npm run bench -- inputs peer (about 2 minutes)
// The rule, as its documentation states it: with 10 results or more, switch to the cheapest model whose pass rate is at least
// 95 % of the incumbent's. Both are asked the same question: lose no more than 5 % of the incumbent's true pass rate.
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../../dist'))
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const { decide } = await load('core/select/decide.js')
const { seededRandom } = await load('core/random/random.js')

const WORLDS = 50
const ALPHA = 0.05
const INCUMBENT = 0.9
const MARGIN = 0.05 * INCUMBENT
/** True loss of a candidate that is not good enough: twice the margin. */
const BAD = 2 * MARGIN
/** True loss of the one that is good enough, beside K - 1 bad ones, in turn at every place of the price list; null: none is. */
const KINDS = { 'none is good': null, 'one is as good': 0, 'one is better': -0.05 }

/** One log: the incumbent's answers and K candidates', on the same n items, right (1) or wrong (0). */
function logOf(n, losses, random) {
  const large = Array.from({ length: n }, () => (random.next() < INCUMBENT ? 1 : 0))
  // A candidate repairs a fifth of the incumbent's errors (the better one more), and breaks what its true loss takes.
  const answers = losses.map((loss) => {
    const repairs = 0.2 + Math.max(0, -loss) / (1 - INCUMBENT)
    const breaks = (loss + repairs * (1 - INCUMBENT)) / INCUMBENT
    return large.map((right) => Number(random.next() < (right === 1 ? 1 - breaks : repairs)))
  })
  return { large, answers }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Index of the candidate that the peer's rule switches to, cheapest first; -1: it stays. */
const peerRule = ({ large, answers }) =>
  large.length < 10 ? -1 : answers.findIndex((own) => mean(own) >= 0.95 * mean(large))

const unknown = { kind: 'unknown', why: 'not measured' }
const price = (value) => ({
  ...{ kind: 'known', unit: 'moneyPerItem', value, low: value, high: value, level: 1 },
  ...{ method: 'sourced', how: 'simulated', source: 'simulated' },
})

function evidence(id, scores, value) {
  const rest = { energyPerItem: unknown, cpuPerItem: unknown, parameters: null }
  const latency = { latencyP50: unknown, latencyP95: unknown }
  return { id, scores, cost: { meter: 'none', ...rest, ...latency, pricePerItem: price(value) } }
}

/** The same of ours: of every decision that ships, and of certified ones alone. */
function ourRules({ large, answers }) {
  const { decision } = decide({
    ...{ metric: 'accuracy', incumbent: 'large', order: 'auto', items: large.length, seed: 1 },
    candidates: [
      evidence('large', large, 100),
      ...answers.map((own, at) => evidence(`small-${at}`, own, at + 1)),
    ],
    bar: { kind: 'relative', margin: MARGIN, tolerance: 0 },
    risk: { alpha: ALPHA, beta: 0.05, claim: 'supported', supportedAt: 0.8 },
    regime: { kind: 'full', why: 'simulated' },
  })
  const chosen = Number(/^small-(\d+)$/.exec(decision.chosen)?.[1] ?? -1)
  const as = (...kinds) => (kinds.includes(decision.kind) ? chosen : -1)
  return { ours: as('certified', 'supported'), certified: as('certified') }
}

/** Counts over worlds of one kind: switches to one that is too bad, and good ones that were there and were not chosen. */
function outcomes(n, K) {
  const found = { peer: [0, 0], ours: [0, 0], certified: [0, 0] }
  for (const [kind, good] of Object.entries(KINDS)) {
    const random = seededRandom(`peer ${kind} ${n} ${K}`)
    for (let world = 0; world < WORLDS; world += 1) {
      const losses = Array.from({ length: K }, (_, at) =>
        good !== null && at === world % K ? good : BAD,
      )
      const log = logOf(n, losses, random)
      for (const [rule, chosen] of Object.entries({ peer: peerRule(log), ...ourRules(log) })) {
        if (losses[chosen] > MARGIN) found[rule][0] += 1
        if (good !== null && losses[chosen] !== good) found[rule][1] += 1
      }
    }
  }
  return found
}

const [LOGS, WITH_GOOD] = [3 * WORLDS, 2 * WORLDS]
const percent = (count, of) => `${((100 * count) / of).toFixed(1)} %`.padStart(8)
export const bar =
  'next to the rule of llm-route-audit: wrong in at most alpha + 2 SE, missed at most 10 points more'

/**
 * Figures of both rules side by side. At n = 20 the second half of the bar does not hold, and no rule that supports wrongly in at most
 * 20 % can make it hold: a candidate that loses exactly the margin, and never wins, shows no loss in 20 answers with chance
 * (1 - margin)^20 = 40 %. So tables without a win must not pass, and those are what a good candidate shows most often.
 */
export function measure() {
  const lines = [
    `wrong: switches to one that is too bad, of ${LOGS} logs; missed: the good one not chosen, of ${WITH_GOOD}`,
    '   n  K   wrong: peer     ours  certified   missed: peer     ours  certified',
  ]
  const broken = []
  const silent = percent((1 - MARGIN) ** 20, 1).trim()
  lines.push(
    `at n = 20 a candidate on the margin that never wins shows no loss at all in ${silent}: a rule that supports wrongly in at most 20 % cannot pass such a table, and misses the good ones that show it`,
  )
  const limit = ALPHA + 2 * Math.sqrt((ALPHA * (1 - ALPHA)) / LOGS)
  for (const n of [20, 100, 300])
    for (const K of [1, 3, 5]) {
      const all = outcomes(n, K)
      const row = (at, of) =>
        Object.values(all)
          .map((one) => percent(one[at], of))
          .join(' ')
      lines.push(
        `${String(n).padStart(4)} ${String(K).padStart(2)}     ${row(0, LOGS)}     ${row(1, WITH_GOOD)}`,
      )
      if (all.ours[0] / LOGS > limit) broken.push(`n = ${n}, K = ${K}: wrong in more than allowed`)
      if ((all.ours[1] - all.peer[1]) / WITH_GOOD > 0.1)
        broken.push(`n = ${n}, K = ${K}: missed more than 10 points more often`)
    }
  return { held: broken.length === 0, lines: [...lines, ...broken] }
}
