import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { fewestItems } from '../../core/proof/forecast.ts'
import { lookTerms } from '../../core/proof/look-alpha.ts'
import { itemOrder } from '../../core/select/item-order.ts'
import type { ShrinkEffects, ShrinkRequest } from './request.ts'

/** Items by what they are for: judged in the search, learned from, sealed. */
export interface Parts {
  readonly test: readonly Item[]
  readonly calibration: readonly Item[]
  readonly train: readonly Item[] | null
  readonly digests: Readonly<Record<string, string>>
}

/** Share of the train part that judges trials where the spec names no calibration part, and the most items. */
const calibrationShare = 0.2
const mostCalibration = 2000

export function partsOf({ data }: ShrinkRequest, digest: ShrinkEffects['digest']): Parts {
  const { train, calibration, test } = data
  const digests = { test: test.digest, ...(train ? { train: train.digest } : {}) }
  if (calibration !== null)
    return {
      ...{ test: test.items, calibration: calibration.items, train: train?.items ?? null },
      digests: { ...digests, calibration: calibration.digest },
    }
  if (train === null)
    throw new RightsizeError(
      'SHRINK_TASK',
      'the spec has one part alone: what steers the search cannot prove its end',
      {
        next: 'Add `train:` (rows to learn from; a fifth of them will judge trials) or `calibration:` to the dataset. `test:` stays sealed until the end.',
      },
    )
  const mixed = itemOrder(train.items, train.digest, digest)
  const size = Math.min(mostCalibration, Math.floor(calibrationShare * mixed.length))
  return {
    test: test.items,
    calibration: mixed.slice(0, size),
    train: mixed.slice(size),
    digests: { ...digests, calibration: `${size} rows of train` },
  }
}

/** Throws SHRINK_TASK, with the number that would do, where even a candidate without a single loss could not be proven. */
export function requireLabels({ margin, alpha }: ShrinkRequest, { test }: Parts): void {
  const fewest = fewestItems(margin, lookTerms(alpha, 1).alpha)
  if (test.length >= fewest) return
  throw new RightsizeError(
    'SHRINK_LABELS',
    `${test.length} test items cannot prove a loss of at most ${+(100 * margin).toFixed(3)} points: not even a model that answers all of them like the incumbent`,
    {
      next: `Label at least ${fewest} test items (more where answers differ), or allow a larger --margin.`,
    },
  )
}
