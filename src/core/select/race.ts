import { chancePooledBelow } from '../proof/forecast.ts'
import { certifyP, firstBatch, hopelessAt, shareInRace, supportP } from '../proof/grade.ts'
import { normalReach } from '../proof/loss-exact.ts'
import type { LossModel } from '../proof/loss-model.ts'
import { lossOfScores } from '../proof/loss-of-scores.ts'
import { type Raced, stoppingShare } from '../proof/loss-sequential.ts'
import type { SequentialEvidence } from '../result/candidate.ts'
import {
  probeGroups,
  type RaceStanding,
  Runner,
  sequentialEvidence,
  streamsFor,
} from './race-runner.ts'
import type { RaceAction, RaceOutcome, RaceSetup, RaceTraffic } from './race-types.ts'

/** From this many items on a candidate may be parked (selection study 2.4). */
const parkFrom = 100

/** Chance of showing something about future items below which a candidate is left. */
const futile = 0.125

/** Items before that is asked of one in play against a floor. A hopeless one is left at once: it returns its error. */
const futileFrom = 96

/** Smallest loss that candidates are taken to differ from the incumbent by, where the margin is smaller. */
const leastSpread = 0.01

/**
 * Finds the cheapest candidate whose full run over these items would meet the bar (set scope), with as little spent as
 * the evidence allows (selection study 2.4): cheapest first on one fixed item order, betting e-processes without
 * replacement, acceptance at K/alpha, discard at 1/beta. A wrong acceptance has probability at most alpha over all K;
 * the cheapest good candidate is discarded with probability at most beta, whatever the batches, budget or order.
 *
 * Deterministic and free of effects: `next` says what to run, `record` and `recordReference` take what came out.
 * Stored outcomes are replayed through the same two calls with cost 0, so a resumed race repeats nothing.
 */
export class Race {
  private readonly setup: RaceSetup
  private readonly runners: readonly Runner[]
  /** Size of the group of overlapping prior costs, by candidate. */
  private readonly groups: ReadonlyMap<string, number>
  private readonly reference: Float64Array
  private referenceSeen = 0
  private spent = 0
  private order: readonly Runner[] | null = null
  private outcome: RaceOutcome | null = null

  constructor(setup: RaceSetup) {
    this.setup = setup
    this.reference = new Float64Array(setup.items)
    this.groups = probeGroups(setup.candidates)
    this.runners = setup.candidates.map((candidate) => new Runner(candidate, setup.items))
  }

  /** The next thing to run, or the outcome. Calling it twice without recording gives the same answer. */
  next(): RaceAction {
    if (this.outcome !== null) return { kind: 'done', outcome: this.outcome }
    const probe = this.order === null ? this.nextProbe() : null
    if (probe !== null) return probe
    this.order ??= [...this.runners].sort((a, b) => a.cost - b.cost || a.written - b.written)
    return this.nextInRace(this.order)
  }

  /** Scores in 0..1 for positions from, from + 1, ...; `cost` is what the batch cost in the unit of the budget. */
  record(id: string, from: number, scores: ArrayLike<number>, cost: number): void {
    this.runner(id).record(from, scores, cost)
    this.spent += cost
  }

  /** Scores of the reference, the same way. */
  recordReference(from: number, scores: ArrayLike<number>, cost: number): void {
    for (let i = 0; i < scores.length; i += 1) this.reference[from + i] = scores[i] as number
    this.referenceSeen = Math.max(this.referenceSeen, from + scores.length)
    this.spent += cost
  }

  /** Takes a candidate out for good: what was recorded stays its evidence, and it is not asked for again. */
  leave(id: string): void {
    const runner = this.runner(id)
    if (runner.standing === 'open' || runner.standing === 'parked') runner.standing = 'left'
  }

  /** Evidence of the e-processes of one candidate. */
  evidence(id: string): SequentialEvidence {
    return sequentialEvidence(this.runner(id), this.setup, this.groups.get(id) ?? 1)
  }

  /** Mean of y over the items fed so far: score, or (score - reference + 1) / 2. */
  observedMean(id: string): number {
    return this.runner(id).main?.mean ?? 0
  }

  private runner(id: string): Runner {
    const found = this.runners.find((runner) => runner.id === id)
    if (found === undefined) throw new RangeError(`no candidate ${id} in this race`)
    return found
  }

