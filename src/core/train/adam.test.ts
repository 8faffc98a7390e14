import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adamStart, adamStep, globalNorm } from './adam.ts'

const none = new Set<string>()

/** Algorithm 2 of arXiv 1711.05101 (AdamW), written out for one value in float64. */
function reference(
  start: number,
  gradients: readonly number[],
  { rate = 0.1, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0 },
): number {
  let [value, m, v] = [start, 0, 0]
  for (const [index, g] of gradients.entries()) {
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    const first = m / (1 - beta1 ** (index + 1))
    const second = v / (1 - beta2 ** (index + 1))
    value -= rate * (first / (Math.sqrt(second) + epsilon) + decay * value)
  }
  return value
}

function trained(start: number, gradients: readonly number[], decay: number, clipNorm = 0): number {
  const parameters = new Map([['w', Float32Array.of(start)]])
  let state = adamStart(parameters)
  for (const g of gradients) {
    const grads = new Map([['w', Float32Array.of(g)]])
    const inputs = { rate: 0.1, norm: globalNorm(grads.values()), decayed: new Set(['w']) }
    state = adamStep(parameters, grads, state, inputs, { decay, clipNorm })
  }
  return parameters.get('w')![0]!
}

test('the update is AdamW as its paper writes it', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 20 }),
      fc.constantFrom(0, 0.01, 0.3),
      (start, gradients, decay) => {
        const exact = gradients.map(Math.fround)
        // A gradient below float32's square root of its least number would be lost in the second moment.
        fc.pre(exact.every((g) => g === 0 || Math.abs(g) > 1e-6))
        const expected = reference(Math.fround(start), exact, { decay })
        expect(Math.abs(trained(start, gradients, decay) - expected)).toBeLessThan(2e-5)
      },
    ),
    { seed: 3, numRuns: 200 },
  )
})

test('the first step moves by the rate against the sign, whatever the size of the gradient', () => {
  for (const g of [1e-4, 1, 1e4]) expect(trained(0, [g], 0)).toBeCloseTo(-0.1, 4)
})

test('clipping to a norm equals giving the shorter gradient', () => {
  const clipped = trained(0.3, [5, -1, 0.2], 0, 0.5)
  expect(clipped).toBeCloseTo(trained(0.3, [0.5, -0.5, 0.2], 0), 6)
})

test('only named parameters decay', () => {
  const parameters = new Map([
    ['weight', Float32Array.of(1)],
    ['bias', Float32Array.of(1)],
  ])
  const zeros = new Map([
    ['weight', Float32Array.of(0)],
    ['bias', Float32Array.of(0)],
  ])
  const inputs = { rate: 0.1, norm: 0, decayed: new Set(['weight']) }
  adamStep(parameters, zeros, adamStart(parameters), inputs, { decay: 0.5 })
  expect(parameters.get('weight')![0]).toBeCloseTo(0.95, 6)
  expect(parameters.get('bias')![0]).toBe(1)
})

test('the norm is over all gradients together, of any length', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float32Array({ noNaN: true, min: -100, max: 100 }), { maxLength: 4 }),
      (gradients) => {
        const flat = gradients.flatMap((values) => [...values])
        expect(globalNorm(gradients)).toBeCloseTo(Math.hypot(...flat), 6)
      },
    ),
    { seed: 4 },
  )
})

test('a gradient of the wrong size is refused by name', () => {
  const parameters = new Map([['w', Float32Array.of(1, 2)]])
  const wrong = new Map([['w', Float32Array.of(1)]])
  expect(() =>
    adamStep(parameters, wrong, adamStart(parameters), { rate: 1, norm: 1, decayed: none }),
  ).toThrow(/"w"/)
})
