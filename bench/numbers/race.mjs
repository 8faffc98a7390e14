// race: what a race with the product's defaults saves of running everything, next to an oracle that runs the winner alone.
import { load, matrix, noise, percent, RISK, seededRandom, shareOfLook } from '../peers/counts.mjs'
import { leastSpend } from '../peers/race-bound.mjs'

const { Race } = await load('core/select/race.js')
const { supportP } = await load('core/proof/grade.js')
const { lossOfScores } = await load('core/proof/loss-of-scores.js')

export const bar =
  'with the defaults at least 0.7 of what an oracle saves that is told the winner, 60x where no candidate is good; wrong no oftener than the risk'

const ORDERS = Number(process.env.ORDERS ?? 25)

/** As app/evaluate sets a race up: batches of 32 that grow by 5 %, and evidence for future items at the first look. */
const setupOf = (candidates, items, incumbent, margin, logged) => ({
  candidates: candidates.map(({ id, cost }, written) => ({ id, cost: [cost, cost], written })),
  ...{ items, alpha: RISK.alpha, beta: RISK.beta, batch: 32, growth: 0.05 },
  ...{ budget: null, volume: null, clusters: null, slices: [] },
  bar: { kind: 'relative', margin, tolerance: 0 },
  reference: { id: incumbent.id, cost: incumbent.cost, logged },
  traffic: { kind: 'supported', risk: (1 - RISK.supportedAt) * shareOfLook(1) },
})

/** The accepted candidate where the claim about future items holds by its share of the error; null where it only matches. */
function supported(race, model, { order, incumbent, margin }) {
  if (model === undefined) return null
  const { reason, stoppedAt, share } = race.evidence(model.id)
  const scores = ({ bits }) => Float64Array.from(order.slice(0, stoppedAt), (at) => bits[at])
  const pairing = { own: scores(model), reference: scores(incumbent), clusters: null }
  const raced = reason === 'exhausted' ? 'exhausted' : 'stopped'
  const loss = lossOfScores(pairing, { floor: 0, raced })
  return supportP(loss, margin) <= (1 - RISK.supportedAt) * shareOfLook(1) * share ? model : null
}

/** Runs a race on one order of the items; whoever passes is only `matched` where future items are not shown. */
function run(candidates, incumbent, order, margin, logged) {
  const paid = new Map()
  const race = new Race(setupOf(candidates, order.length, incumbent, margin, logged))
  const scores = (model, from, to) => order.slice(from, to).map((at) => model.bits[at])
  const models = new Map(candidates.map((model) => [model.id, model]))
  if (logged) race.recordReference(0, scores(incumbent, 0, order.length), 0)
  for (;;) {
    const action = race.next()
    if (action.kind === 'done') {
      const { accepted, spent } = action.outcome
      return {
        spent,
        paid,
        accepted: supported(race, models.get(accepted), { order, incumbent, margin }),
      }
    }
    if (action.reference !== null) {
      const { from, to } = action.reference
      race.recordReference(from, scores(incumbent, from, to), (to - from) * incumbent.cost)
      paid.set(incumbent, (paid.get(incumbent) ?? 0) + (to - from) * incumbent.cost)
    }
    const model = models.get(action.candidate)
    const { from, to } = action
    race.record(model.id, from, scores(model, from, to), (to - from) * model.cost)
    paid.set(model, (paid.get(model) ?? 0) + (to - from) * model.cost)
  }
}

function tasks() {
  return ['gsm8k', 'crux'].flatMap((name) => {
    const models = matrix(name)
    const best = models.toSorted((a, b) => b.mean - a.mean).slice(0, 4)
    return best.flatMap((incumbent) =>
      [0.01, 0.02, 0.05].map((margin) => {
        const cheaper = models.filter(({ cost }) => cost < incumbent.cost)
        const good = cheaper.filter(({ mean }) => incumbent.mean - mean <= margin + 1e-12)
        return { name, incumbent, margin, cheaper, winner: good[0] ?? null }
      }),
    )
  })
}

const geometric = (values) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / Math.max(1, values.length))

const parts = ['before', 'winner', 'after', 'incumbent']

/** Whom the spend was for: candidates that cost less than the winner, the winner, those that cost more, the incumbent. */
function partOf(model, { incumbent, winner, cheaper }) {
  if (model === incumbent) return 'incumbent'
  if (model === winner) return 'winner'
  return winner === null || cheaper.indexOf(model) < cheaper.indexOf(winner) ? 'before' : 'after'
}

