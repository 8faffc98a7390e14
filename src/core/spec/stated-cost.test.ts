import { expect, test } from 'vitest'
import { candidateId } from './expand.ts'
import { specFromFlags } from './flags.ts'
import { withStatedCosts } from './stated-cost.ts'

const base = {
  dataset: 'a.csv',
  input: 'text',
  expected: 'label',
  incumbent: 'openai:big',
  try: ['openai:small'],
}

test('prices and sizes on the command line stand in the spec that is written', () => {
  const { spec, yaml } = specFromFlags({
    ...base,
    price: [['small', { input: 0.15, output: 0.6 }]],
    parameters: [['big', 70e9]],
  })
  const [big, small] = ['big', 'small'].map((id) => spec.candidates.find((one) => one.id === id))
  expect(small?.price).toMatchObject({ inputPerMTokens: 0.15, outputPerMTokens: 0.6 })
  expect(small?.price?.source).toContain('--price')
  expect(big?.parameters).toBe(70e9)
  expect(big?.price).toBeUndefined()
  expect(yaml).toContain('inputPerMTokens: 0.15')
})

test('a name that no candidate has is refused, with those that there are', () => {
  const candidates = [{ runtime: 'openai', model: 'small' } as const]
  const stated = { parameters: [['smal', 8e9]] as const }
  expect(() => withStatedCosts(candidates, stated, candidateId)).toThrow(/names no candidate/)
})
