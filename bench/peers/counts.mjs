// What the sections share: the product's own claims from counts of wins and losses, remembered, and draws of such counts.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../../dist'))
const data = resolve(process.env.RIGHTSIZE_DATA ?? join(here, '../../../shared/data'), 'matrices')
export const load = (path) => import(pathToFileURL(join(dist, path)).href)

const { lossOfCounts } = await load('core/proof/loss-exact.js')
export const { onTraffic, remembered } = await load('core/proof/loss-model.js')
const { correctionFor, gradeOf, isInPlay } = await load('core/proof/grade.js')
const { riskOfLook, shareOfLook } = await load('core/proof/look-alpha.js')
const { scoreStatistic } = await load('core/stats/paired-difference.js')
const { seededRandom } = await load('core/random/random.js')

export { correctionFor, gradeOf, riskOfLook, seededRandom, shareOfLook }

export const RISK = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 }
export const noise = (p, n) => 2 * Math.sqrt((p * (1 - p)) / Math.max(1, n))
export const percent = (share) => `${(100 * share).toFixed(1)} %`

const known = new Map()
/** The product's loss model of these counts; only the counts of pairs decide. */
export function lossOf(win, lose, n) {
  const key = `${win} ${lose} ${n}`
  const found = known.get(key) ?? remembered(lossOfCounts({ win, lose, tie: n - win - lose }, 0))
  if (known.size > 200_000) known.clear()
  known.set(key, found)
  return found
}

/**
 * The full regime on counts in the order of cost, as core/select decides it: the first candidate that passes is chosen.
 * `share` is the look's part of the error.
 */
export function chosenOf(candidates, n, margin, share = shareOfLook(1)) {
  const losses = candidates.map(({ win, lose }) => lossOf(win, lose, n))
  // Six standard errors beyond the margin no exact test keeps anybody in play.
  const far = candidates.map(
    ({ win, lose }) => scoreStatistic({ win, lose, tie: n - win - lose }, margin) > 6,
  )
  const inPlay = losses.filter((loss, at) => !far[at] && isInPlay(loss, margin)).length
  const correction = correctionFor(losses.length, inPlay)
  const risk = riskOfLook(RISK, share)
  const at = losses.findIndex(
    (loss, c) =>
      !far[c] && ['certified', 'supported'].includes(gradeOf(loss, margin, risk, correction)),
  )
  const kind = at < 0 ? 'undecided' : gradeOf(losses[at], margin, risk, correction)
  return { at, kind, loss: losses[at], losses, correction, risk }
}

/** Whether the bound that is shown covers a loss: the test that the bound inverts does not reject it. */
export const covers = ({ loss, correction, risk }, truth) =>
  loss.pNonInferior(truth) > risk.alpha * correction.shownShare

/** Binomial counts; by the normal law where n is large. */
export function binomial(random, n, p) {
  if (n * p * (1 - p) > 400) {
    const z = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
    return Math.max(0, Math.min(n, Math.round(n * p + z * Math.sqrt(n * p * (1 - p)))))
  }
  let count = 0
  for (let i = 0; i < n; i += 1) if (random.next() < p) count += 1
  return count
}

/** Wins and losses of n pairs of which a share of `disagreement` differ and the true loss is `loss`. */
export function drawPairs(random, n, disagreement, loss) {
  const differ = binomial(random, n, disagreement)
  const lose = binomial(random, differ, (disagreement + loss) / (2 * disagreement))
  return { win: differ - lose, lose }
}

/** Models of a public matrix that have a cost, cheapest first, with their mean. */
export function matrix(name) {
  const path = join(data, `zeroeval_${name}.json`)
  if (!existsSync(path)) return null
  return JSON.parse(readFileSync(path, 'utf8'))
    .models.filter((model) => model.est_joules_per_item > 0)
    .map((model) => {
      const bits = Uint8Array.from(model.results, Number)
      const mean = bits.reduce((sum, bit) => sum + bit, 0) / bits.length
      return { id: model.name, cost: model.est_joules_per_item, bits, mean }
    })
    .sort((a, b) => a.cost - b.cost)
}

/** The most accurate model of a matrix and those that are cheaper. */
export function ofMatrix(name) {
  const models = matrix(name)
  if (models === null) return null
  const incumbent = models.reduce((a, b) => (b.mean > a.mean ? b : a))
  return { incumbent, cheaper: models.filter(({ cost }) => cost < incumbent.cost) }
}

/** Counts of candidates against the incumbent over n items drawn with replacement: the matrix is the truth. */
export function resampled(random, incumbent, candidates, n) {
  const counts = candidates.map(() => ({ win: 0, lose: 0 }))
  for (let i = 0; i < n; i += 1) {
    const at = random.integer(incumbent.bits.length)
    candidates.forEach(({ bits }, c) => {
      if (bits[at] > incumbent.bits[at]) counts[c].win += 1
      else if (bits[at] < incumbent.bits[at]) counts[c].lose += 1
    })
  }
  return counts
}
