import { claimOf } from '../../core/proof/claim.ts'
import { uncorrected, weakest } from '../../core/proof/grade.ts'
import type { ItemGroups } from '../../core/proof/item-evidence.ts'
import { type LookTerms, riskOfLook } from '../../core/proof/look-alpha.ts'
import type { LossModel } from '../../core/proof/loss-model.ts'
import { lossOfScores } from '../../core/proof/loss-of-scores.ts'
import { paired } from '../../core/proof/pairing.ts'
import { checkSlices, type SliceBar } from '../../core/proof/slice.ts'
import type { LookedAt } from '../../core/proof/spend-look.ts'
import type { ConstraintResult } from '../../core/result/candidate.ts'
import type { Claim, ClaimKind } from '../../core/result/claim.ts'
import type { RiskSpec } from '../../core/spec/spec.ts'
import type { Ledger } from '../keep/ledger.ts'
import type { Contender } from './contender.ts'
import type { Part } from './inputs.ts'

/** The sealed part: opened once, when something is to be judged. */
export interface Sealed extends ItemGroups {
  /** sha256 of each item's input, in the order of items. */
  readonly items: readonly string[]
  /** Digest of the part. */
  readonly digest: string
  readonly open: () => Part
}

/** What is claimed on the sealed part, and on what terms. */
export interface Holdout {
  readonly sealed: Sealed
  readonly margin: number
  /** `alpha` is the error that all looks at the same items may make together. */
  readonly risk: RiskSpec
  /** Answers that the choice will serve; null where no volume is declared. */
  readonly traffic: number | null
  /** What holds in the slices of a column; null where the spec judges none. */
  readonly barOf: (column: string) => SliceBar | null
  readonly ledger: Ledger
  readonly task: string
  readonly now: () => string
  readonly digest: (text: string) => string
  /** The identity that `run` gives to the incumbent, and to what could take its place. */
  readonly incumbent: string
  readonly identityOf: (contender: Contender) => string
}

/** A finalist with its claim. */
export interface Judged {
  readonly contender: Contender
  readonly identity: string
  /** Of the loss and every slice together; null where one before it was not certified: then it was not shown. */
  readonly verdict: ClaimKind | null
  readonly claim: Claim | null
  readonly loss: LossModel | null
  readonly constraints: readonly ConstraintResult[]
}

/** What came of the finalists. */
export interface OnHoldout {
  readonly judged: readonly Judged[]
  readonly look: LookTerms
  /** Of the look in the ledger. */
  readonly key: string
}

/** Terms of the look that this search will take: the same for the same search, so that it chooses the same finalists again. */
export const lookAhead = (holdout: Holdout, search: string): Promise<LookTerms> =>
  holdout.ledger.ahead(lookedAt(holdout, search), holdout.now())

const lookedAt = (
  { sealed, risk, digest, task, margin, incumbent }: Holdout,
  search: string,
): LookedAt => ({
  items: sealed.items,
  test: sealed.digest,
  alpha: risk.alpha,
  task,
  bar: { kind: 'relative', margin, tolerance: 0 },
  incumbent: shortOf(incumbent),
  asked: digest(JSON.stringify([sealed.digest, search])).slice(0, 16),
})

/**
 * The sealed part is opened here, once a search, after the look was spent. Fixed sequence: the likeliest to be certified
 * first, each at the whole error of this look, until one is not; the others are not shown. As the order was set before,
 * all claims together are wrong at most as often as one (Maurer, Hothorn and Lehmacher 1995; Wiens 2003).
 */
export async function judgeFinalists(
  finalists: readonly Contender[],
  incumbent: Contender,
  holdout: Holdout,
  search: string,
): Promise<OnHoldout> {
  const named = finalists.map((contender) => ({
    contender,
    identity: holdout.identityOf(contender),
  }))
  const key = keyOf(named, holdout)
  if (finalists.length === 0) return { judged: [], look: await lookAhead(holdout, search), key }
  const look = await holdout.ledger.spend({
    ...lookedAt(holdout, search),
    ...{ key, at: holdout.now(), by: 'shrink' },
    candidates: named.map(({ identity }) => shortOf(identity)),
  })
  const part = holdout.sealed.open()
  const before = await incumbent.right(part)
  const judged: Judged[] = []
  for (const { contender, identity } of named) {
    const shown = judged.every(({ verdict }) => verdict === 'certified')
    const found = shown ? judge(await contender.right(part), before, holdout, look) : notShown
    judged.push({ contender, identity, ...found })
  }
  return { judged, look, key }
}

const notShown = { verdict: null, claim: null, loss: null, constraints: [] } as const

/** Enough of an identity to find it. */
const shortOf = (identity: string): string => identity.slice(0, 12)

/** The same models on the same items under the same bar: models answer the same again. */
function keyOf(
  finalists: readonly { readonly identity: string }[],
  { sealed, margin, risk, traffic, incumbent, digest }: Holdout,
): string {
  const models = [incumbent, ...finalists.map(({ identity }) => identity)]
  return digest(JSON.stringify([sealed.items, margin, risk, traffic, models])).slice(0, 16)
}

/** What the answers claim: of the loss, and of each slice that the spec judges. */
function judge(
  scores: Uint8Array,
  reference: Uint8Array,
  { sealed, margin, risk: all, traffic, barOf }: Holdout,
  look: LookTerms,
): Omit<Judged, 'contender' | 'identity'> {
  const { clusters, slices } = sealed
  const evidence = { scores, reference, clusters, end: scores.length, floor: 0 }
  const judgedSlices = Object.entries(slices).filter(([column]) => barOf(column) !== null)
  const conditions = judgedSlices.reduce((sum, [, values]) => sum + new Set(values).size, 1)
  const terms = {
    ...{ risk: riskOfLook(all, look.share), look: look.number, traffic },
    correction: { ...uncorrected, conditions },
  }
  const loss = lossOfScores(paired(evidence), evidence)
  const claim = claimOf(loss, { ...terms, limit: margin })
  const { constraints } = checkSlices({ ...evidence, slices, barOf }, terms)
  return {
    verdict: weakest([claim.kind, ...constraints.flatMap(({ grade }) => grade ?? [])]),
    ...{ claim, loss },
    constraints: constraints.map(({ result }) => result),
  }
}
