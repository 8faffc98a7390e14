import { expect, test } from 'vitest'
import type { Pass, Proposal } from './pass.ts'
import {
  bisected,
  fallbacks,
  groupedBySaving,
  likeliestFirst,
  orderedPasses,
  whyStop,
} from './plan.ts'

const proposal = (params: Proposal['params'], bytes: number): Proposal => ({
  pass: 'neurons',
  params,
  text: `keep ${100 * Number(params['keep'])} % of them`,
  saves: { bytes, cpuShare: 0 },
  risk: 0.5,
  exactness: 'lossy',
  repairs: [],
})
const pass = (id: string, family: Pass['family']): Pass => ({
  id,
  family,
  propose: () => [],
  needs: () => [],
  apply: () => {
    throw new Error('not here')
  },
})

test('exact passes come first, number formats last, whatever the order given', () => {
  const all = [
    pass('int8', 'numeric'),
    pass('heads', 'structural'),
    pass('layers', 'structural'),
    pass('tidy', 'tidy'),
  ]
  const ids = (limits: { only?: string[]; without?: string[] }) =>
    orderedPasses(all, { only: [], without: [], ...limits }).passes.map(({ id }) => id)
  expect(ids({})).toEqual(['tidy', 'heads', 'layers', 'int8'])
  expect(ids({ without: ['structural'] })).toEqual(['tidy', 'int8'])
  expect(ids({ only: ['heads'] })).toEqual(['heads'])
  expect(orderedPasses(all, { only: ['head'], without: [] }).unknown).toEqual(['head'])
})

test('after a refusal the next step lies half way, until the steps are small', () => {
  const refused = proposal({ keep: 0.25 }, 600)
  const half = bisected(refused, 0.5)
  expect(half).toMatchObject({
    params: { keep: 0.375 },
    text: 'keep 37.5 % of them',
    saves: { bytes: 500 },
  })
  expect(bisected(half as Proposal, 0.4)).toBeNull()
})

test('layer runs of one length are one group, the longest first', () => {
  const groups = groupedBySaving(pass('layers', 'structural'), [
    proposal({ drop: [1] }, 10),
    proposal({ drop: [0, 1] }, 20),
    proposal({ drop: [2] }, 10),
  ])
  expect(groups.map(({ group }) => group.length)).toEqual([1, 2])
})

test('the hold-out sees the likeliest first, and nothing that a smaller one beats', () => {
  const model = (id: string, bytes: number, chance: number) => ({ id, bytes, chance })
  const order = likeliestFirst([
    model('a', 3, 0.99),
    model('b', 2, 0.9),
    model('c', 2.5, 0.8),
    model('d', 1, 0.6),
    model('e', 4, 0.95),
  ])
  expect(order.map(({ id }) => id)).toEqual(['a', 'b', 'd'])
})

test('the search goes back to the smallest that is safe and the smallest that is likely, else to the likeliest', () => {
  const model = (bytes: number, chance: number) => ({ bytes, chance })
  const models = [model(1, 0.5), model(2, 0.9), model(3, 0.86), model(4, 0.98), model(5, 0.99)]
  expect(fallbacks(models).map(({ bytes }) => bytes)).toEqual([4, 2])
  const far = [model(1, 0.5), model(2, 0.6), model(100, 0.99)]
  expect(fallbacks(far).map(({ bytes }) => bytes)).toEqual([100, 2])
  expect(fallbacks(models.slice(0, 1)).map(({ bytes }) => bytes)).toEqual([1])
  expect(fallbacks([model(1, 0.99)]).map(({ bytes }) => bytes)).toEqual([1])
  expect(fallbacks([])).toEqual([])
})

test('a spent budget says which one', () => {
  const budget = { seconds: 10, energyJ: 5 }
  expect(whyStop(budget, { seconds: 9, energyJ: 4 })).toBeNull()
  expect(whyStop(budget, { seconds: 9, energyJ: 5 })).toBe('the 5 J are spent')
  expect(whyStop(budget, { seconds: 11, energyJ: 0 })).toBe('the 10 seconds are spent')
})
