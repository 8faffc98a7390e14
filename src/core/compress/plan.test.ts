import { expect, test } from 'vitest'
import type { Pass, Proposal } from './pass.ts'
import { bisected, groupedBySaving, orderedPasses, paretoFront, whyStop } from './plan.ts'

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

test('the front keeps what nothing beats in size and loss at once', () => {
  const point = (id: string, bytes: number, loss: number) => ({ id, bytes, loss })
  const front = paretoFront([
    point('a', 3, 0),
    point('b', 2, 0.01),
    point('c', 2.5, 0.02),
    point('d', 1, 0.05),
  ])
  expect(front.map(({ id }) => id)).toEqual(['d', 'b', 'a'])
})

test('a spent budget says which one', () => {
  const budget = { seconds: 10, energyJ: 5 }
  expect(whyStop(budget, { seconds: 9, energyJ: 4 })).toBeNull()
  expect(whyStop(budget, { seconds: 9, energyJ: 5 })).toBe('the 5 J are spent')
  expect(whyStop(budget, { seconds: 11, energyJ: 0 })).toBe('the 10 seconds are spent')
})
