import { normalCdf, normalQuantile } from '../stats/special-functions.ts'
import { certifyP } from './grade.ts'
import type { LossModel } from './loss-model.ts'
import { lossOfScores } from './loss-of-scores.ts'

/** What a claim will need, as far as it is known before the items are looked at. */
export interface ProofSetting {
  readonly margin: number
  /** Error that the look may make. */
  readonly alpha: number
  /** Number of items that will be looked at. */
  readonly items: number
}

/** A loss over n items: what was seen of it, and its variance times n. */
export type SeenLoss = Pick<LossModel, 'n' | 'expected' | 'variance'>

/**
 * Chance that `more` items, pooled with those seen, bring the loss below `most`. The true loss is Normal(expected, v / n), and the pooled
 * one then lies around the observed one with variance v more / (n (n + more)) (assurance; O'Hagan, Stevens and Campbell 2005). `spread`:
 * standard deviation around 0 that losses have before anything is seen, worth v / spread^2 items without a loss; absent, any loss is as likely.
 */
export function chancePooledBelow(
  { n, expected, variance }: SeenLoss,
  more: number,
  most: number,
  spread = Number.POSITIVE_INFINITY,
): number {
  const known = n + variance / spread ** 2
  const all = n + more
  const mean = (n * expected * (1 + more / known)) / all
  return normalCdf((most - mean) / Math.sqrt((variance * more * (1 + more / known)) / all ** 2))
}

/**
 * Chance that fresh items will certify a candidate, from scores (0 or 1) on others: normal approximation, the loss on the
 * fresh ones being what was seen give or take the chance of both. A forecast that orders candidates; items that steered
 * a search flatter it.
 */
export function chanceOfCertificate(
  candidate: ArrayLike<number>,
  incumbent: ArrayLike<number>,
  { margin, alpha, items }: ProofSetting,
): number {
  const seen = candidate.length
  if (seen === 0 || items === 0) return 0
  const pairing = { own: candidate, reference: incumbent, clusters: null }
  const { expected, counts } = lossOfScores(pairing, { floor: 0 })
  const discordant = (counts?.win ?? 0) + (counts?.lose ?? 0)
  const variance = (discordant + 1) / (seen + 2) - expected * expected
  const gap = normalQuantile(1 - alpha) * Math.sqrt(variance / items)
  return normalCdf((margin - expected - gap) / Math.sqrt(variance * (1 / seen + 1 / items)))
}

/** Fewest items with which a candidate that is right and wrong where the incumbent is can be certified. */
export function fewestItems(margin: number, alpha: number): number {
  const certifies = (items: number) => {
    const same = new Uint8Array(items)
    const pairing = { own: same, reference: same, clusters: null }
    return certifyP(lossOfScores(pairing, { floor: 0 }), margin) <= alpha
  }
  let high = 8
  while (!certifies(high) && high < 1e6) high *= 2
  let low = high / 2
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (certifies(middle)) high = middle
    else low = middle
  }
  return high
}
