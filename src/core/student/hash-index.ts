/** Maps 32-bit hashes to the numbers 0, 1, 2, ... in order of arrival; open addressing in typed arrays. */
export class HashIndex {
  size = 0
  private slots: Int32Array
  private keysByOrder: Int32Array
  constructor(capacity = 1024) {
    const slots = powerOfTwo(2 * capacity)
    this.slots = new Int32Array(2 * slots)
    this.keysByOrder = new Int32Array(capacity)
  }

  /** The number of this hash; given on first sight. */
  add(key: number): number {
    if (this.size === this.keysByOrder.length) this.grow()
    const { slots } = this
    const mask = slots.length / 2 - 1
    let slot = key & mask
    for (;;) {
      const found = slots[2 * slot + 1] as number
      if (found === 0) break
      if (slots[2 * slot] === key) return found - 1
      slot = (slot + 1) & mask
    }
    slots[2 * slot] = key
    slots[2 * slot + 1] = this.size + 1
    this.keysByOrder[this.size] = key
    return this.size++
  }

  /** Hashes in order of arrival. */
  keys(): Int32Array {
    return this.keysByOrder.slice(0, this.size)
  }

  private grow(): void {
    const keys = this.keys()
    const bigger = new HashIndex(2 * this.size)
    for (const key of keys) bigger.add(key)
    this.slots = bigger.slots
    this.keysByOrder = bigger.keysByOrder
  }
}

function powerOfTwo(atLeast: number): number {
  let size = 2
  while (size < atLeast) size *= 2
  return size
}
