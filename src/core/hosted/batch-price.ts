import type { CandidateSpec } from '../spec/spec.ts'

type Price = NonNullable<CandidateSpec['price']>

/** What OpenAI and Anthropic take for an answer by batch, of the price of a live one (their pages on prices). */
export const batchShare = 0.5

/** Prices of answers by batch: as the list states them, else half of the live price, which the source then says. */
export function batchPrice(price: Price): Price {
  const { inputPerMTokens: input, outputPerMTokens: output } = price
  const { batchInputPerMTokens = half(input), batchOutputPerMTokens = half(output) } = price
  const { cachedInputPerMTokens, perCall, source = 'price in the spec' } = price
  const listed = price.batchInputPerMTokens !== undefined
  const given = {
    inputPerMTokens: batchInputPerMTokens,
    outputPerMTokens: batchOutputPerMTokens,
    cachedInputPerMTokens: half(cachedInputPerMTokens),
    perCall: half(perCall),
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined)
  return {
    ...price,
    ...Object.fromEntries(known),
    source: `${listed ? 'batch price' : 'half, as batches cost'}: ${source}`,
  }
}

const half = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : value * batchShare
