import type { Item } from '../../core/data/item.ts'
import type { Digest } from '../../core/data/items.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { claimOf } from '../../core/proof/claim.ts'
import { uncorrected } from '../../core/proof/grade.ts'
import { groupsOf } from '../../core/proof/item-evidence.ts'
import { riskOfLook } from '../../core/proof/look-alpha.ts'
import { lossOfScores } from '../../core/proof/loss-of-scores.ts'
import { paired } from '../../core/proof/pairing.ts'
import type { Claim } from '../../core/result/claim.ts'
import type { RiskSpec } from '../../core/spec/spec.ts'
import { itemKey } from '../evaluate/look.ts'
import type { Ledger } from '../keep/ledger.ts'
import type { Answers } from './compare.ts'

/** What labels state of B in the place of A. */
export interface JudgedPair {
  /** Items with a label. */
  readonly items: number
  /** Items of the data that have none: they agree or differ, and judge nothing. */
  readonly unlabelled: number
  /** Items that each has right. */
  readonly right: { readonly a: number; readonly b: number }
  readonly claim: Claim
}

/** The labeled items, in the order of the answers, and on what terms the claim is made. */
export interface PairTerms {
  readonly items: readonly Item[]
  /** Names of the classes of each model; null where it has none: then a label is a class number. */
  readonly classes: readonly [readonly string[] | null, readonly string[] | null]
  /** Loss that is allowed, a share. */
  readonly margin: number
  /** `alpha` is the error that all looks at the same items may make together. */
  readonly risk: RiskSpec
  /** Name of the data and identities of both models: what the ledger calls this question. */
  readonly task: string
  readonly models: readonly [string, string]
  readonly now: () => string
  readonly digest: Digest
  readonly ledger: Ledger
}

/**
 * Judges both by the labels and spends a look at the items before anything is known of it. Throws ONNX_VERIFY where no
 * item has a label, or no label is a class of A: then nothing would be judged.
 */
export async function judgePair(answers: Answers, terms: PairTerms): Promise<JudgedPair> {
  const labelled = terms.items.flatMap((item, at) => (item.expected === null ? [] : [{ item, at }]))
  if (labelled.length === 0)
    throw new RightsizeError('ONNX_VERIFY', 'no item has a label', { at: terms.task })
  const right = ([0, 1] as const).map((side) => {
    const names = terms.classes[side]
    return labelled.map(({ item, at }) => {
      const answer = answers[side][at] ?? ''
      return Number((names?.[Number(answer)] ?? answer) === String(item.expected))
    })
  })
  const [a = [], b = []] = right
  requireClasses(
    labelled.map(({ item }) => String(item.expected)),
    terms,
  )
  const { margin, ledger, risk, models, task, digest } = terms
  const used = labelled.map(({ item }) => item)
  const of = (value: unknown) => digest(new TextEncoder().encode(JSON.stringify(value)))
  const test = of(used.map((item) => item.digest))
  const asked = of([test, margin, risk, models]).slice(0, 16)
  const look = await ledger.spend({
    ...{
      items: used.map(itemKey),
      test,
      asked,
      alpha: risk.alpha,
      key: of([asked, right]).slice(0, 16),
    },
    ...{ at: terms.now(), by: 'compare', task, bar: { kind: 'relative', margin, tolerance: 0 } },
    ...{ incumbent: models[0].slice(0, 12), candidates: [models[1].slice(0, 12)] },
  })
  const { clusters } = groupsOf(used, [])
  const evidence = { scores: b, reference: a, clusters, end: used.length, floor: 0 }
  const claim = claimOf(lossOfScores(paired(evidence), evidence), {
    ...{ limit: margin, correction: uncorrected, look: look.number, traffic: null },
    risk: riskOfLook(risk, look.share),
  })
  return {
    ...{ items: used.length, unlabelled: terms.items.length - used.length, claim },
    right: { a: sum(a), b: sum(b) },
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Labels that no class of either model is named by would judge every answer wrong. */
function requireClasses(labels: readonly string[], { classes, task }: PairTerms): void {
  for (const names of classes) {
    if (names === null || labels.some((label) => names.includes(label))) continue
    const example = labels[0] ?? ''
    throw new RightsizeError(
      'ONNX_VERIFY',
      `no label of the data is a class of a model: the data have "${example}", the model ${names.slice(0, 3).join(', ')}`,
      {
        at: task,
        next: 'Name the column of the labels with --expected, or write the names into id2label of config.json.',
      },
    )
  }
}
