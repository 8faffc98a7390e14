import assert from 'node:assert/strict'
import type { Output } from '../core/data/answer.ts'
import type { Item } from '../core/data/item.ts'
import type { Score, Scorer } from '../core/score/scorer.ts'
import type { TestRunner } from './runner.ts'

/** One scorer as the suite sees it. */
export interface ScorerCase {
  readonly name: string
  open(): Scorer | Promise<Scorer>
  /** An item with a label, and outputs that are right, and wrong, for it. */
  readonly item: Item
  readonly right: Output
  readonly wrong: Output
}

/** Outputs of every kind. */
const foreign: readonly Output[] = [
  { kind: 'label', label: 'no such label' },
  { kind: 'text', text: '' },
  { kind: 'text', text: '\u0000 \ud800 "quoted" {"half": ' },
  { kind: 'spans', spans: [] },
  { kind: 'vector', vector: [0, 1] },
  { kind: 'json', value: null },
  { kind: 'tensors', tensors: {} },
]

/**
 * What every scorer promises: scores in 0..1 or null, more for the right answer than for the wrong one, the same for the same
 * answer where it says so, and a score, or an error of the catalogue, for what it cannot read.
 */
export function scorerContract(
  { describe, test }: TestRunner,
  { name, open, item, right, wrong }: ScorerCase,
): void {
  describe(`the scorer contract: ${name}`, () => {
    test('has a name, and a version that stored scores are kept under', async () => {
      const scorer = await open()
      for (const text of [scorer.name, scorer.version]) assert.notEqual(text, '')
      assert.equal((await open()).version, scorer.version)
      await scorer.close?.()
    })

    test('the right answer scores higher than the wrong one', async () => {
      const scorer = await open()
      const good = inRange(await scorer.score(right, item))
      const bad = inRange(await scorer.score(wrong, item))
      assert.ok(good !== null && bad !== null, 'neither may be null')
      assert.ok(good > bad, `${good} is not above ${bad}`)
      await scorer.close?.()
    })

    test('the same answer scores the same where the scorer is deterministic', async () => {
      const scorer = await open()
      if (scorer.deterministic)
        assert.deepEqual(await scorer.score(right, item), await scorer.score(right, item))
      await scorer.close?.()
    })

    test('answers of another kind are scored, or refused with an error that has a code', async () => {
      const scorer = await open()
      for (const output of foreign) await scoredOrRefused(async () => scorer.score(output, item))
      await scorer.close?.()
    })
  })
}

/** A scorer that needs what an answer lacks (probabilities) throws RightsizeError: the candidate cannot be judged by it. */
async function scoredOrRefused(score: () => Promise<Score>): Promise<void> {
  try {
    inRange(await score())
  } catch (cause) {
    if ((cause as Error).name !== 'RightsizeError') throw cause
  }
}

function inRange({ score }: Score): number | null {
  assert.ok(score === null || (score >= 0 && score <= 1), `the score is ${score}`)
  return score
}