/** Spend of both, summed over the same orders, and how often a bad one was supported. Items are drawn with replacement. */
function measured(task, logged) {
  const { name, incumbent, margin, cheaper, winner } = task
  const random = seededRandom(`race ${name} ${incumbent.id} ${margin}`)
  const size = incumbent.bits.length
  const everything = size * (cheaper.reduce((sum, { cost }) => sum + cost, 0) + incumbent.cost)
  const found = { spent: 0, oracle: 0, wrong: 0, shipped: 0, won: 0, told: 0, asked: 0 }
  const paid = { before: 0, winner: 0, after: 0, incumbent: 0 }
  for (let at = 0; at < ORDERS; at += 1) {
    const order = Array.from({ length: size }, () => random.integer(size))
    const ours = run(cheaper, incumbent, order, margin, logged)
    found.spent += ours.spent
    for (const [model, cost] of ours.paid) paid[partOf(model, task)] += cost / everything / ORDERS
    if (winner !== null) {
      const oracle = run([winner], incumbent, order, margin, logged)
      found.oracle += oracle.spent
      found.asked += (oracle.paid.get(winner) ?? 0) / winner.cost / ORDERS
      if (oracle.accepted !== null) found.told += 1
      if (ours.accepted === winner) found.won += 1
    }
    if (ours.accepted !== null) found.shipped += 1
    if (ours.accepted !== null && incumbent.mean - ours.accepted.mean > margin + 1e-12)
      found.wrong += 1
  }
  const least = leastSpend(task, (found.told + 0.5) / (ORDERS + 1), 1 - RISK.supportedAt)
  const more = logged ? 0 : Math.max(0, least.items - found.asked) * incumbent.cost
  const bound = everything / (found.oracle / ORDERS + least.spend + more)
  const all = everything * ORDERS
  return { ...found, paid, bound, saving: all / found.spent, best: all / found.oracle }
}

/** Share of races in which one of K candidates just beyond the margin is supported: any of them is wrong. */
function worstCase(K, worlds) {
  const [items, margin] = [400, 0.02]
  const random = seededRandom(`race worst ${K}`)
  const order = Array.from({ length: items }, (_, at) => at)
  let wrong = 0
  for (let world = 0; world < worlds; world += 1) {
    const bits = Uint8Array.from(order, () => Number(random.next() < 0.9))
    const incumbent = { id: 'incumbent', cost: 100, bits }
    const one = (c) => ({
      ...{ id: `c${c}`, cost: 1 + c },
      bits: bits.map((right) => Number(random.next() < (right === 1 ? 1 - 0.0601 / 0.9 : 0.4))),
    })
    const candidates = Array.from({ length: K }, (_, c) => one(c))
    if (run(candidates, incumbent, order, margin, true).accepted !== null) wrong += 1
  }
  return wrong / worlds
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const shareOf = (some, key) => percent(mean(some.map((one) => one[key])) / ORDERS)

function lineOf({ task, saving, best, bound, shipped, won, told, wrong }) {
  const { name, incumbent, margin, winner } = task
  const cells = [
    ...[name.padEnd(7), incumbent.id.slice(0, 24).padEnd(24), String(100 * margin).padStart(5)],
    ` ${(winner?.id ?? 'none').slice(0, 28).padEnd(28)}`,
    saving.toFixed(1).padStart(6),
    ` ${(winner ? best.toFixed(1) : '-').padStart(6)}`,
    bound.toFixed(1).padStart(6),
    ...[shipped, won, told, wrong].map((count) => percent(count / ORDERS).padStart(7)),
  ]
  return cells.join(' ')
}

export async function measure() {
  if (matrix('gsm8k') === null)
    return { held: false, lines: ['the matrices are not here: set RIGHTSIZE_DATA'] }
  const lines = [
    'matrix  incumbent                margin  winner                        saves  oracle  bound  shipped  winner  told  wrong',
  ]
  const broken = []
  for (const logged of [false, true]) {
    const found = tasks().map((task) => ({ task, ...measured(task, logged) }))
    const good = found.filter(({ task }) => task.winner !== null)
    const none = found.filter(({ task }) => task.winner === null)
    lines.push(...found.map(lineOf))
    const of = (some, key) => geometric(some.map((one) => one[key]))
    const ratio = of(good, 'saving') / of(good, 'best')
    const draws = ORDERS * found.length
    const wrong = found.reduce((sum, one) => sum + one.wrong, 0) / draws
    const kind = logged ? 'logged' : 'paired'
    lines.push(
      `${kind}: ${of(good, 'saving').toFixed(1)}x of ${of(good, 'best').toFixed(1)}x = ${ratio.toFixed(2)} where one is good; ${of(none, 'saving').toFixed(1)}x where none is (${none.length} tasks); wrong ${percent(wrong)}`,
      `  no rule with these promises and the oracle's power: more than ${(of(good, 'bound') / of(good, 'best')).toFixed(2)} of the oracle, ${of(none, 'bound').toFixed(1)}x where none is good`,
      `  of everything: ${parts.map((part) => `${part} ${percent(mean(good.map(({ paid }) => paid[part])))}`).join(', ')}; supported in ${shareOf(good, 'shipped')}, the winner in ${shareOf(good, 'won')}, by the oracle in ${shareOf(good, 'told')}`,
    )
    if (ratio < 0.7) broken.push(`${kind}: ${ratio.toFixed(2)} of the oracle`)
    if (none.length > 0 && of(none, 'saving') < 60)
      broken.push(`${kind}: ${of(none, 'saving').toFixed(1)}x where none is good`)
    if (wrong > 0.2 + noise(0.2, draws)) broken.push(`${kind}: wrong too often`)
  }
  for (const [K, worlds] of [
    [1, 400],
    [5, 200],
  ]) {
    const wrong = worstCase(K, worlds)
    lines.push(`all on the margin, K = ${K}: supported and wrong in ${percent(wrong)} of races`)
    if (wrong > 0.2 + noise(0.2, worlds)) broken.push(`K = ${K} on the margin: wrong too often`)
  }
  return { held: broken.length === 0, lines: [...lines, ...broken] }
}
