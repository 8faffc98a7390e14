import { expect, test } from 'vitest'
import { tariff } from './tariff.ts'

const tokens = { input: 1_000_000, output: 500_000, cachedInput: 200_000 }

test.each([
  ['nothing stated', undefined, tokens, undefined],
  ['a currency alone', { currency: 'EUR' }, tokens, undefined],
  ['a call', { perCall: 0.01 }, undefined, 0.01],
  ['tokens that nobody counted', { inputPerMTokens: 2 }, undefined, undefined],
  ['tokens', { inputPerMTokens: 2, outputPerMTokens: 8 }, tokens, 6],
  ['cached tokens', { inputPerMTokens: 2, cachedInputPerMTokens: 1 }, tokens, 1.8],
  ['tokens and a call', { inputPerMTokens: 2, perCall: 0.01 }, tokens, 2.01],
] as const)('%s', (_, price, counted, money) => {
  if (money === undefined) expect(tariff(price, counted)).toBeUndefined()
  else expect(tariff(price, counted)).toBeCloseTo(money, 12)
})
