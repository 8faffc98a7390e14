import type { Random } from '../random/random.ts'

/**
 * A dropout mask: 0 with probability `rate` (to 1/256), else 1 / (1 - that probability). One draw serves four elements.
 * Source: inverted dropout, Srivastava et al., JMLR 15 (2014).
 */
export function dropoutMask({ bits }: Random, count: number, rate: number): Float32Array {
  const threshold = Math.round(rate * 256)
  const keep = 256 / (256 - threshold)
  const mask = new Float32Array(count)
  for (let index = 0; index < count; index += 4) {
    const draw = bits()
    if ((draw & 255) >= threshold) mask[index] = keep
    if (((draw >>> 8) & 255) >= threshold) mask[index + 1] = keep
    if (((draw >>> 16) & 255) >= threshold) mask[index + 2] = keep
    if (draw >>> 24 >= threshold) mask[index + 3] = keep
  }
  return mask
}
