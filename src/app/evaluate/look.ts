import type { Item } from '../../core/data/item.ts'
import type { LookTerms } from '../../core/proof/look-alpha.ts'
import type { LookedAt } from '../../core/proof/spend-look.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { levelText } from '../../core/unit/figure-words.ts'
import type { Ledger } from '../keep/ledger.ts'
import type { Collected } from './collect.ts'
import { digestOf } from './digest-of.ts'
import type { Effects } from './effects.ts'
import type { OpenedCandidate } from './opened.ts'

/** A look at the test part, and where looks are counted. */
export interface LookInputs {
  readonly spec: Spec
  readonly items: readonly Item[]
  /** Digest of the test part. */
  readonly test: string
  readonly opened: readonly OpenedCandidate[]
}

export interface LookEffects {
  readonly ledger: Ledger
  /** The command that looks. */
  readonly by: string
  readonly effects: Pick<Effects, 'clock' | 'digest'>
}

/** What a look may spend, and its key in the ledger. */
export interface TakenLook {
  readonly terms: LookTerms
  readonly key: string
}

/** An item is its input: another label, number or column makes no fresh one. */
export const itemKey = ({ inputDigest, digest }: Item): string => inputDigest ?? digest

/** Terms of the look that is to come, before anything was answered: of all items, as far as is known then. */
export const lookAhead = (inputs: LookInputs, { ledger, effects }: LookEffects) =>
  ledger.ahead(lookedAt(inputs, inputs.items, effects), effects.clock.now())

/** Said before anything is paid for, where it is not the first look. */
export const aheadText = ({ number, alpha }: LookTerms): string =>
  `look ${number} at this question: a claim must now hold at ${levelText(1 - alpha)}`

function lookedAt(
  { spec, items, test, opened }: LookInputs,
  used: readonly Item[],
  effects: LookEffects['effects'],
): LookedAt {
  const { bar, risk, constraints, order, account, incumbent, regime } = spec
  const policy = { bar, risk, constraints, order, traffic: account.volumePerMonth, regime }
  const models = opened.map(({ digest }) => digest)
  const question = { ...policy, incumbent, models, items: items.map(itemKey) }
  return {
    items: used.map(itemKey),
    ...{ test, alpha: risk.alpha, task: spec.task, bar, incumbent },
    asked: digestOf(question, effects).slice(0, 16),
  }
}

/**
 * Spends the look before anything is decided, so that nothing is shown that is not counted. Charged are the items that a
 * candidate was judged on. The same question on the same outcomes is the same look again.
 */
export async function takeLook(
  inputs: LookInputs,
  collected: readonly Collected[],
  { by, effects, ledger }: LookEffects,
): Promise<TakenLook> {
  const { spec, items } = inputs
  const used = items.filter((_, at) => collected.some(({ judged }) => judged[at] != null))
  const at = lookedAt(inputs, used, effects)
  const scores = collected.map(({ judged }) => judged.map((one) => one?.score ?? null))
  const key = digestOf([at.asked, scores], effects).slice(0, 16)
  const terms = await ledger.spend({
    ...{ ...at, at: effects.clock.now(), by, key },
    candidates: spec.candidates.map(({ id }) => id).filter((id) => id !== spec.incumbent),
  })
  return { terms, key }
}
