import { EProcess } from '../stats/e-process.ts'

export interface StreamSetup {
  /** The bars in the unit of y: accept above floor, discard below target. */
  readonly floor: number
  readonly target: number
  readonly acceptAt: number
  readonly discardAt: number
  /** Threshold of the same evidence about future items. */
  readonly futureAt: number
  /** Positions that count; null: all. */
  readonly member: readonly boolean[] | null
  readonly clusters: readonly number[] | null
  readonly items: number
}

/** Both sides of one condition for one candidate: "above the floor" and "below the target", set scope. */
export class RaceStream {
  readonly up: EProcess
  readonly down: EProcess
  /** "Above the floor" for future items: with replacement. */
  readonly future: EProcess
  /** Member positions in the set, and those seen. */
  readonly total: number
  seen = 0
  private sum = 0
  private readonly setup: StreamSetup
  private readonly largest: number
  private pending = { size: 0, sum: 0 }

  constructor(setup: StreamSetup) {
    const { units, items, largest } = unitsOf(setup)
    this.setup = setup
    this.total = items
    this.largest = largest
    this.up = new EProcess({ nullMean: setup.floor, size: units, threshold: setup.acceptAt })
    this.future = new EProcess({ nullMean: setup.floor, size: null, threshold: setup.futureAt })
    this.down = new EProcess({
      nullMean: 1 - setup.target,
      size: units,
      threshold: setup.discardAt,
    })
  }

  /** Above the floor: by evidence, or exactly once every member is seen. A slice without members holds trivially. */
  get holds(): boolean {
    return this.up.rejected || (this.seen === this.total && this.mean >= this.setup.floor - 1e-12)
  }

  get broken(): boolean {
    if (this.seen === this.total) return this.mean < this.setup.floor - 1e-12
    return this.down.rejected
  }

  get mean(): number {
    return this.seen === 0 ? this.setup.floor : this.sum / this.seen
  }

  feed(position: number, y: number): void {
    const { member, clusters } = this.setup
    if (member === null || member[position] === true) {
      this.seen += 1
      this.sum += y
      this.pending = { size: this.pending.size + 1, sum: this.pending.sum + y }
    }
    const ends = clusters === null || clusters[position + 1] !== clusters[position]
    if (ends && this.pending.size > 0) this.closeUnit()
  }

  private closeUnit(): void {
    const { floor, target } = this.setup
    const { size, sum } = this.pending
    const most = this.largest
    const unit = (value: number, bar: number) => (value - bar * size + most * bar) / most
    const value = unit(sum, floor)
    this.up.update(value)
    this.future.update(value)
    this.down.update(unit(size - sum, 1 - target))
    this.pending = { size: 0, sum: 0 }
  }
}

/** Units (items or clusters that hold a member), member items, and the largest unit. */
function unitsOf({ member, clusters, items }: StreamSetup): {
  units: number
  items: number
  largest: number
} {
  if (member === null && clusters === null) return { units: items, items, largest: 1 }
  const sizes = new Map<number, number>()
  for (let p = 0; p < items; p += 1) {
    if (member !== null && member[p] !== true) continue
    const key = clusters === null ? p : (clusters[p] as number)
    sizes.set(key, (sizes.get(key) ?? 0) + 1)
  }
  let total = 0
  let largest = 1
  for (const size of sizes.values()) {
    total += size
    largest = Math.max(largest, size)
  }
  return { units: sizes.size, items: total, largest }
}
