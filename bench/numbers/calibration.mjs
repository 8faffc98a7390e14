// calibration: of all printed chances near p, a share of about p comes true; public matrices, resampled so that the truth is known.
import {
  chosenOf,
  lossOf,
  matrix,
  noise,
  onTraffic,
  percent,
  resampled,
  seededRandom,
} from '../peers/counts.mjs'

export const bar =
  'expected calibration error at most 0.05 for every chance that is printed, Brier score no worse than the plain posterior'

const [DRAWS, BINS, INCUMBENTS] = [3, 10, 6]

/** Shares of chances that came true, by tenth. */
class Calibration {
  bins = Array.from({ length: BINS }, () => ({ count: 0, said: 0, came: 0 }))
  brier = 0
  plain = 0
  count = 0

  add(chance, came, plain = chance) {
    const bin = this.bins[Math.min(BINS - 1, Math.floor(chance * BINS))]
    bin.count += 1
    bin.said += chance
    bin.came += came
    this.brier += (chance - came) ** 2
    this.plain += (plain - came) ** 2
    this.count += 1
  }

  get error() {
    return this.bins.reduce((sum, { said, came }) => sum + Math.abs(said - came), 0) / this.count
  }

  line(name) {
    const shown = this.bins.map(({ count, came }) =>
      (count < 20 ? '-' : (100 * came) / count).toString().slice(0, 4).padStart(5),
    )
    return `${name.padEnd(30)} ${String(this.count).padStart(6)}  ${this.error.toFixed(3)}  ${(this.brier / this.count).toFixed(4)} (${(this.plain / this.count).toFixed(4)}) ${shown.join('')}`
  }
}

/** Each of the most accurate models in turn as the incumbent, with what is cheaper: enough truths near the margin. */
function tasksOf(name) {
  const models = matrix(name)
  const best = models.toSorted((a, b) => b.mean - a.mean).slice(0, INCUMBENTS)
  return best.flatMap((incumbent) => {
    const cheaper = models.filter(({ cost }) => cost < incumbent.cost)
    return cheaper.length === 0 ? [] : [{ incumbent, cheaper }]
  })
}

/** Fills the calibrations of rows, of the one that the headline names, and of rows for as much traffic as labels. */
function collect({ incumbent, cheaper }, n, margin, found) {
  const random = seededRandom(`calibration ${incumbent.id} ${n} ${margin}`)
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const counts = resampled(random, incumbent, cheaper, n)
    const traffic = resampled(random, incumbent, cheaper, n)
    const named = chosenOf(counts, n, margin)
    const chances = named.losses.map((loss) => loss.pOver(margin))
    const nearest = named.at < 0 ? chances.indexOf(Math.min(...chances)) : named.at
    cheaper.forEach(({ mean }, c) => {
      const loss = lossOf(counts[c].win, counts[c].lose, n)
      const came = Number(incumbent.mean - mean > margin + 1e-12)
      found.rows.add(chances[c], came)
      if (c === nearest) found.headline.add(chances[c], came)
      const seen = (traffic[c].lose - traffic[c].win) / n
      found.traffic.add(onTraffic(loss, n).pOver(margin), Number(seen > margin), chances[c])
    })
  }
}

export async function measure() {
  if (matrix('gsm8k') === null)
    return { held: false, lines: ['the matrices are not here: set RIGHTSIZE_DATA'] }
  const found = { rows: new Calibration(), headline: new Calibration(), traffic: new Calibration() }
  for (const name of ['gsm8k', 'crux'])
    for (const task of tasksOf(name))
      for (const n of [100, 300, 800])
        for (const margin of [0.01, 0.02, 0.03, 0.05]) collect(task, n, margin, found)
  const lines = [
    'GSM8K and CRUX, 100, 300, 800 labels, margins of 1, 2, 3, 5 points, six incumbents each; came true in % by tenth of the chance',
    `${''.padEnd(30)}  count  error  Brier (plain)`,
    found.rows.line('rows and JSON, long run'),
    found.headline.line('headline: chosen or nearest'),
    found.traffic.line('rows, traffic of n answers'),
  ]
  const broken = Object.entries(found).flatMap(([name, one]) => [
    ...(one.error > 0.05 + (name === 'headline' ? noise(0.2, one.count) : 0)
      ? [`${name}: calibration error ${percent(one.error)}`]
      : []),
    ...(one.brier > one.plain + 1e-9 ? [`${name}: Brier worse than the plain posterior`] : []),
  ])
  return { held: broken.length === 0, lines: [...lines, ...broken] }
}
