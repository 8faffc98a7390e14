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

/** A question: what is asked, of which items, with its digest, before any outcome is known. */
export interface Question extends LookInputs {
  readonly keys: readonly string[]
  readonly asked: string
}

export function questionOf(inputs: LookInputs, effects: LookEffects['effects']): Question {
  const { bar, risk, constraints, order, account, incumbent, regime } = inputs.spec
  const policy = { bar, risk, constraints, order, traffic: account.volumePerMonth, regime }
  const models = inputs.opened.map(({ digest }) => digest)
  const keys = inputs.items.map(itemKey)
  const asked = digestOf({ ...policy, incumbent, models, items: keys }, effects).slice(0, 16)
  return { ...inputs, keys, asked }
}

/** Terms of the look that is to come, before anything was answered: of all items, as far as is known then. */
export const lookAhead = (question: Question, { ledger, effects }: LookEffects) =>
  ledger.ahead(lookedAt(question, question.keys), effects.clock.now())

/** Said before anything is paid for, where it is not the first look. */
export const aheadText = ({ number, alpha }: LookTerms): string =>
  `look ${number} at this question: a claim must now hold at ${levelText(1 - alpha)}`

function lookedAt({ spec, test, asked }: Question, items: readonly string[]): LookedAt {
  const { bar, risk, incumbent, task } = spec
  return { items, asked, test, alpha: risk.alpha, task, bar, incumbent }
}

/**
 * Spends the look before anything is decided, so that nothing is shown that is not counted. Charged are the items that a
 * candidate was judged on. The same question on the same outcomes is the same look again.
 */
export async function takeLook(
  question: Question,
  collected: readonly Collected[],
  { by, effects, ledger }: LookEffects,
): Promise<TakenLook> {
  const { spec, keys } = question
  const used = keys.filter((_, at) => collected.some(({ judged }) => judged[at] != null))
  const at = lookedAt(question, used)
  const scores = collected.map(({ judged }) => judged.map((one) => one?.score ?? null))
  const key = digestOf([at.asked, scores], effects).slice(0, 16)
  const terms = await ledger.spend({
    ...{ ...at, at: effects.clock.now(), by, key },
    candidates: spec.candidates.map(({ id }) => id).filter((id) => id !== spec.incumbent),
  })
  return { terms, key }
}
