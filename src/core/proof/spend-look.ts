import type { Look, Looked } from '../result/lock.ts'
import { type PackedSet, packItems, sharesItem } from './item-set.ts'
import { type LookTerms, lookTerms } from './look-alpha.ts'

/** Labeled items that are about to be looked at, and what is asked of them: task, bar and incumbent are the question. */
export interface LookedAt extends Pick<Look, 'task' | 'bar' | 'incumbent'> {
  /** sha256 of each item's input: a corrected label or another name of the task makes no fresh item. */
  readonly items: readonly string[]
  /** Digest of the test part that they belong to: what looks of earlier versions are known by. */
  readonly test: string
  /** Digest of the question, before any outcome is known. */
  readonly asked: string
  /** Error that all looks at the question may make together. */
  readonly alpha: number
}

/** A look that is about to be taken: who asks what of which items. */
export interface NewLook extends LookedAt, Pick<Look, 'at' | 'by' | 'key' | 'candidates'> {}

export interface Spent {
  readonly terms: LookTerms
  readonly looked: Looked
}

/** The terms that a look would get now: those that it had where the same question was asked before. Nothing is spent. */
export function lookAhead(ledger: Looked, at: LookedAt): LookTerms {
  const before = ledger.looks.find(({ asked }) => asked === at.asked)
  return before === undefined ? nextTerms(ledger, at) : lookTerms(at.alpha, before.number)
}

/** The same question: the same task, limit and incumbent, whatever the items and the candidates. */
const asksTheSame = (look: Look, { task, bar, incumbent }: LookedAt): boolean =>
  look.task === task && look.incumbent === incumbent && limitOf(look.bar) === limitOf(bar)

const limitOf = (bar: Look['bar']): string =>
  bar.kind === 'relative' ? `margin ${bar.margin}` : `floor ${bar.floor}`

function nextTerms({ looks, sets }: Looked, at: LookedAt, packed?: PackedSet): LookTerms {
  const { items, test, alpha } = at
  if (items.length === 0) return lookTerms(alpha, 1)
  let own = packed
  const shared = new Map<string | null, boolean>()
  const shares = (look: Look): boolean => {
    if (look.set === null) return look.test === test
    const known = shared.get(look.set)
    if (known !== undefined) return known
    own ??= packItems(items)
    const found = look.set === own.set || sharesItem(own.items, sets[look.set] ?? '')
    shared.set(look.set, found)
    return found
  }
  return lookTerms(alpha, 1 + looks.filter((look) => asksTheSame(look, at) || shares(look)).length)
}

/**
 * Spends a look: its number is one more than the looks before it that ask the same question, of whatever items, or share an
 * item with it, by whichever command, under whatever name, bar or incumbent. So all looks at a question, and all looks that
 * any one item was part of, are wrong with probability at most alpha together. A question that was asked before of the same outcomes is the look that it was; without items nothing is spent.
 */
export function spendLook(ledger: Looked, look: NewLook): Spent {
  const { items, test, alpha, ...entered } = look
  const before = ledger.looks.find(({ key }) => key === look.key)
  if (before !== undefined) return { terms: lookTerms(alpha, before.number), looked: ledger }
  if (items.length === 0) return { terms: lookTerms(alpha, 1), looked: ledger }
  const packed = packItems(items)
  const terms = nextTerms(ledger, look, packed)
  const entry: Look = {
    ...{ at: entered.at, by: entered.by, task: entered.task, key: entered.key },
    ...{ asked: entered.asked, number: terms.number, alpha: terms.alpha, set: packed.set, test },
    ...{ bar: entered.bar, incumbent: entered.incumbent, candidates: entered.candidates },
    claim: null,
  }
  return {
    terms,
    looked: {
      looks: [...ledger.looks, entry],
      sets: { ...ledger.sets, [packed.set]: packed.items },
    },
  }
}

/** What a look claimed, entered where it was spent; the ledger as it is where it holds no such look or the same claim. */
export function withClaim<L extends Looked>(ledger: L, key: string, claim: Look['claim']): L {
  const found = ledger.looks.find((look) => look.key === key)
  const known = found?.claim?.kind === claim?.kind && found?.claim?.chosen === claim?.chosen
  if (found === undefined || known) return ledger
  const looks = ledger.looks.map((look) => (look === found ? { ...look, claim } : look))
  return { ...ledger, looks }
}
