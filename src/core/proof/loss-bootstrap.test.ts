import { expect, test } from 'vitest'
import { gradeOf, uncorrected } from './grade.ts'
import { bootstrapLoss } from './loss-bootstrap.ts'

const risk = { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 } as const

test('a metric over classes carries no word that its rarest class is too small for', () => {
  const same = () => 0.9
  const loss = (rarest: number | null, n = 400) =>
    bootstrapLoss({
      ...{ name: 'macro F1', n, clusters: null, against: 'incumbent', seed: 1 },
      ...{ rarest, candidate: same, reference: same },
    })
  const kind = (rarest: number | null, n?: number) =>
    gradeOf(loss(rarest, n), 0.02, risk, uncorrected)
  expect([3, 5, 14, 15, null].map((rarest) => kind(rarest))).toEqual([
    'undecided',
    'supported',
    'supported',
    'certified',
    'certified',
  ])
  expect(kind(50, 200)).toBe('supported')
})
