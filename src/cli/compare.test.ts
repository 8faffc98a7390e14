import { expect, test } from 'vitest'
import { unknown } from '../core/unit/estimate.ts'
import { known } from '../core/unit/known.ts'
import { lines } from './compare.ts'

const about = { method: 'modeled', source: 'test', level: 0.9 } as const
const how = 'CPU seconds x 3.15 W per busy thread; no idle, no memory'
const joules = known('JPerItem', { ...about, how, value: 2.7e-4, low: 8.5e-5, high: 7.3e-4 })
const time = known('sPerItem', { ...about, how, value: 8.7e-5, low: 8e-5, high: 9e-5 })
const ratio = known('ratio', { ...about, how, value: 0.977, low: 0.606, high: 1.57 })

const result: Parameters<typeof lines>[0] = {
  a: { name: 'vad.onnx', bytes: 2_327_524, parameters: 545_286 },
  b: { name: 'small.onnx', bytes: 1_289_603, parameters: 309_635 },
  ...{ items: 1875, inputs: 'frames.jsonl', runtime: 'onnxruntime-node 1.30.0', answer: 'output' },
  agreement: { same: 1875, value: 1, low: 0.998, high: 1, level: 0.95 },
  cosine: null,
  difference: { output: 0, stateN: 1.2e-7, other: null },
  cpu: { a: time, b: time, ratio },
  energy: { a: joules, b: joules, ratio },
  cheaper: null,
  why: 'the interval of the ratio holds 1: they cannot be told apart',
  noise: null,
  proof: null,
}

test('a comparison fits 80 columns and says sizes, energy with its interval, agreement and differences', () => {
  const text = lines(result)
  expect(Math.max(...text.map(({ length }) => length))).toBeLessThanOrEqual(80)
  const all = text.join('\n')
  expect(all).toMatch(/size +2.22 MiB +1.23 MiB +0.554/)
  expect(all).toMatch(/energy +270 µJ +270 µJ +0.977 \(0.606 to 1.57\)/)
  expect(all).toContain('85 µJ-730 µJ')
  expect(all).toContain('same answer on 1,875 of 1,875 items')
  expect(all).toContain('100.0 % (95 % interval 99.8 % to 100.0 %)')
  expect(all).toContain('output: 0, all equal')
  expect(all).toContain('other: not comparable')
  expect(all).toContain('energy: the interval of the ratio holds 1')
})

test('what is not known is said, without a figure in its place', () => {
  const none = unknown('a window measured nothing')
  const text = lines({
    ...result,
    cpu: { a: none, b: none, ratio: none },
    energy: { a: none, b: none, ratio: none },
    ...{ why: none.why, agreement: null, cosine: { mean: 0.99, least: 0.9 } },
  })
  expect(text.join('\n')).toMatch(/energy +unknown +unknown +unknown/)
  expect(text).toContain('energy: a window measured nothing')
})

test('what labels state of B in the place of A is a claim with its bound and level', () => {
  const claim = {
    kind: 'supported',
    against: 'incumbent',
    ...{ limit: 0.02, n: 400, win: 2, tie: 394, lose: 4 },
    ...{ expected: 0.005, upper: 0.021, level: 0.955, alpha: 0.045, look: 1, candidates: 1 },
    ...{
      inPlay: 1,
      traffic: null,
      pOver: 0.06,
      pCorrected: 0.07,
      pNonInferior: 0.05,
      pMcNemar: 0.7,
    },
    ...{ method: 'exact', prior: 'half' },
  } as const
  const proof = { items: 400, unlabelled: 3, right: { a: 380, b: 378 }, claim }
  const text = lines({ ...result, proof })
  expect(Math.max(...text.map(({ length }) => length))).toBeLessThanOrEqual(80)
  const all = text.join('\n')
  expect(all).toContain('right of 400 labeled items: A 380 (95.0 %), B 378 (94.5 %)')
  expect(all).toContain('3 items without a label judge nothing')
  expect(all).toContain('B in the place of A: supported, not certified within the 2-point margin')
  expect(all).toMatch(/Expected loss 0.5 points, at most 2.1 \(95.5 %\)/)
})
