import type { SeenLoss } from '../proof/forecast.ts'
import { stoppingShare } from '../proof/loss-sequential.ts'
import type { SequentialEvidence } from '../result/candidate.ts'
import type { BarSpec } from '../spec/spec.ts'
import { RaceStream } from './race-stream.ts'
import type { RaceCandidate, RaceSetup } from './race-types.ts'

/** `matched`: the full run agrees, and future items are not shown to. `left`: taken out by the caller. */
export type RaceStanding = 'open' | 'accepted' | 'matched' | 'discarded' | 'parked' | 'left'

/** A log of evidence that JSON can hold: an impossible null is written as this. */
const largestLog = 1e6

/** One candidate on its way through the race. */
export class Runner {
  readonly id: string
  readonly written: number
  readonly interval: readonly [number, number]
  readonly scores: Float64Array
  /** One for the bar and one per slice, from its first turn on; `share` is its part of the error. */
  streams: readonly RaceStream[] = []
  share = 0
  recorded = 0
  fed = 0
  standing: RaceStanding = 'open'
  resumed = false
  exact = false
  private spent = 0
  constructor(candidate: RaceCandidate, items: number) {
    this.id = candidate.id
    this.written = candidate.written
    this.interval = candidate.cost
    this.scores = new Float64Array(items)
  }

  get main(): RaceStream | undefined {
    return this.streams[0]
  }

  /** Whether a test about future items took it out of play. */
  isHopeless = false

  /** Whether it had a turn and can have passed or could still: then what it could spend is gone. */
  get inPlay(): boolean {
    const out = this.standing === 'discarded' || this.standing === 'left'
    return this.streams.length > 0 && !(out && this.isHopeless)
  }

  /** Cost of one item: as measured once there is a measurement, the middle of the prior before. */
  get cost(): number {
    if (this.spent > 0 && this.recorded > 0) return this.spent / this.recorded
    return (this.interval[0] + this.interval[1]) / 2
  }

  /** The loss over the items fed so far; the variance of one more pair that differs is added, so that it is never 0. */
  seenLoss(bar: BarSpec, reference: ArrayLike<number>): SeenLoss {
    let [sum, squares] = [0, 1]
    for (let p = 0; p < this.fed; p += 1) {
      const against = bar.kind === 'relative' ? (reference[p] as number) : bar.floor
      const lost = against - (this.scores[p] as number)
      sum += lost
      squares += lost * lost
    }
    const expected = sum / this.fed
    return { n: this.fed, expected, variance: squares / (this.fed + 1) - expected ** 2 }
  }

  record(from: number, scores: ArrayLike<number>, cost: number): void {
    for (let i = 0; i < scores.length; i += 1) this.scores[from + i] = scores[i] as number
    this.recorded = Math.max(this.recorded, from + scores.length)
    this.spent += cost
  }
}

/** Evidence of a candidate's e-processes as the run result holds it. */
export function sequentialEvidence(
  runner: Runner,
  setup: RaceSetup,
  group: number,
): SequentialEvidence {
  const { main, share } = runner
  const log = (value: number) => Math.min(largestLog, value)
  return {
    scope: 'set',
    logEUp: log(main?.up.logMax ?? 0),
    logEDown: log(main?.down.logMax ?? 0),
    thresholdUp: 1 / (setup.alpha * (share > 0 ? share : 1)),
    share,
    thresholdDown: discardAt(setup, group),
    stoppedAt: runner.fed,
    reason: reasonOf(runner),
  }
}

function reasonOf(runner: Runner): SequentialEvidence['reason'] {
  if (runner.exact || runner.standing === 'matched') return 'exhausted'
  if (runner.standing === 'accepted' || runner.standing === 'discarded') return runner.standing
  if (runner.standing === 'parked') return 'parked'
  if (runner.standing === 'left' && runner.recorded > 0) return 'parked'
  return runner.fed === 0 ? 'not reached' : 'budget'
}

const discardAt = (setup: RaceSetup, group: number): number =>
  (group * (1 + setup.slices.length)) / setup.beta

/** One stream for the bar and one per slice. Discard splits beta over conditions and over a probed group; acceptance needs every one and splits nothing (intersection-union). */
export function streamsFor(setup: RaceSetup, group: number, share: number): RaceStream[] {
  const relative = setup.bar.kind === 'relative'
  const half = (margin: number) => (1 - margin) / 2
  const common = {
    acceptAt: 1 / (setup.alpha * share),
    futureAt: 1 / ((setup.traffic?.risk ?? setup.alpha) * share * stoppingShare),
    discardAt: discardAt(setup, group),
    clusters: setup.clusters,
    items: setup.items,
  }
  const bars =
    setup.bar.kind === 'relative'
      ? { floor: half(setup.bar.margin), target: half(setup.bar.margin - setup.bar.tolerance) }
      : { floor: setup.bar.floor, target: setup.bar.target }
  const slices = setup.slices.map(({ member, limit }) => {
    const floor = relative ? half(limit) : limit
    return new RaceStream({ ...common, member, floor, target: floor })
  })
  return [new RaceStream({ ...common, ...bars, member: null }), ...slices]
}

/** Size of the group of overlapping prior costs that each candidate belongs to. A point prior overlaps only its equals. */
export function probeGroups(candidates: readonly RaceCandidate[]): Map<string, number> {
  const sorted = [...candidates].sort((a, b) => a.cost[0] - b.cost[0])
  const groups: RaceCandidate[][] = []
  let reach = Number.NEGATIVE_INFINITY
  for (const candidate of sorted) {
    const last = groups.at(-1)
    if (last !== undefined && candidate.cost[0] < reach) last.push(candidate)
    else groups.push([candidate])
    reach = Math.max(reach, candidate.cost[1])
  }
  return new Map(groups.flatMap((group) => group.map(({ id }) => [id, group.length] as const)))
}
