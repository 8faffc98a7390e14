import type { PassFamily } from '../result/compression.ts'
import type { Offer } from './moves.ts'
import { stepKey } from './moves.ts'
import type { Pass, Proposal } from './pass.ts'

/**
 * The order in which families are tried: what is exact first; neurons, heads and layers while floats can still be fine-tuned; numbers last,
 * because they hardly depend on the rest. Source: compression study 7b, step 3.
 */
const familyOrder: Readonly<Record<PassFamily, number>> = {
  tidy: 0,
  inactive: 1,
  vocabulary: 2,
  structural: 3,
  distil: 4,
  numeric: 5,
  runtime: 6,
}

export interface Limits {
  readonly only: readonly string[]
  readonly without: readonly string[]
}

/** The passes by family, each in the order of their table, without those that were not wanted. Unknown names are returned for the message. */
export function orderedPasses(
  passes: readonly Pass[],
  { only, without }: Limits,
): { readonly passes: readonly Pass[]; readonly unknown: readonly string[] } {
  const named = (pass: Pass, names: readonly string[]) =>
    names.includes(pass.id) || names.includes(pass.family)
  const known = new Set(passes.flatMap(({ id, family }) => [id, family]))
  const chosen = passes.filter(
    (pass) => (only.length === 0 || named(pass, only)) && !named(pass, without),
  )
  return {
    passes: chosen.toSorted((a, b) => familyOrder[a.family] - familyOrder[b.family]),
    unknown: [...only, ...without].filter((name) => !known.has(name)),
  }
}

/** Steps of one pass, boldest first: after a refusal the next one saves less. */
export function boldestFirst(proposals: readonly Proposal[]): readonly Proposal[] {
  return proposals.toSorted(
    (a, b) => b.saves.bytes + 1e9 * b.saves.cpuShare - (a.saves.bytes + 1e9 * a.saves.cpuShare),
  )
}

/** Proposals of a pass in groups of one step (one length of layer runs, one share by either importance): a cheap probe chooses within a group. */
export function groupedBySaving(pass: Pass, proposals: readonly Proposal[]): readonly Offer[] {
  const groups = new Map<string, [Proposal, ...Proposal[]]>()
  for (const proposal of boldestFirst(proposals)) {
    const key = stepKey(proposal)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [proposal])
    else group.push(proposal)
  }
  return [...groups.values()].map((group) => ({ pass, group }))
}

/** Half way between what was refused and what is known to hold; null when the step would be below an eighth. */
export function bisected(refused: Proposal, holds: number): Proposal | null {
  const keep = refused.params['keep']
  if (typeof keep !== 'number' || holds - keep < 0.125 + 1e-9) return null
  const middle = (keep + holds) / 2
  const share = (1 - middle) / (1 - keep)
  const { bytes, cpuShare } = refused.saves
  return {
    ...refused,
    params: { ...refused.params, keep: middle },
    text: refused.text.replace(/keep [\d.]+ %/, `keep ${+(100 * middle).toFixed(1)} %`),
    saves: { bytes: Math.round(bytes * share), cpuShare: cpuShare * share },
  }
}

/** One model that the search reached, with the chance that the hold-out will prove it. */
export interface Prospective {
  readonly bytes: number
  readonly chance: number
}

/**
 * The models that no other is both as small and as likely to be proven as, likeliest first: the order in which they are shown to the hold-out.
 */
export function likeliestFirst<P extends Prospective>(models: readonly P[]): readonly P[] {
  const bySize = models.toSorted((a, b) => a.bytes - b.bytes || b.chance - a.chance)
  let most = Number.NEGATIVE_INFINITY
  const front = bySize.filter(({ chance }) => {
    if (chance <= most) return false
    most = chance
    return true
  })
  return front.toReversed()
}

/** Chances of proof at which the search stops going back to larger models. */
const safe = 0.97
const likely = 0.85

/**
 * Models to go back to beside the smallest: the smallest whose chance is good (the likeliest where none is), the smallest whose chance is fair, and
 * the likeliest of those nearer to the smallest than to the first of these, so that one step back does not lose all.
 */
export function fallbacks<P extends Prospective>(models: readonly P[]): readonly P[] {
  const bySize = models.toSorted((a, b) => a.bytes - b.bytes || b.chance - a.chance)
  const byChance = models.toSorted((a, b) => b.chance - a.chance || a.bytes - b.bytes)
  const first = bySize.find(({ chance }) => chance >= safe) ?? byChance[0]
  const second = bySize.find(({ chance }) => chance >= likely)
  const between = Math.sqrt((first?.bytes ?? 0) * (bySize[0]?.bytes ?? 0))
  const third = byChance.find(({ bytes }) => bytes <= between)
  return [...new Set([first, second, third])].filter((one): one is P => one !== undefined)
}

export interface Budget {
  readonly seconds: number
  /** Modelled joules. */
  readonly energyJ: number | null
}

export interface Spent {
  readonly seconds: number
  readonly energyJ: number
}

/** Why the search must end here; null while there is budget. `seconds`: all the time there is, where the budget is a part of it. */
export function whyStop(
  budget: Budget,
  spent: Spent,
  seconds: number = budget.seconds,
): string | null {
  if (spent.seconds >= budget.seconds) return `the ${seconds} seconds are spent`
  if (budget.energyJ !== null && spent.energyJ >= budget.energyJ)
    return `the ${budget.energyJ} J are spent`
  return null
}
