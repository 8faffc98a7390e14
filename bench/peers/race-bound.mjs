// What every rule that keeps the same promises pays at least: labels to tell a candidate that fails from a good one in its place.
import { load } from './counts.mjs'

const { normalCdf, normalQuantile } = await load('core/stats/special-functions.js')

const term = (p, q) => (p === 0 ? 0 : p * Math.log(p / q))
const divergence = (ps, qs) => ps.reduce((sum, p, at) => sum + term(p, qs[at]), 0)
const kl = (p, q) => divergence([p, 1 - p], [q, 1 - q])

/** Shares of items on which a candidate alone is right, both are equal, the incumbent alone is right. */
function sharesOf({ bits }, incumbent) {
  const n = bits.length
  const differ = (sign) => bits.filter((bit, at) => bit - incumbent.bits[at] === sign).length / n
  const [win, lose] = [differ(1), differ(-1)]
  return [win, 1 - win - lose, lose]
}

/** Chance that one as good as the incumbent passes the normal test of all items at the whole error. */
const powerOfEqual = (disagreement, { margin, items, risk }) =>
  normalCdf(margin * Math.sqrt(items / disagreement) - normalQuantile(1 - risk))

/**
 * Expected items of a candidate that fails. A rule supports it in at most `risk` of draws, and would support one in its place that is
 * good in `power` of them: so the items times the divergence of the two are at least kl(risk, power) (Kaufmann, Cappe and Garivier
 * 2016, lemma 1). The good one is the winner with the oracle's power, or where none is good an equal of the incumbent.
 */
function leastItems(candidate, { incumbent, winner, power, margin, risk }) {
  const items = incumbent.bits.length
  const own = sharesOf(candidate, incumbent)
  const differ = own[0] + own[2]
  const good = winner === null ? [differ / 2, 1 - differ, differ / 2] : sharesOf(winner, incumbent)
  const asked = winner === null ? powerOfEqual(differ, { margin, items, risk }) : power
  return asked <= risk ? 0 : Math.min(items, kl(risk, asked) / divergence(own, good))
}

/** Least spend on the candidates that fail (those before the winner), and the items of the incumbent that they take. */
export function leastSpend({ incumbent, cheaper, winner, margin }, power, risk) {
  const failing = winner === null ? cheaper : cheaper.slice(0, cheaper.indexOf(winner))
  const items = failing.map((one) => leastItems(one, { incumbent, winner, power, margin, risk }))
  const spend = items.reduce((sum, n, at) => sum + n * failing[at].cost, 0)
  return { spend, items: Math.max(0, ...items) }
}
