import { expect, test } from 'vitest'
import type { Claim } from './claim.ts'
import { cautionText } from './claim-text.ts'

const claim = (over: Partial<Claim>): Claim => ({
  kind: 'certified',
  against: 'incumbent',
  ...{ limit: 0.02, n: 400, win: 2, tie: 394, lose: 4, expected: 0.005, upper: 0.021 },
  ...{ level: 0.955, alpha: 0.045, look: 1, candidates: 1, inPlay: 1, traffic: null },
  ...{ pOver: 0.02, pCorrected: 0.03, pNonInferior: 0.03, pMcNemar: 0.7 },
  ...{ method: 'Clopper-Pearson', prior: 'half' },
  ...over,
})

test('a bound beyond the margin next to a chance that hardly reaches it says why; where both agree nothing is added', () => {
  expect(cautionText(claim({}))).toBe(
    ' The bound is cautious: it also allows for having been picked.',
  )
  expect(cautionText(claim({ method: 'betting bound, accuracy' }))).toBe(
    ' The bound is cautious: it assumes nothing of how the items vary.',
  )
  expect(cautionText(claim({ upper: 0.02 }))).toBe('')
  expect(cautionText(claim({ pOver: 0.1 }))).toBe('')
})
