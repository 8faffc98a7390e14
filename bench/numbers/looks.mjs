// looks: labels are added until something passes; true loss exactly on the margin, every look pooled with those before.
import {
  binomial,
  chosenOf,
  drawPairs,
  noise,
  percent,
  seededRandom,
  shareOfLook,
} from '../peers/counts.mjs'

export const bar =
  'over six looks certified in at most 5 %, supported or certified in at most 20 % of questions'

const [LOOKS, FIRST, MARGIN, DISAGREEMENT] = [6, 300, 0.02, 0.1]
const CASES = [
  { name: 'K = 1', K: 1, worlds: 1500, more: 300 },
  { name: 'K = 1, twice the labels each', K: 1, worlds: 1500, more: null },
  { name: 'K = 1, can only lose', K: 1, worlds: 1500, more: 300, loseOnly: true },
  { name: 'K = 5, independent', K: 5, worlds: 500, more: 300 },
  { name: 'K = 5, equal answers', K: 5, worlds: 1000, more: 300, equal: true },
]

function draw(random, n, { K, loseOnly, equal }) {
  const one = () =>
    loseOnly
      ? { win: 0, lose: binomial(random, n, MARGIN) }
      : drawPairs(random, n, DISAGREEMENT, MARGIN)
  if (!equal) return Array.from({ length: K }, one)
  const same = one()
  return Array.from({ length: K }, () => same)
}

/** Questions in which each word was reached by look 1, 2, ... */
function reached(setting) {
  const random = seededRandom(`looks ${setting.name}`)
  const by = { certified: new Array(LOOKS).fill(0), passed: new Array(LOOKS).fill(0) }
  for (let world = 0; world < setting.worlds; world += 1) {
    const sums = Array.from({ length: setting.K }, () => ({ win: 0, lose: 0 }))
    let [n, certified, passed] = [0, false, false]
    for (let look = 1; look <= LOOKS; look += 1) {
      const more = look === 1 ? FIRST : (setting.more ?? n)
      draw(random, more, setting).forEach(({ win, lose }, c) => {
        sums[c] = { win: sums[c].win + win, lose: sums[c].lose + lose }
      })
      n += more
      const { kind } = chosenOf(sums, n, MARGIN, shareOfLook(look))
      certified ||= kind === 'certified'
      passed ||= kind === 'certified' || kind === 'supported'
      if (certified) by.certified[look - 1] += 1
      if (passed) by.passed[look - 1] += 1
    }
  }
  return by
}

export async function measure() {
  const lines = [
    'certified / supported or certified, by look 1, 2, 3, 6; margin and true loss 2 points, 300 labels at first',
  ]
  const broken = []
  for (const setting of CASES) {
    const { certified, passed } = reached(setting)
    const share = (count) => count / setting.worlds
    const shown = [0, 1, 2, 5].map(
      (at) => `${percent(share(certified[at]))} / ${percent(share(passed[at]))}`,
    )
    lines.push(`${setting.name.padEnd(30)} ${shown.join('   ')}`)
    if (share(certified.at(-1)) > 0.05 + noise(0.05, setting.worlds))
      broken.push(`${setting.name}: certified too often`)
    if (share(passed.at(-1)) > 0.2 + noise(0.2, setting.worlds))
      broken.push(`${setting.name}: supported too often`)
  }
  return { held: broken.length === 0, lines: [...lines, ...broken] }
}
