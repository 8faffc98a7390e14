import { describe, expect, test } from 'vitest'
import { gpuEnergyPerToken, gpusFor, secondsPerToken } from './ecologits.ts'

// Numbers that EcoLogits 0.9.3 printed when its Python source was run with these inputs.
const vectors = [
  {
    active: 8.03,
    total: 8.03,
    tokens: 170,
    kwh: 7.667284746691723e-6,
    s: 7.63057398338752,
    gpus: 1,
  },
  {
    active: 12.9,
    total: 46.7,
    tokens: 200,
    kwh: 9.574944122117412e-6,
    s: 9.638013443198895,
    gpus: 2,
  },
  { active: 123, total: 123, tokens: 400, kwh: 4.422687583094788e-5, s: null, gpus: 4 },
  { active: 44, total: 440, tokens: 400, kwh: 2.6233396999428067e-5, s: null, gpus: 16 },
  { active: 132, total: 440, tokens: 400, kwh: 4.627676582441217e-5, s: null, gpus: 16 },
]

describe('EcoLogits 0.9.3', () => {
  test.each(vectors)('$active of $total billion agrees to 1e-12', (vector) => {
    const near = (got: number, wanted: number) =>
      expect(Math.abs(got / wanted - 1)).toBeLessThan(1e-12)
    near(vector.tokens * gpuEnergyPerToken(vector.active), vector.kwh)
    if (vector.s !== null) near(vector.tokens * secondsPerToken(vector.active, 64), vector.s)
    expect(gpusFor(vector.total)).toBe(vector.gpus)
  })
})
