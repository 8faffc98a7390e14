import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Known } from '../unit/estimate.ts'
import { apiEmbodied, apiEnergy, requireRankable } from './api-energy.ts'
import { decodeJoules, effectiveSize, precisionFactor } from './decode-fit.ts'
import { modelFacts } from './model-facts.ts'
import { prefillPerTokenBillion, readTokens } from './prefill.ts'
import { providerOfUrl, providerSite } from './provider-site.ts'

const facts = (total: number, active = total, bits = 16) =>
  modelFacts(
    `m${total}`,
    { files: [] },
    { parameters: total * 1e9, activeParameters: active * 1e9, bits },
  )
const unknownBatch = { batch: null, bits: null }
const v = (e: unknown) => e as Known<'J'>

describe('energy of an API call, rightsize mode', () => {
  test('a long prompt with a tiny answer costs what its prompt costs: input tokens count', () => {
    const answer = { input: 0, output: 2 }
    const without = apiEnergy(answer, facts(70), unknownBatch)
    const with4k = apiEnergy({ ...answer, input: 4000 }, facts(70), unknownBatch)
    expect(v(with4k.energy).value).toBeGreaterThan(10 * v(without.energy).value)
    // 2 FLOP per parameter and token, 70e9 x 4000 tokens less 245 / 646 of the 2 answered, 989.5 TFLOP/s x 40 %, 700 W
    const read = 4000 - (245 / 646) * 2
    expect(with4k.prefill.value).toBeCloseTo(((2 * 70e9 * read) / (989.5e12 * 0.4)) * 700, 6)
    expect(prefillPerTokenBillion).toBeCloseTo(0.00354, 4)
  })

  // ML.ENERGY measured whole requests of chat: their prompts are in the joules of an output token already.
  test('the prompt of a chat is charged once, a longer one by what exceeds it', () => {
    expect(readTokens({ input: 245, output: 646 })).toBe(0)
    expect(readTokens({ input: 1245, output: 646 })).toBeCloseTo(1000, 9)
    expect(readTokens({ input: 1245, output: 646, cachedInput: 1000 })).toBe(0)
    expect(readTokens({ input: 500, output: 0 })).toBe(500)
  })

  test('an embedding generates nothing: its prompt, the host beside it and the device that it holds', () => {
    const { energy, decode, prefill, gpuSeconds, host } = apiEnergy(
      { input: 500, output: 0 },
      facts(0.568),
      unknownBatch,
    )
    expect(decode.value).toBe(0)
    // 500 tokens x 2 x 0.568e9 FLOP / (989.5e12 x 40 %) = 1.435 ms, at 700 W and the 150 W of a host slot
    expect(gpuSeconds).toBeCloseTo(1.435e-3, 6)
    expect(prefill.value).toBeCloseTo(1.0045, 3)
    expect(host.value).toBeCloseTo(0.2153, 4)
    expect(v(energy).value).toBeCloseTo(1.22, 2)
    expect(apiEmbodied({ gpuSeconds }).value).toBeGreaterThan(0)
  })

  test('reasoning is generated like the answer that it precedes, and is part of its tokens', () => {
    const call = { input: 0, output: 1000 }
    const plain = apiEnergy(call, facts(8), unknownBatch).energy
    expect(apiEnergy({ ...call, reasoning: 900 }, facts(8), unknownBatch).energy).toEqual(plain)
  })

  test('an unknown batch of a server that may answer one at a time holds that one, in energy and in M', () => {
    const call = { input: 500, output: 200 }
    const may = { ...unknownBatch, mayServeOne: true }
    const [blind, alone] = [may, { batch: 1, bits: null }].map((at) =>
      apiEnergy(call, facts(8), at),
    )
    const [wide, one] = [v(blind?.energy), v(alone?.energy)]
    expect(wide.value).toBe(v(apiEnergy(call, facts(8), unknownBatch).energy).value)
    expect(wide.low).toBeLessThan(one.low)
    expect(wide.high).toBeGreaterThanOrEqual(one.high)
    const [m, mOne] = [blind, alone].map((each) => each && apiEmbodied(each))
    expect(m?.high).toBeCloseTo(mOne?.high ?? 0, 12)
    expect(blind?.notes[0]).toMatch(/1 to 4,096 requests at a time, the center is 64/)
    expect(apiEnergy(call, facts(8), unknownBatch).notes[0]).toMatch(/8 to 4,096 requests/)
  })

  test('cached input is not read again', () => {
    const call = { input: 4000, output: 10, cachedInput: 4000 }
    expect(apiEnergy(call, facts(8), unknownBatch).prefill.value).toBe(0)
  })

  test('the interval is x0.21 to x5 while the batch is unknown and x0.4 to x3.2 once it is known', () => {
    const call = { input: 0, output: 100 }
    const blind = apiEnergy(call, facts(70), unknownBatch).decode
    expect(blind.low / blind.value).toBeCloseTo(0.21, 12)
    expect(blind.high / blind.value).toBeCloseTo(5, 12)
    const known = apiEnergy(call, facts(70), { batch: 64, bits: null }).decode
    expect(known.low / known.value).toBeCloseTo(0.4, 12)
    expect(known.high / known.value).toBeCloseTo(3.2, 12)
  })

  test('by hand: 30.5 billion with 3.3 active at batch 16 in bf16', () => {
    const size = { active: 3.3, total: 30.5 }
    expect(effectiveSize(size)).toBeCloseTo(14.53, 2)
    // 0.0269 x 14.53^0.876 x (16 / 64)^-0.5 = 0.0269 x 10.43 x 2; ML.ENERGY measured 0.487 on H100 and 0.535 on B200
    expect(decodeJoules(size, 16, 16)).toBeCloseTo(0.561, 3)
  })

  // ML.ENERGY v3, H100: Llama-3.1-8B J per output token by batch (leaderboard, lm-arena-chat.json)
  test.each([
    [8, 0.455],
    [16, 0.263],
    [32, 0.165],
    [64, 0.119],
    [128, 0.095],
    [256, 0.077],
    [512, 0.07],
  ])('Llama 3.1 8B at batch %i: the measured %f J per token is inside', (batch, joules) => {
    const { decode } = apiEnergy({ input: 0, output: 1 }, facts(8.03), {
      batch,
      bits: 16,
    })
    expect(joules).toBeGreaterThan(decode.low)
    expect(joules).toBeLessThan(decode.high)
  })

  // Medians of ML.ENERGY v3, one model and GPU, same batch: 1.07 on as many GPUs (0.88 to 1.61), 0.73 on half of them.
  test('8 bits take fewer GPUs and no less energy; 4 bits half of it, between the two a line', () => {
    const call = { input: 10, output: 100 }
    const at = (bits: number) => apiEnergy(call, facts(123), { batch: 64, bits })
    expect([at(16).gpus, at(8).gpus]).toEqual([4, 2])
    expect(at(8).decode.value).toBe(at(16).decode.value)
    expect(at(4).decode.value).toBeCloseTo(at(16).decode.value / 2, 9)
    expect(precisionFactor(Math.sqrt(32))).toBeCloseTo(Math.SQRT1_2, 12)
    expect([1, 2, 3, 64].map(precisionFactor)).toEqual([0.5, 0.5, 0.5, 1])
    expect(apiEnergy(call, facts(123, 123, 8), unknownBatch).gpus).toBe(2)
  })

  test('more tokens or more parameters are never less energy; a larger batch never more', () => {
    const n = fc.integer({ min: 1, max: 5000 })
    const size = fc.double({ min: 1, max: 400, noNaN: true })
    fc.assert(
      fc.property(n, n, size, size, (a, b, p, q) => {
        const call = (output: number) => ({ input: 100, output })
        const at = (tokens: number, billions: number, batch: number | null = null) =>
          v(apiEnergy(call(tokens), facts(billions), { batch, bits: 16 }).energy).value
        expect(at(Math.max(a, b), p)).toBeGreaterThanOrEqual(at(Math.min(a, b), p))
        expect(at(a, Math.max(p, q))).toBeGreaterThanOrEqual(at(a, Math.min(p, q)))
        expect(at(a, p, 128)).toBeLessThan(at(a, p, 16))
      }),
    )
  })

  test('below what was measured the high end stays that of the smallest measured, and no order is stated', () => {
    const call = { input: 0, output: 10 }
    const [small, smallest] = [1, 8].map((size) => apiEnergy(call, facts(size), unknownBatch))
    expect(small?.decode.high).toBe(smallest?.decode.high)
    expect(small?.decode.value).toBeLessThan(smallest?.decode.value ?? 0)
    expect(small?.notes.join(' ')).toMatch(/no model below 8 billion parameters was measured/)
    const large = apiEnergy(call, facts(2000, 600), unknownBatch)
    expect(large.notes.join(' ')).toMatch(/no model as large was measured/)
    expect(() => requireRankable(facts(1), facts(8))).toThrow(
      expect.objectContaining({ code: 'RANKING_REFUSED' }),
    )
    expect(() => requireRankable(facts(8), facts(70))).not.toThrow()
  })

  test('embodied carbon of a call is positive and wide', () => {
    const m = apiEmbodied(apiEnergy({ input: 0, output: 400 }, facts(123), unknownBatch))
    expect(m.value).toBeGreaterThan(0)
    expect(m.high / m.low).toBeGreaterThan(10)
  })
})

describe('provider defaults (EcoLogits 0.9.3 tracers/utils.py)', () => {
  test.each([
    ['https://api.openai.com/v1', 'openai', 'USA', 1.2],
    ['https://api.mistral.ai/v1', 'mistral', 'SWE', 1.16],
    ['https://api.anthropic.com', 'anthropic', 'USA', 1.115],
  ])('%s is %s in %s with PUE %f', (url, provider, zone, pue) => {
    expect(providerOfUrl(url)).toBe(provider)
    const site = providerSite(provider)
    expect(site.zone).toBe(zone)
    expect(site.pue.value).toBeCloseTo(pue, 12)
  })
  test('a host nobody knows gets no provider, and an unknown provider the world and a wide PUE', () => {
    expect(providerOfUrl('http://127.0.0.1:11434/v1')).toBeNull()
    expect(providerSite('nobody')).toMatchObject({ zone: 'WORLD', pue: { low: 1.1, high: 1.6 } })
  })
})
