import type { TokenUsage } from '../data/answer.ts'
import type { CandidateSpec } from '../spec/spec.ts'

type Price = CandidateSpec['price']

/** Whether a price is stated per token, so that tokens must be counted. */
export const isPerToken = (price: Price): boolean =>
  price?.inputPerMTokens !== undefined || price?.outputPerMTokens !== undefined

/**
 * Money for one answer: what a call costs, and its tokens; cached ones of the input at their own price where they have one.
 * The price of a call alone where tokens were not counted; undefined where nothing of it is stated.
 */
export function tariff(price: Price, tokens: TokenUsage | undefined): number | undefined {
  const { perCall } = price ?? {}
  if (price === undefined || tokens === undefined || !isPerToken(price)) return perCall
  const { inputPerMTokens: perInput = 0, outputPerMTokens: perOutput = 0 } = price
  const { cachedInputPerMTokens: perCached = perInput } = price
  const { input, output, cachedInput = 0 } = tokens
  const ofTokens = (input - cachedInput) * perInput + cachedInput * perCached + output * perOutput
  return ofTokens / 1e6 + (perCall ?? 0)
}
