import { expect, test } from 'vitest'
import { modeledEnergy, type Serving } from '../hosted/modeled-energy.ts'
import type { ModelFacts } from '../result/account.ts'
import { exact, known } from '../unit/known.ts'
import { costOrder } from './cost-order.ts'
import type { CandidateEvidence } from './decision-input.ts'

const unknown = { kind: 'unknown', why: 'not known' } as const

interface Facts {
  readonly joules?: readonly [low: number, value: number, high: number]
  readonly price?: number
  readonly billions?: number
  readonly modeled?: CandidateEvidence['cost']['modeledEnergy']
}

const one = (id: string, { joules, price, billions, modeled }: Facts): CandidateEvidence => ({
  id,
  scores: [1],
  cost: {
    meter: joules ? 'rapl' : 'none',
    energyPerItem: joules
      ? known('JPerItem', {
          ...{ low: joules[0], value: joules[1], high: joules[2], level: 0.95 },
          ...{ method: 'measured', how: 'windows', source: 'test' },
        })
      : unknown,
    ...{ cpuPerItem: unknown, latencyP50: unknown, latencyP95: unknown },
    pricePerItem: price === undefined ? unknown : exact('moneyPerItem', price, 'test'),
    parameters: billions === undefined ? null : billions * 1e9,
    ...(modeled ? { modeledEnergy: modeled } : {}),
  },
})

const factsOf = (model: string, billions: number): ModelFacts => ({
  model,
  totalBillions: exact('count', billions, 'card'),
  activeBillions: exact('count', billions, 'card'),
  ...{ bits: 16, source: 'card' },
})

const joulesOf = (
  model: string,
  billions: number,
  output: number,
  serving: Partial<Serving> = {},
) =>
  modeledEnergy({ input: 200, output }, factsOf(model, billions), {
    ...{ host: 'openrouter', batch: null },
    ...serving,
  })

test('one model at one host with fewer tokens needs fewer joules: its size and error are shared', () => {
  const long = one('long', { modeled: joulesOf('llama-70b', 70, 400) })
  const short = one('short', { modeled: joulesOf('llama-70b', 70, 300) })
  const order = costOrder([long, short], 'auto', 'long')
  expect(order.by).toBe('modeled-energy')
  expect(order.ranked).toEqual(['short', 'long'])
  expect(order.notCheaper.size).toBe(0)
  const elsewhere = one('short', { modeled: joulesOf('llama-70b', 70, 300, { host: 'groq' }) })
  expect(costOrder([long, elsewhere], 'auto', 'long').by).toBe('unknown')
})

test('one model at one host with two stated sizes: each keeps its own, the error stays shared', () => {
  const whole = one('whole', { modeled: joulesOf('own', 70, 400) })
  const part = one('part', { modeled: joulesOf('own', 8, 400) })
  expect(costOrder([whole, part], 'auto', 'whole').ranked).toEqual(['part', 'whole'])
})

test('modeled joules that overlap call nothing cheaper, and leave `auto` to the parameters', () => {
  const large = one('large', { billions: 70, modeled: joulesOf('llama-70b', 70, 300) })
  const small = one('small', { billions: 8, modeled: joulesOf('llama-8b', 8, 300) })
  expect(costOrder([large, small], 'auto', 'large').by).toBe('parameters')
  for (const [pair, incumbent] of [
    [[large, small], 'large'],
    [[small, large], 'small'],
  ] as const) {
    const order = costOrder(pair, 'energy', incumbent)
    expect(order.by).toBe('modeled-energy')
    expect([...order.notCheaper.values()]).toEqual([
      { known: false, why: 'its modeled energy cannot be told from that of the incumbent' },
    ])
  }
  const rivals = costOrder([large, small], 'energy', null)
  expect([...rivals.notCheaper.keys()].toSorted()).toEqual(['large', 'small'])
})

test('modeled joules far enough apart are cheaper, or known to be dearer', () => {
  const large = one('large', { modeled: joulesOf('llama-405b', 405, 900) })
  const small = one('small', { modeled: joulesOf('llama-8b', 8, 4) })
  expect(costOrder([large, small], 'auto', 'large').notCheaper.size).toBe(0)
  const kept = costOrder([large, small], 'auto', 'small')
  expect(kept.notCheaper.get('large')).toMatchObject({ known: true })
})

test('measured energy comes before price, price before size, modeled energy last; one of them for all', () => {
  const apart = { large: joulesOf('a', 405, 900), small: joulesOf('b', 8, 4) }
  const priced = [
    one('large', { price: 2, modeled: apart.large }),
    one('small', { price: 1, modeled: apart.small }),
  ]
  expect(costOrder(priced, 'auto', 'large').by).toBe('price')
  const sized = [
    one('large', { billions: 405, modeled: apart.large }),
    one('small', { billions: 8, modeled: apart.small }),
  ]
  expect(costOrder(sized, 'auto', 'large').by).toBe('parameters')
  expect(costOrder(sized, 'energy', 'large').by).toBe('modeled-energy')
  const half = [priced[0], one('small', { modeled: apart.small, joules: [1, 1, 1] })]
  expect(costOrder(half as CandidateEvidence[], 'auto', 'large').by).toBe('modeled-energy')
  const measured = [
    one('large', { joules: [9, 10, 11], price: 1, billions: 8 }),
    one('small', { joules: [1, 2, 3], price: 2, billions: 70 }),
  ]
  expect(costOrder(measured, 'auto', 'large')).toMatchObject({ by: 'energy' })
})

test('where another basis contradicts the order, both are named, whichever of the two is chosen by', () => {
  const large = one('large', { joules: [9, 10, 11], price: 1, billions: 8 })
  const small = one('small', { joules: [1, 2, 3], price: 2, billions: 7 })
  expect(costOrder([large, small], 'auto', 'large').disagreements).toEqual([
    {
      ...{ candidate: 'small', against: 'large', cheaperBy: 'energy', dearerBy: 'price' },
      text: 'small is cheaper than large by energy, but more expensive by price.',
    },
  ])
  expect(costOrder([large, small], 'price', 'large').disagreements).toMatchObject([
    { candidate: 'small', cheaperBy: 'energy', dearerBy: 'price' },
    { candidate: 'small', cheaperBy: 'parameters', dearerBy: 'price' },
  ])
  expect(costOrder([large, small], 'auto', null).disagreements).toMatchObject([
    { candidate: 'large', against: 'small', cheaperBy: 'price', dearerBy: 'energy' },
  ])
})

test('what is not shown contradicts nothing: overlapping intervals, other meters, equal amounts', () => {
  const large = one('large', { joules: [1, 2, 3], price: 2, billions: 8 })
  const near = one('near', { joules: [2, 3, 4], price: 1, billions: 8 })
  expect(costOrder([large, near], 'price', 'large').disagreements).toEqual([])
  const far = one('far', { joules: [8, 9, 10], price: 1 })
  expect(costOrder([large, far], 'price', 'large').disagreements).toHaveLength(1)
  const declared = { ...far, cost: { ...far.cost, meter: 'declared' } }
  expect(costOrder([large, declared], 'price', 'large').disagreements).toEqual([])
})
