import { sliced } from '../../core/train/batches.ts'

/** Batches whose items are sorted by length together. */
const batchesTogether = 16

interface Asked {
  readonly input: unknown
}

/** Characters of a text; everything else is of one length. */
const lengthOf = ({ input }: Asked): number => (typeof input === 'string' ? input.length : 0)

/** Items of like length together, so that padded batches waste little; ties keep their order. Sorted a part at a time. */
export function byLength<T extends Asked>(items: readonly T[], part: number): readonly T[] {
  return sliced(items, part).flatMap((some) => some.sort((a, b) => lengthOf(a) - lengthOf(b)))
}

/**
 * The batches in which items are judged, by run and by shrink alike: what an 8-bit model answers can depend on what else
 * is in its batch. Sorted by length some batches at a time, so that a run that is interrupted has not judged the short
 * items only.
 */
export function judgedBatches<T extends Asked>(
  items: readonly T[],
  size: number,
): readonly (readonly T[])[] {
  return sliced(byLength(items, size * batchesTogether), size)
}