  /** Candidates whose prior costs overlap are metered on the first items before the order is frozen. */
  private nextProbe(): RaceAction | null {
    const upTo = Math.min(this.setup.batch, this.setup.items)
    for (const runner of this.runners) {
      if (this.groups.get(runner.id) === 1 || runner.recorded >= upTo) continue
      if (runner.standing === 'left') continue
      return this.ask(runner, upTo, 'probe') ?? this.stop('budget', null, runner)
    }
    return null
  }

  private nextInRace(order: readonly Runner[]): RaceAction {
    for (const runner of order) {
      if (runner.standing === 'left' || runner.standing === 'discarded') continue
      if (runner.standing === 'parked' || runner.resumed) continue
      const action = this.advance(runner, order, 'race')
      if (action !== null) return action
      if (runner.standing === 'accepted') return this.resumeCheaper(order, runner)
    }
    return this.resumeCheaper(order, null)
  }

  /** What this candidate needs next; null once it is decided or parked. */
  private advance(
    runner: Runner,
    order: readonly Runner[],
    phase: 'race' | 'resume',
  ): RaceAction | null {
    this.start(runner, order)
    this.feed(runner)
    if (runner.standing === 'open' && this.isFutile(runner)) runner.standing = 'left'
    if (runner.standing !== 'open') return null
    if (phase === 'race' && this.shouldPark(runner, order)) {
      runner.standing = 'parked'
      return null
    }
    const { batch, growth, items } = this.setup
    const early = Math.min(batch, Math.max(firstBatch, runner.fed))
    const to = Math.min(items, runner.fed + Math.max(early, Math.ceil(growth * runner.fed)))
    return this.ask(runner, to, phase) ?? this.stop('budget', null, runner)
  }

  /** On its first turn a candidate gets its share of the error: those before it that are still in play have spent theirs. */
  private start(runner: Runner, order: readonly Runner[]): void {
    if (runner.streams.length > 0) return
    const before = order.slice(0, order.indexOf(runner)).filter(({ inPlay }) => inPlay).length
    runner.share = shareInRace(this.setup.candidates.length, before)
    runner.streams = streamsFor(this.setup, this.groups.get(runner.id) ?? 1, runner.share)
  }

  /** Feeds recorded scores in item order until a verdict, and no further. */
  private feed(runner: Runner): void {
    const relative = this.setup.reference !== null
    const ready = relative ? Math.min(runner.recorded, this.referenceSeen) : runner.recorded
    while (runner.standing === 'open' && runner.fed < ready) {
      const p = runner.fed
      const score = runner.scores[p] as number
      const y = relative ? (score - (this.reference[p] as number) + 1) / 2 : score
      for (const stream of runner.streams) stream.feed(p, y)
      runner.fed += 1
      this.judge(runner)
      this.testHopeless(runner)
    }
  }

  private judge(runner: Runner): void {
    const { streams } = runner
    const end = runner.fed === this.setup.items
    if (streams.every((stream) => stream.holds)) runner.standing = this.afterMatch(runner, end)
    else if (streams.some((stream) => stream.broken)) {
      runner.standing = 'discarded'
      // Later the set may end below the bar by chance: that is no evidence about future items.
      runner.isHopeless ||= runner.fed <= this.setup.items / 2
    }
    runner.exact = runner.standing !== 'open' && end
  }

  /** It matches. If more is asked of it, it goes on until future items are shown too, or the set is exhausted. */
  private afterMatch(runner: Runner, end: boolean): RaceStanding {
    const { traffic } = this.setup
    if (traffic === undefined || traffic === null) return 'accepted'
    if (runner.streams.every((stream) => stream.future.rejected)) return 'accepted'
    if (!end) return 'open'
    return this.showsTraffic(runner, traffic) ? 'accepted' : 'matched'
  }

  /** With every item run, the test over all of them counts beside the betting one, and shares the error with it. */
  private showsTraffic(runner: Runner, { kind, risk }: RaceTraffic): boolean {
    const loss = this.lossSoFar(runner, 'exhausted')
    return (kind === 'certified' ? certifyP : supportP)(loss, this.limit) <= risk * runner.share
  }

  /** The loss over the items fed so far. */
  private lossSoFar({ fed, scores }: Runner, raced?: Raced): LossModel {
    const { bar, reference, clusters } = this.setup
    const first = (all: Float64Array) => all.subarray(0, fed)
    const keys = clusters?.slice(0, fed).map(String) ?? null
    const other = reference === null ? null : first(this.reference)
    const pairing = { own: first(scores), reference: other, clusters: keys }
    return lossOfScores(pairing, { floor: bar.kind === 'absolute' ? bar.floor : 0, raced })
  }

  private get limit(): number {
    const { bar } = this.setup
    return bar.kind === 'relative' ? bar.margin : 0
  }

