// sci: worked examples of the accepted answer and of fallbacks, by hand, and how often the interval of a saving holds the true one.
import { load } from '../peers/counts.mjs'

const { acceptRatio } = await load('core/carbon/accept-ratio.js')
const { escalationOf } = await load('core/carbon/fallback.js')
const { gridFactor } = await load('core/carbon/grid-factor.js')
const { costRatio, savingOf } = await load('core/carbon/saving.js')
const { sciOf, sciWithFallback } = await load('core/carbon/sci.js')
const { seededRandom } = await load('core/random/random.js')
const { exact, known } = await load('core/unit/known.js')

export const bar =
  'twelve worked examples equal the value by hand (1e-9), and the 95 % interval of a saving holds the true one in at least 93.6 % of 1,000 draws (95 % less 2 SE)'

const about = { zone: 'X', unit: 'g/kWh', period: 2026, kind: 'average', source: 'by hand' }
const grid = { ...gridFactor({ ...about, value: 1 }), intensity: exact('gPerKwh', 1, 'by hand') }
const draws = 50

/** An answer of so many grams, and which of the items it gets accepted. */
function candidate(id, grams, items, times = 1) {
  const mean = items && items.reduce((sum, one) => sum + one, 0) / items.length
  const rate = items ? exact('share', mean, 'counted') : { kind: 'unknown', why: 'not judged' }
  const usage = {
    ...{ candidate: id, meter: 'rapl', answers: items?.length ?? 1, acceptRate: rate, grid },
    ...{ energy: exact('JPerItem', grams * 3.6e6, 'by hand'), pue: exact('ratio', 1, 'by hand') },
    ...{ idle: { kind: 'unknown', why: 'no load' } },
    embodied: { kind: 'given', perItem: exact('gPerR', 0, 'by hand') },
  }
  return { usage, accepted: { rate, items }, draws: times }
}

const first = (right, n) => Array.from({ length: n }, (_, i) => (i < right ? 1 : 0))
const detector = { by: 'validator', catches: 1, falseAlarms: 0 }
const score = ({ usage }) => sciOf(usage, { draws }).perAccepted

function withFallback(own, to, others = []) {
  const all = new Map([own, ...others].map((one) => [one.usage.candidate, one]))
  return sciWithFallback(own.usage, escalationOf(own, { to, detector }, all), { draws }).sci
}

function saving(a, b, costs = costRatio(a.usage.energy, b.usage.energy, null)) {
  const side = ({ usage: { energy, acceptRate } }) => ({ perAnswer: energy, acceptRate })
  const rates = acceptRatio(a.accepted, b.accepted)
  return savingOf('energy', { candidate: side(a), incumbent: side(b) }, { costs, rates }).ratio
}

function examples() {
  const large = candidate('large', 10, first(95, 100))
  const small = candidate('small', 1, first(80, 100))
  const wrong = candidate('wrong', 0.01, first(0, 100))
  const both = candidate('large', 10, [...first(80, 80), ...first(15, 20)])
  const chancy = [...Array.from({ length: 10 }, () => 0.5), ...first(10, 10)]
  return [
    ['always wrong', score(wrong), 'infinite'],
    [
      'always wrong, asks the large one',
      withFallback(wrong, { model: 'large' }, [large]),
      10.01 / 0.95,
    ],
    [
      'incumbent always wrong: saving',
      saving(small, candidate('none', 10, first(0, 100))),
      'infinite',
    ],
    [
      'worse and cheaper: a loss',
      saving(candidate('worse', 8, first(60, 100)), large),
      (10 / 8) * (60 / 95),
    ],
    ['no incumbent', score(small), 1 / 0.8],
    [
      'retry, half of the failures are chance',
      withFallback(candidate('c', 1, chancy, 2), 'retry'),
      1.25,
    ],
    ['person', withFallback(small, 'person'), 1 / 0.8],
    ['cascade', withFallback(small, { model: 'large' }, [both]), 3 / 0.95],
    ['R = 0', score(candidate('zero', 1, first(0, 10))), 'infinite'],
    ['accept rate unknown', score(candidate('blind', 1, null)), 'unknown'],
    ['twin', saving(candidate('twin', 10, first(95, 100)), large), 1],
    ['same answers at a twentieth', saving(candidate('cheap', 0.5, first(95, 100)), large), 20],
  ]
}

/** Cost ratios measured within 5 % and answers on the same 300 items: how often the interval holds the true saving. */
function coverage() {
  const { next, normal } = seededRandom(12, 'savings')
  const [worlds, both, onlyA, onlyB, width] = [1000, 0.85, 0.04, 0.06, 0.05]
  const truth = (4 * (both + onlyA)) / (both + onlyB)
  let held = 0
  for (let world = 0; world < worlds; world += 1) {
    const seen = 4 * Math.exp((normal() * width) / 1.96)
    const pairs = Array.from({ length: 300 }, () => {
      const u = next()
      if (u < both) return [1, 1]
      if (u < both + onlyA) return [1, 0]
      return u < both + onlyA + onlyB ? [0, 1] : [0, 0]
    })
    const [a, b] = [0, 1].map((side) =>
      candidate(
        `m${side}`,
        1,
        pairs.map((pair) => pair[side]),
      ),
    )
    const ends = {
      value: seen,
      low: seen * Math.exp(-width),
      high: seen * Math.exp(width),
      level: 0.95,
    }
    const costs = known('ratio', { ...ends, method: 'measured', how: 'windows', source: 'drawn' })
    const { low, high } = saving(a, b, costs)
    if (low <= truth && truth <= high) held += 1
  }
  return held / worlds
}

export async function measure() {
  const rows = examples().map(([name, found, by]) => {
    const value = found.kind === 'known' ? found.value : found.kind
    const same = typeof by === 'string' ? value === by : Math.abs(value / by - 1) < 1e-9
    const text = (x) => (typeof x === 'string' ? x : String(Number(x.toPrecision(7))))
    return { same, line: `${name.padEnd(40)} ${text(value).padStart(10)}   by hand ${text(by)}` }
  })
  const share = coverage()
  return {
    held: rows.every(({ same }) => same) && share >= 0.95 - 2 * Math.sqrt((0.95 * 0.05) / 1000),
    lines: [
      ...rows.map(({ line, same }) => `${same ? '    ' : 'NOT '}${line}`),
      `interval of a saving, 95 %: holds the true one in ${(100 * share).toFixed(1)} % of 1,000`,
    ],
  }
}
