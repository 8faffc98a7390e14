import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Known } from '../unit/estimate.ts'
import { apiEmbodied, apiEnergy, prefillPerTokenBillion, requireRankable } from './api-energy.ts'
import { modelFacts } from './model-facts.ts'
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
    // 2 FLOP per parameter and token, 70e9 x 4000 tokens, 989.5 TFLOP/s x 40 %, 700 W
    expect(with4k.prefill.value).toBeCloseTo(((2 * 70e9 * 4000) / (989.5e12 * 0.4)) * 700, 6)
    expect(prefillPerTokenBillion).toBeCloseTo(0.00354, 4)
  })

  test('cached input is not read again', () => {
    const call = { input: 4000, output: 10, cachedInput: 4000 }
    expect(apiEnergy(call, facts(8), unknownBatch).prefill.value).toBe(0)
  })

  test('the interval is x0.25 to x6 while the batch is unknown and x0.35 to x4 once it is known', () => {
    const call = { input: 0, output: 100 }
    const blind = apiEnergy(call, facts(70), unknownBatch).decode
    expect([blind.low / blind.value, blind.high / blind.value]).toEqual([0.25, 6])
    const known = apiEnergy(call, facts(70), { batch: 64, bits: null }).decode
    expect(known.low / known.value).toBeCloseTo(0.35, 12)
    expect(known.high / known.value).toBeCloseTo(4, 12)
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

  test('precision is a variable: 8 bits take fewer GPUs', () => {
    const call = { input: 10, output: 100 }
    expect(apiEnergy(call, facts(123), { batch: 64, bits: 16 }).gpus).toBe(4)
    expect(apiEnergy(call, facts(123), { batch: 64, bits: 8 }).gpus).toBe(2)
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

  test('small models are told to stand on the intercept, and are not ranked by it', () => {
    const small = apiEnergy({ input: 0, output: 10 }, facts(1), unknownBatch)
    expect(small.notes.join(' ')).toMatch(/99 % of the decode energy is the intercept/)
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
