import type { TokenUsage } from '../data/answer.ts'

/**
 * Share of the peak that reading a prompt reaches. NOT sourced: an allowance of ours, 0.2 to 0.8 around 0.4. One check exists:
 * Qwen3 30B-A3B takes 12 (B200) to 30 J (H100) more for a code completion than for as many tokens of chat (ML.ENERGY v3, median
 * over batches), what 1,000 to 2,800 tokens of prompt take by this figure; how long those prompts are is not published.
 */
const utilization = { value: 0.4, low: 0.2, high: 0.8 } as const

/** Error of the joules of a prompt, times. */
export const prefillError: readonly [number, number] = [
  utilization.value / utilization.high,
  utilization.value / utilization.low,
]

/**
 * GPU seconds per input token and billion active parameters when the prompt is read: 2 FLOP per parameter and token
 * (Kaplan et al. 2020, arXiv 2001.08361) on an H100 SXM: 989.5 TFLOP/s dense bf16, half of the 1979 that NVIDIA's data
 * sheet gives with sparsity (as llm-foundry, Megatron and others state it for their own utilization).
 */
export const prefillSeconds = 2e9 / ((1979e12 / 2) * utilization.value)

/** GPU joules of the same, at the 700 W of its TDP (Meta's Llama 4 model card). */
export const prefillPerTokenBillion = prefillSeconds * 700

/**
 * Tokens of prompt per token of answer whose reading is part of the measured joules per output token: 245 to 646 in the record
 * of a chat that ML.ENERGY's documentation shows (ml-energy/benchmark, docs/analyzing-results.md).
 */
const promptInDecode = 245 / 646

/** Input tokens whose reading is charged beside the answer: those not cached, beyond what the answer's joules contain. */
export const readTokens = ({ input, output, cachedInput = 0 }: TokenUsage): number =>
  Math.max(0, input - cachedInput - promptInDecode * output)
