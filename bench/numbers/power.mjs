// power: labels with which a good candidate is certified at the first look with 80 % chance, next to those of one uncorrected test.
import { correctionFor, load, lossOf, RISK, shareOfLook } from '../peers/counts.mjs'

const { certifyP } = await load('core/proof/grade.js')
const { normalCdf, normalQuantile, logChoose } = await load('core/stats/special-functions.js')
const { binomialCdf } = await load('core/stats/binomial.js')
const { varianceAt } = await load('core/stats/paired-difference.js')

export const bar =
  'labels for 80 % power over those of one uncorrected test: at most 1.05 at K = 1, 1.6 at K = 5'

const POWER = 0.8
/** How far beyond the margin the rivals stand, as it is usual for cheaper models, and how often they differ. */
const RIVALS = { loss: 0.05, disagreement: 0.2 }

/** Labels of one test at alpha: normal approximation, with the variance that the score test has on the margin (Nam 1997). */
function floorOf(disagreement, loss, margin) {
  const pairs = {
    win: (disagreement - loss) / 2,
    lose: (disagreement + loss) / 2,
    tie: 1 - disagreement,
  }
  const onMargin = normalQuantile(1 - RISK.alpha) * Math.sqrt(varianceAt(pairs, margin))
  return (
    ((onMargin + normalQuantile(POWER) * Math.sqrt(disagreement - loss ** 2)) / (margin - loss)) **
    2
  )
}

/** Chance that the product's p-value is at most `level`, summed over all tables with n pairs. */
function powerOf(n, disagreement, loss, margin, level) {
  const worse = (disagreement + loss) / (2 * disagreement)
  const spread = 5 * Math.sqrt(n * disagreement * (1 - disagreement)) + 5
  const [first, last] = [
    Math.max(0, Math.floor(n * disagreement - spread)),
    Math.min(n, Math.ceil(n * disagreement + spread)),
  ]
  const passes = (lose, differ) => lose >= 0 && pOf(differ - lose, lose, n, margin) <= level
  let [power, most] = [0, null]
  for (let differ = first; differ <= last; differ += 1) {
    // The most losses among `differ` that still pass move by at most one from one number of differing pairs to the next.
    if (most === null) {
      most = Math.floor(differ / 2 + (n * margin) / 2)
      while (most >= 0 && !passes(Math.min(most, differ), differ)) most -= 1
    }
    while (most < differ && passes(most + 1, differ)) most += 1
    while (most >= 0 && !passes(Math.min(most, differ), differ)) most -= 1
    const mass =
      logChoose(n, differ) +
      differ * Math.log(disagreement) +
      (n - differ) * Math.log1p(-disagreement)
    power += Math.exp(mass) * binomialCdf(most, differ, worse)
  }
  return power
}

/** Exact and posterior up to 500 labels, the product's score test beyond: they agree there to 1 % of the labels. */
const pOf = (win, lose, n, margin) =>
  n <= 500
    ? certifyP(lossOf(win, lose, n), margin)
    : normalCdf(scoreStatistic({ win, lose, tie: n - win - lose }, margin))
const { scoreStatistic } = await load('core/stats/paired-difference.js')

/** Fewest labels from which on the power is reached; `levelAt(n)` is the error that the candidate may spend. */
function labelsFor(disagreement, loss, margin, levelAt) {
  const reached = (n) => powerOf(n, disagreement, loss, margin, levelAt(n)) >= POWER
  let n = Math.ceil(0.9 * floorOf(disagreement, loss, margin))
  while (!reached(n)) n = Math.ceil(1.01 * n)
  return n
}

/** Error share among K, `K - 1` rivals of true loss `loss` being in play as often as they are at n labels. */
function levelAmong(K, loss, disagreement, margin) {
  return (n) => {
    const spread = Math.sqrt(disagreement / n)
    const inPlay = normalCdf((margin - loss) / spread + normalQuantile(0.8))
    return RISK.alpha * shareOfLook(1) * correctionFor(K, 1 + (K - 1) * inPlay).share
  }
}

const cells = [0.05, 0.1, 0.2].flatMap((disagreement) =>
  [0, -0.01].flatMap((loss) =>
    [0.01, 0.02, 0.05].map((margin) => ({ disagreement, loss, margin })),
  ),
)
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const shown = (value) => value.toFixed(2).padStart(6)

export async function measure() {
  const lines = [
    'differ  loss  margin   floor   K = 1    ratio   K = 5  K = 20   rivals on the margin: K = 5  K = 20',
  ]
  const ratios = { 1: [], 5: [] }
  for (const { disagreement, loss, margin } of cells) {
    const floor = floorOf(disagreement, loss, margin)
    const ratio = (K, rivalLoss) =>
      labelsFor(disagreement, loss, margin, levelAmong(K, rivalLoss, RIVALS.disagreement, margin)) /
      floor
    const one = labelsFor(disagreement, loss, margin, () => RISK.alpha * shareOfLook(1))
    const [far5, far20] = [5, 20].map((K) => ratio(K, margin + RIVALS.loss))
    const [near5, near20] = [5, 20].map((K) => ratio(K, margin))
    ratios[1].push(one / floor)
    ratios[5].push(far5)
    lines.push(
      `${String(100 * disagreement).padStart(4)} %  ${String(100 * loss).padStart(3)}   ${String(100 * margin).padStart(4)}  ${floor.toFixed(0).padStart(7)} ${String(one).padStart(7)}   ${shown(one / floor)}  ${shown(far5)}  ${shown(far20)}                       ${shown(near5)}  ${shown(near20)}`,
    )
  }
  const worst = { 1: Math.max(...ratios[1]), 5: Math.max(...ratios[5]) }
  lines.push(
    `K = 1: median ${median(ratios[1]).toFixed(3)}, largest ${worst[1].toFixed(3)}; K = 5 with rivals ${100 * RIVALS.loss} points beyond the margin: largest ${worst[5].toFixed(2)}`,
  )
  return { held: median(ratios[1]) <= 1.05 && worst[5] <= 1.6, lines }
}
