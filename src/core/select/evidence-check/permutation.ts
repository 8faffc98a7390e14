import { seededRandom } from '../../random/random.ts'

/** Permutations that one test makes at most; with fewer the answer is clear before. */
const permutations = 1999
/** Permutations as extreme as the data from which the test is over: 1 of 2,000 is p = 0.001. */
const tooMany = 2

/**
 * Whether a statistic of the values is larger than chance makes it, at 0.001: a permutation test in which values change
 * places only within their stratum. Stops as soon as chance has reached the statistic twice, so clean data cost little.
 * The error rate is exact where the values of a stratum are exchangeable.
 */
export function largerThanChance(
  values: readonly number[],
  strata: readonly string[],
  statistic: (values: readonly number[]) => number,
): boolean {
  const observed = statistic(values) - 1e-12
  const random = seededRandom(values.length, 20261130)
  const places = new Map<string, number[]>()
  strata.forEach((stratum, at) => {
    const own = places.get(stratum)
    if (own === undefined) places.set(stratum, [at])
    else own.push(at)
  })
  const groups = [...places.values()]
  let reached = 1
  for (let draw = 0; draw < permutations; draw += 1) {
    const mixed = new Array<number>(values.length)
    for (const group of groups)
      random.shuffle(group).forEach((from, at) => {
        mixed[group[at] as number] = values[from] as number
      })
    if (statistic(mixed) >= observed) reached += 1
    if (reached > tooMany) return false
  }
  return true
}