  /** At its appointed items a candidate that the test shows to fail is out of play. */
  private testHopeless(runner: Runner): void {
    const level = hopelessAt(runner.fed)
    if (level > 0 && this.lossSoFar(runner).pInferior(this.limit) <= level) runner.isHopeless = true
  }

  /**
   * These items will hardly show anything about future ones for it, even if all of them are run. Against an incumbent this is asked
   * from the first batch on, of a candidate as good as the incumbent give or take a margin: with a flat prior a few items say
   * too little about a loss, and a set that could not even show an equal would be run for a candidate that might be far better.
   * Nothing of the kind is assumed of a hopeless one.
   */
  private isFutile(runner: Runner): boolean {
    const { traffic, items, bar } = this.setup
    if (traffic === undefined || traffic === null || runner.fed === 0) return false
    const asEqual = bar.kind === 'relative' && !runner.isHopeless
    if (bar.kind === 'absolute' && runner.fed < futileFrom && !runner.isHopeless) return false
    const seen = runner.seenLoss(bar, this.reference)
    const alpha = traffic.risk * runner.share * (1 - stoppingShare)
    const distance = normalReach(alpha, seen.variance) / Math.sqrt(items)
    const spread = asEqual ? Math.max(bar.margin, leastSpread) : undefined
    return chancePooledBelow(seen, items - runner.fed, this.limit - distance, spread) < futile
  }

  /** Deciding it would cost more than the calls could save by having it instead of the next one. */
  private shouldPark(runner: Runner, order: readonly Runner[]): boolean {
    const { volume, items, reference } = this.setup
    if (volume === null || runner.fed < parkFrom) return false
    const next = order.slice(order.indexOf(runner) + 1).find((other) => other.standing === 'open')
    const nextCost = next?.cost ?? reference?.cost
    if (nextCost === undefined) return false
    return (items - runner.fed) * runner.cost > (nextCost - runner.cost) * volume
  }

  /** Parked candidates cheaper than the choice go on where finishing them still pays. */
  private resumeCheaper(order: readonly Runner[], accepted: Runner | null): RaceAction {
    const chosenCost = accepted?.cost ?? this.setup.reference?.cost ?? Number.POSITIVE_INFINITY
    for (const runner of order) {
      if (runner === accepted) break
      if (runner.standing !== 'parked' && !runner.resumed) continue
      if (runner.standing === 'parked' && !this.pays(runner, chosenCost)) continue
      if (runner.standing === 'parked') runner.standing = 'open'
      runner.resumed = true
      const action = this.advance(runner, order, 'resume')
      if (action !== null) return action
      if (runner.standing === 'accepted') return this.stop('accepted', runner, null)
    }
    const found = accepted ?? order.find((runner) => runner.standing === 'matched') ?? null
    return this.stop(found === null ? 'none' : 'accepted', found, null)
  }

  private pays(runner: Runner, chosenCost: number): boolean {
    const volume = this.setup.volume ?? 0
    return (chosenCost - runner.cost) * volume > (this.setup.items - runner.fed) * runner.cost
  }

  /** The batch up to `to`, with the reference's missing part; null when the budget does not hold it. */
  private ask(runner: Runner, to: number, phase: 'probe' | 'race' | 'resume'): RaceAction | null {
    const { reference, budget } = this.setup
    const from = Math.min(runner.recorded, to)
    const missing =
      reference === null || phase === 'probe' ? 0 : Math.max(0, to - this.referenceSeen)
    const projected =
      (to - from) * runner.cost +
      missing * (reference?.logged === true ? 0 : (reference?.cost ?? 0))
    if (budget !== null && this.spent + projected > budget) return null
    const lacking = missing > 0 ? { from: this.referenceSeen, to } : null
    return { kind: 'evaluate', candidate: runner.id, from, to, reference: lacking, phase }
  }

  private stop(
    reason: RaceOutcome['reason'],
    accepted: Runner | null,
    waiting: Runner | null,
  ): RaceAction {
    const pending =
      waiting === null
        ? null
        : {
            candidate: waiting.id,
            atMost: (this.setup.items - waiting.recorded) * waiting.cost + this.referenceRest(),
          }
    this.outcome = { reason, accepted: accepted?.id ?? null, spent: this.spent, pending }
    return { kind: 'done', outcome: this.outcome }
  }

  private referenceRest(): number {
    const { reference, items } = this.setup
    return reference === null || reference.logged
      ? 0
      : (items - this.referenceSeen) * reference.cost
  }
}
