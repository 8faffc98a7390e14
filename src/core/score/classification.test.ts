import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Item } from '../data/item.ts'
import { brier, brierLoss, calibrationError } from './calibration.ts'
import { balancedAccuracy, confusion, macroF1, matthews, setMetrics } from './classification.ts'
import type { LabelledAnswer, Score } from './scorer.ts'

const pairs = (expected: string, answered: string): LabelledAnswer[] =>
  [...expected].map((label, i) => ({ expected: label, answered: answered[i] ?? null }))

/** The generator of the C standard's example, so that Python can make the same numbers. */
function lcg(seed: number): () => number {
  let state = BigInt(seed)
  return () => {
    state = (1103515245n * state + 12345n) % 2147483648n
    return Number(state) / 2147483648
  }
}

// scikit-learn 1.9.1: accuracy_score, f1_score(average='macro', labels=sorted(set(y_true))), matthews_corrcoef,
// balanced_accuracy_score, precision_recall_fscore_support(zero_division=0).
test('agrees with scikit-learn on ten items', () => {
  const of = confusion(pairs('aaabbccccd', 'ababbcacdc'))
  expect(macroF1(of)).toBeCloseTo(0.5095238095238095, 12)
  expect(matthews(of)).toBeCloseTo(0.4507489358552088, 12)
  expect(balancedAccuracy(of)).toBeCloseTo(0.5416666666666666, 12)
})

test('agrees with scikit-learn where answers are no label of the data', () => {
  const of = confusion(pairs('aaabbccccd', 'ababxcacxc'))
  expect(macroF1(of)).toBeCloseTo(0.4345238095238095, 12)
  expect(matthews(of)).toBeCloseTo(0.34735625898545525, 12)
  expect(balancedAccuracy(of)).toBeCloseTo(0.41666666666666663, 12)
})

test('agrees with scikit-learn on 1,000 items with and without weights', () => {
  const random = lcg(12345)
  const answers: LabelledAnswer[] = []
  const weights: number[] = []
  for (let i = 0; i < 1000; i++) {
    const expected = String(Math.floor(random() * 5))
    const answered = random() < 0.7 ? expected : String(Math.floor(random() * 5))
    weights.push(Math.floor(random() * 4))
    answers.push({ expected, answered })
  }
  const values = (of: ReturnType<typeof confusion>) => [
    macroF1(of),
    matthews(of),
    balancedAccuracy(of),
  ]
  const wanted = [0.7643246377434669, 0.7065477697775434, 0.764060784169897]
  const weighted = [0.7606195193669981, 0.7040283947830803, 0.7599872043940963]
  values(confusion(answers)).forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] ?? 0, 12)
  })
  values(confusion(answers, weights)).forEach((value, i) => {
    expect(value).toBeCloseTo(weighted[i] ?? 0, 12)
  })
})

const anyAnswers = fc.array(
  fc.record({
    expected: fc.constantFrom('a', 'b', 'c'),
    answered: fc.constantFrom('a', 'b', 'c', 'z', null),
  }),
  { minLength: 1, maxLength: 40 },
)

test('a weight of two is the item twice, and all metrics stay in 0..1', () => {
  fc.assert(
    fc.property(anyAnswers, (answers) => {
      const doubled = [...answers, ...answers]
      for (const metric of Object.values(setMetrics)) {
        const value = metric.value(answers)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(1 + 1e-12)
        expect(
          metric.value(
            answers,
            answers.map(() => 2),
          ),
        ).toBeCloseTo(metric.value(doubled), 10)
      }
    }),
  )
})

test('all right is 1 by every metric', () => {
  const of = confusion(pairs('aabbc', 'aabbc'))
  expect([macroF1(of), matthews(of), balancedAccuracy(of)]).toEqual([1, 1, 1])
})

// scikit-learn 1.9.1 brier_score_loss: 0.0375 for two classes, 0.50666 (scale_by_half=False) for three.
test('Brier agrees with scikit-learn', () => {
  const two = [0.1, 0.9, 0.8, 0.3].map(
    (p, i) => brierLoss({ yes: p, no: 1 - p }, [0, 1, 1, 0][i] === 1 ? 'yes' : 'no') / 2,
  )
  expect(two.reduce((a, b) => a + b) / 4).toBeCloseTo(0.0375, 12)
  const three = [
    [0.8, 0.1, 0.1],
    [0.2, 0.2, 0.6],
    [0.1, 0.4, 0.5],
  ].map(([a = 0, b = 0, c = 0], i) => brierLoss({ a, b, c }, 'abc'[i] ?? ''))
  expect(three.reduce((a, b) => a + b) / 3).toBeCloseTo(0.5066666666666667, 12)
})

test('the scorer brier gives 1 to sure and right, 0 to sure and wrong, and refuses answers without probabilities', () => {
  const item: Item = {
    id: '1',
    input: '',
    expected: 'a',
    slices: {},
    cluster: null,
    row: {},
    digest: '',
  }
  const score = (probabilities: Record<string, number>) =>
    (brier({}).score({ kind: 'label', label: 'a', probabilities }, item) as Score).score
  expect(score({ a: 1, b: 0 })).toBe(1)
  expect(score({ a: 0, b: 1 })).toBe(0)
  expect(() => brier({}).score({ kind: 'text', text: 'a' }, item)).toThrow(/probabilities/)
})

// netcal 1.x ECE(15) on the same 500 pairs: 0.08080423481576146.
test('the calibration error agrees with netcal', () => {
  const random = lcg(777)
  const answers = Array.from({ length: 500 }, (): LabelledAnswer => {
    const sure = 0.5 + 0.5 * random()
    const right = random() < sure - 0.1
    return { expected: right ? 'a' : 'b', answered: 'a', probabilities: { a: sure } }
  })
  expect(calibrationError(answers)).toBeCloseTo(0.08080423481576146, 10)
  expect(calibrationError([{ expected: 'a', answered: 'a' }])).toBeNull()
})
