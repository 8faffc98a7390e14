// advice: "N more labels would likely settle it" is taken: N labels are drawn, pooled, and looked at by the rule of the second look.
import {
  correctionFor,
  drawPairs,
  gradeOf,
  load,
  lossOf,
  noise,
  ofMatrix,
  percent,
  RISK,
  riskOfLook,
  seededRandom,
  shareOfLook,
} from '../peers/counts.mjs'

const { lookTerms } = await load('core/proof/look-alpha.js')
const { settlingSteps } = await load('core/proof/settling.js')

export const bar =
  'the advised labels settle it (certified, or shown to fail) in 75 to 85 % of 500 cases'

const CASES = 500

/** Truths: share of pairs that differ, and loss. Simulated ones are spread evenly around the margin. */
const simulated = (random, margin) => ({
  disagreement: [0.06, 0.1, 0.2][random.integer(3)],
  loss: margin + 0.05 * (2 * random.next() - 1),
})

function real() {
  const pairs = ['gsm8k', 'crux'].flatMap((name) => {
    const { incumbent, cheaper } = ofMatrix(name)
    return cheaper.map(({ bits, mean }) => {
      const differ = bits.reduce((sum, bit, at) => sum + Number(bit !== incumbent.bits[at]), 0)
      return { disagreement: differ / bits.length, loss: incumbent.mean - mean }
    })
  })
  return (random) => pairs[random.integer(pairs.length)]
}

/** Share of advised cases that are settled, over `K` equal rivals in play. */
function settled(name, truthOf, K) {
  const random = seededRandom(`advice ${name} ${K}`)
  let [cases, done, labels] = [0, 0, []]
  for (let world = 0; cases < CASES && world < 100 * CASES; world += 1) {
    const margin = [0.01, 0.02, 0.05][random.integer(3)]
    const n = [100, 300, 800][random.integer(3)]
    const truth = truthOf(random, margin)
    if (Math.abs(truth.loss) >= truth.disagreement) continue
    const first = drawPairs(random, n, truth.disagreement, truth.loss)
    const correction = correctionFor(K, K)
    const loss = lossOf(first.win, first.lose, n)
    const kind = gradeOf(loss, margin, riskOfLook(RISK, shareOfLook(1)), correction)
    if (kind === 'certified' || kind === 'none') continue
    const terms = { limit: margin, risk: RISK, look: lookTerms(RISK.alpha, 1), correction }
    const step = settlingSteps({ id: 'small', incumbent: 'large' }, loss, terms).find(
      ({ kind: of }) => of === 'labels',
    )
    if (step === undefined) continue
    cases += 1
    labels.push(step.count)
    const more = drawPairs(random, step.count, truth.disagreement, truth.loss)
    const pooled = lossOf(first.win + more.win, first.lose + more.lose, n + step.count)
    const after = gradeOf(pooled, margin, riskOfLook(RISK, shareOfLook(2)), correction)
    if (after === 'certified' || after === 'none') done += 1
  }
  return {
    cases,
    share: done / cases,
    median: labels.toSorted((a, b) => a - b)[Math.floor(cases / 2)],
  }
}

export async function measure() {
  const lines = ['settled of the advised cases; 100, 300, 800 labels, margins of 1, 2, 5 points']
  const broken = []
  const matrices = ofMatrix('gsm8k') !== null
  const kinds = {
    'losses around the margin': simulated,
    ...(matrices ? { 'GSM8K and CRUX pairs': real() } : {}),
  }
  for (const [name, truthOf] of Object.entries(kinds))
    for (const K of [1, 5]) {
      const { cases, share, median } = settled(name, truthOf, K)
      lines.push(
        `${name.padEnd(26)} K = ${K}  ${percent(share)} of ${cases}; median ${median} labels`,
      )
      if (share < 0.75 - noise(0.8, cases) / 2 || share > 0.85 + noise(0.8, cases) / 2)
        broken.push(`${name}, K = ${K}: ${percent(share)}`)
    }
  return { held: broken.length === 0, lines: [...lines, ...broken] }
}
