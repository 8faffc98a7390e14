// graded: scores between 0 and 1, true loss exactly on the margin: both words keep their errors, and no order of ids changes anything.
import {
  gradeOf,
  load,
  noise,
  percent,
  RISK,
  riskOfLook,
  seededRandom,
  shareOfLook,
} from '../peers/counts.mjs'

const { lossOfScores } = await load('core/proof/loss-of-scores.js')
const { certifyP, uncorrected } = await load('core/proof/grade.js')

export const bar =
  'graded scores on the margin are certified in at most 5 % and supported in at most 20 %; twelve orders of ids give one decision'

const [N, MARGIN, WORLDS] = [300, 0.02, 250]

/** Losses of one pair with mean exactly the margin: small and symmetric, rare and large, skewed, and as 0 and 1 would be. */
const kinds = {
  'small differences': (random) => MARGIN + 0.2 * (random.next() - 0.5),
  'rare, large losses': (random) => (random.next() < MARGIN / 0.8 ? 0.8 : 0),
  'skewed, many wins': (random) => (random.next() < 0.1 ? 0.65 : -0.05),
  'all or nothing': (random) => (random.next() < 0.06 ? 1 : random.next() < 0.04 / 0.94 ? -1 : 0),
}

/** Scores of which the candidate's are lower by the losses. */
function scoresOf(losses) {
  const reference = losses.map((loss) =>
    loss >= 0 ? Math.max(loss, 0.9) : 0.9 + Math.max(loss, -1) * 0.9,
  )
  return {
    reference: Float64Array.from(reference),
    own: Float64Array.from(reference, (score, i) => Math.min(1, score - losses[i])),
  }
}

const lossFrom = ({ own, reference }) =>
  lossOfScores({ own, reference, clusters: null }, { floor: 0 })
const risk = riskOfLook(RISK, shareOfLook(1))

export async function measure() {
  const lines = [
    `${N} pairs, margin and true loss ${100 * MARGIN} points; labels: of a normal test with the same p-value, over those at hand`,
  ]
  const broken = []
  for (const [name, draw] of Object.entries(kinds)) {
    const random = seededRandom(`graded ${name}`)
    const found = { certified: 0, supported: 0, undecided: 0, none: 0 }
    for (let world = 0; world < WORLDS; world += 1)
      found[
        gradeOf(
          lossFrom(scoresOf(Array.from({ length: N }, () => draw(random)))),
          MARGIN,
          risk,
          uncorrected,
        )
      ] += 1
    const passed = found.certified + found.supported
    lines.push(
      `${name.padEnd(20)} certified ${percent(found.certified / WORLDS)}, passed ${percent(passed / WORLDS)}`,
    )
    if (found.certified / WORLDS > 0.05 + noise(0.05, WORLDS))
      broken.push(`${name}: certified too often`)
    if (passed / WORLDS > 0.2 + noise(0.2, WORLDS)) broken.push(`${name}: passed too often`)
  }
  const random = seededRandom('graded ids')
  const pairs = Array.from({ length: N }, () => 0.1 * (random.next() - 0.45))
  const orders = Array.from({ length: 12 }, () => lossFrom(scoresOf(random.shuffle(pairs))))
  const values = new Set(
    orders.map(
      (loss) => `${loss.pNonInferior(MARGIN).toPrecision(9)} ${loss.pFixed(MARGIN).toPrecision(9)}`,
    ),
  )
  lines.push(`12 orders of ids: ${values.size} different p-values`)
  if (values.size !== 1) broken.push('the order of ids matters')
  // Labels at which each p-value reaches 5 %, beside a normal test: true loss 0, symmetric differences.
  const z = 1.645 + 0.842
  for (const spread of [0.3, 0.6]) {
    const normal = Math.ceil((z * spread) ** 2 / 12 / MARGIN ** 2 / 1)
    let n = normal
    const power = (size) => {
      const draws = seededRandom(`graded power ${spread} ${size}`)
      let passed = 0
      for (let world = 0; world < 60; world += 1) {
        const losses = Array.from({ length: size }, () => spread * (draws.next() - 0.5))
        if (certifyP(lossFrom(scoresOf(losses)), MARGIN) <= RISK.alpha) passed += 1
      }
      return passed / 60
    }
    while (power(n) < 0.8) n = Math.ceil(1.1 * n)
    lines.push(
      `differences up to ${spread / 2}: certified with 80 % chance from ${n} labels, a normal test from ${normal} (${(n / normal).toFixed(1)} times)`,
    )
  }
  return { held: broken.length === 0, lines: [...lines, ...broken] }
}
