import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  lastTraining,
  movesOf,
  type Offer,
  type Refusal,
  type Rung,
  rungsOf,
  stepKey,
  stepsOf,
  type Weighing,
} from './moves.ts'
import type { Pass, Proposal } from './pass.ts'

const pass = (id: string, family: Pass['family'] = 'structural'): Pass => ({
  ...{ id, family, propose: () => [], needs: () => [] },
  apply: () => {
    throw new Error('not here')
  },
})

function proposal(id: string, more: Partial<Proposal> = {}): Proposal {
  return {
    ...{ pass: id, params: { keep: 0.5, repair: 'none' }, text: id },
    ...{ saves: { bytes: 300, cpuShare: 0.3 }, risk: 0.4, exactness: 'lossy' },
    repairs: ['bias', 'least-squares', 'distil'],
    ...more,
  }
}

const offer = (id: string, more: Partial<Proposal> = {}, family?: Pass['family']): Offer => ({
  pass: pass(id, family),
  group: [proposal(id, more)],
})

const weighing = (more: Partial<Weighing> = {}): Weighing => ({
  ...{ refusals: [], depth: 0, margin: 0.01, bytes: 1000, items: 500, statRows: 512, left: 1e9 },
  fineTuning: { short: 100, long: 400, batch: 32, most: { short: 1e9, long: 1e9 } },
  ...more,
})

const refusal = (rung: Rung, more: Partial<Refusal> = {}): Refusal => ({
  ...{ key: stepKey(proposal('neurons')), rung, loss: 0.012, depth: 0 },
  ...more,
})

const rungAfter = (refusals: readonly Refusal[], more: Partial<Weighing> = {}) =>
  movesOf([offer('neurons')], weighing({ refusals, ...more }))[0]?.rung

test('what saves more for the same work comes first, and so does what saves the same for less work', () => {
  const names = (offers: readonly Offer[]) =>
    movesOf(offers, weighing()).map(({ group }) => group[0].pass)
  const small = offer('small', { saves: { bytes: 100, cpuShare: 0.1 } })
  const large = offer('large', { saves: { bytes: 500, cpuShare: 0.1 } })
  expect(names([small, large])).toEqual(['large', 'small'])
  // A pass that needs no statistics asks fewer texts.
  const plain = offer('plain', {}, 'vocabulary')
  expect(names([offer('neurons'), plain])).toEqual(['plain', 'neurons'])
})

test('statistics are paid for once a model: slopes with their backward pass, X^T X once more', () => {
  const two: Offer = {
    pass: pass('neurons'),
    group: [
      proposal('neurons', { params: { keep: 0.5, repair: 'none', importance: 'energy' } }),
      proposal('neurons', { params: { keep: 0.5, repair: 'none', importance: 'taylor' } }),
    ],
  }
  const texts = (refusals: readonly Refusal[], depth = 0) =>
    movesOf([two], weighing({ refusals, depth }))[0]?.texts
  const asked = [500, 200, 200].reduce((sum, items) => sum + 0.7 * items, 0)
  expect(texts([])).toBeCloseTo(asked + (1.2 + 3) * 512)
  expect(texts([refusal('none')])).toBeCloseTo(asked)
  expect(texts([refusal('none', { key: 'neurons {"keep":0.25}' })])).toBeCloseTo(asked)
  expect(texts([refusal('none', { key: 'heads {"keep":0.25}' })])).toBeCloseTo(asked + 4.2 * 512)
  // Least squares read X^T X, which the rungs before did not.
  expect(texts([refusal('none'), refusal('bias')])).toBeCloseTo(asked + (2.5 + 3) * 512)
  // On another model everything is collected again.
  expect(texts([refusal('none')], 1)).toBeCloseTo(asked + 4.2 * 512)
})

test('what is risky waits for what is likely to hold', () => {
  const moves = movesOf([offer('bold', { risk: 0.9 }), offer('safe', { risk: 0.1 })], weighing())
  expect(moves.map(({ group }) => group[0].pass)).toEqual(['safe', 'bold'])
})

test('the ladder goes from nothing to long training, one refusal a rung', () => {
  const rungs: (Rung | undefined)[] = []
  const refusals: Refusal[] = []
  for (let trial = 0; trial < 6; trial += 1) {
    const rung = rungAfter(refusals)
    rungs.push(rung)
    if (rung !== undefined) refusals.push(refusal(rung))
  }
  expect(rungs).toEqual(['none', 'bias', 'least-squares', 'short', 'long', undefined])
})

test('nothing that was refused on this model is tried on it again, whatever else is', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          rung: fc.constantFrom<Rung>('none', 'bias', 'least-squares', 'short', 'long'),
          loss: fc.double({ min: 0, max: 1, noNaN: true }),
          depth: fc.integer({ min: 0, max: 2 }),
        }),
        { maxLength: 6 },
      ),
      (past) => {
        const refusals = past.map((one) => refusal(one.rung, one))
        for (const { rung, group } of movesOf([offer('neurons')], weighing({ refusals, depth: 2 })))
          expect(refusals).not.toContainEqual(
            expect.objectContaining({ key: stepKey(group[0]), rung, depth: 2 }),
          )
      },
    ),
  )
})

test('on another model a step comes back from its cheapest rung, with less hope', () => {
  const [fresh] = movesOf([offer('neurons')], weighing({ depth: 1 }))
  const [again] = movesOf([offer('neurons')], weighing({ depth: 1, refusals: [refusal('none')] }))
  expect([fresh?.rung, again?.rung]).toEqual(['none', 'none'])
  expect(again?.chance).toBeLessThan(fresh?.chance ?? 0)
})

test('where statistics were far from fine-tuning it on an earlier model, only training is left', () => {
  const far = (['none', 'bias', 'least-squares'] as const).map((rung) =>
    refusal(rung, { loss: 0.05 }),
  )
  expect(rungAfter(far, { depth: 1 })).toBe('short')
})

test('a loss without hope ends the ladder', () => {
  expect(rungAfter([refusal('none', { loss: 0.5 })])).toBeUndefined()
})

test('where nothing can be learned from, nothing is trained, and students are not offered at all', () => {
  expect(rungsOf(proposal('neurons'), { fineTuning: null })).toEqual([
    'none',
    'bias',
    'least-squares',
  ])
  const student = proposal('student-static', {
    params: { width: 64 },
    training: { times: 3, rate: 1e-3 },
  })
  expect(rungsOf(student, { fineTuning: null })).toEqual([])
  expect(rungsOf(student, weighing())).toEqual(['short', 'long'])
  expect(
    movesOf(
      [{ pass: pass('student-static', 'distil'), group: [student] }],
      weighing({ fineTuning: null }),
    ),
  ).toEqual([])
})

test('a pass without repairs is tried once', () => {
  const vocabulary = proposal('vocabulary', { params: { tokens: 10 }, repairs: [] })
  expect(rungsOf(vocabulary, weighing())).toEqual(['none'])
})

test('what saves next to nothing is not worth a trial', () => {
  expect(movesOf([offer('neurons', { saves: { bytes: 5, cpuShare: 0.005 } })], weighing())).toEqual(
    [],
  )
})

test('a step is named by what it does, not by how it is repaired or ranked; runs of layers by their length', () => {
  const key = (params: Proposal['params']) => stepKey(proposal('layers', { params }))
  expect(key({ keep: 0.5, repair: 'bias', importance: 'taylor' })).toBe(
    key({ keep: 0.5, repair: 'none', importance: 'energy' }),
  )
  expect(key({ keep: 0.5 })).not.toBe(key({ keep: 0.25 }))
  expect(key({ drop: [0, 1] })).toBe(key({ drop: [2, 3] }))
  expect(key({ drop: [0] })).not.toBe(key({ drop: [2, 3] }))
})

test('worth is gain times chance over work, whatever the offers', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          bytes: fc.integer({ min: 0, max: 1000 }),
          cpuShare: fc.double({ min: 0, max: 1, noNaN: true }),
          risk: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      ),
      (given) => {
        const offers = given.map(({ risk, ...saves }, at) => offer(`p${at}`, { saves, risk }))
        const moves = movesOf(offers, weighing())
        for (const [at, { worth, gain, chance, texts }] of moves.entries()) {
          expect(worth).toBeCloseTo((gain * chance) / texts, 12)
          expect(Number.isFinite(worth)).toBe(true)
          expect(worth).toBeLessThanOrEqual(moves[at - 1]?.worth ?? Number.POSITIVE_INFINITY)
        }
      },
    ),
  )
})

test('training is as long as wanted, or as its share of the time allows, in tens and never trifling', () => {
  const wanted = { short: 100, long: 400, batch: 32 }
  const at = (texts: number, left = 1e9) => ({
    fineTuning: { ...wanted, most: { short: texts, long: texts } },
    left,
  })
  const whole = proposal('neurons', { saves: { bytes: 0, cpuShare: 0 } })
  expect(stepsOf(whole, 'long', at(1e9))).toBe(400)
  // 6 x 32 texts a step.
  expect(stepsOf(whole, 'long', at(205 * 6 * 32))).toBe(200)
  expect(stepsOf(whole, 'long', at(10))).toBe(50)
  const half = proposal('neurons', { saves: { bytes: 0, cpuShare: 0.5 } })
  expect(stepsOf(half, 'long', at(105 * 6 * 32))).toBe(210)
  // Shorter where less time is left, down to half.
  expect(stepsOf(whole, 'long', at(1e9, 305 * 6 * 32))).toBe(300)
  expect(stepsOf(whole, 'long', at(1e9, 105 * 6 * 32))).toBe(200)
})

const student = (width: number, more: Partial<Proposal> = {}): Offer => ({
  pass: pass('student', 'distil'),
  group: [
    proposal('student', {
      ...{ params: { width }, saves: { bytes: 900, cpuShare: 0.9 }, risk: 0.5 },
      ...{ repairs: ['distil'], training: { times: 1, rate: 1e-3 } },
      ...more,
    }),
  ],
})

const studentRefusal = (width: number): Refusal =>
  refusal('long', { key: stepKey(student(width).group[0]) })

test('a cut counts with the chance that no student takes the place of what was cut; other moves count as they are', () => {
  const offers = [offer('neurons'), offer('vocabulary', {}, 'vocabulary')]
  const worths = (more: readonly Offer[], how: Partial<Weighing> = {}) => {
    const moves = movesOf([...offers, ...more], weighing(how))
    return offers.map(({ pass: { id } }) => moves.find(({ pass: one }) => one.id === id)?.worth)
  }
  const [cut = 0, tokens = 0] = worths([])
  const two = [student(8), student(16, { risk: 0.9 })]
  const likeliest = movesOf(two, weighing())[0]?.chance ?? 0
  expect(likeliest).toBeGreaterThan(0.5)
  expect(worths(two)).toEqual([(1 - likeliest) * cut, tokens])
  // One that was refused, or for which there is no time, takes nobody's place.
  expect(worths([student(8)], { refusals: [studentRefusal(8)] })).toEqual([cut, tokens])
  expect(worths([student(8)], { left: 1000 })).toEqual([cut, tokens])
})

test('a student is less likely where others of its kind were refused, whatever their size', () => {
  const chance = (...widths: readonly number[]) =>
    movesOf([student(8)], weighing({ refusals: widths.map(studentRefusal) }))[0]?.chance ?? 0
  expect(chance(16)).toBeCloseTo((2 / 3) * chance())
  expect(chance(16, 16)).toBe(chance(16))
  expect(chance(16, 32)).toBeCloseTo(chance() / 2)
  // A bolder cut tells nothing of a milder one.
  const cut = (refusals: readonly Refusal[]) =>
    movesOf([offer('neurons')], weighing({ refusals }))[0]
  expect(cut([refusal('none', { key: 'neurons {"keep":0.25}' })])?.chance).toBe(cut([])?.chance)
})

test('what does not fit into the time left is no move', () => {
  const [move] = movesOf([offer('neurons')], weighing())
  const texts = move?.texts ?? 0
  expect(movesOf([offer('neurons')], weighing({ left: texts }))).toHaveLength(1)
  expect(movesOf([offer('neurons')], weighing({ left: texts - 1 }))).toEqual([])
})

test('the last training is as long as the time left allows, and none where that is too little', () => {
  const steps = (left: number) => lastTraining(weighing({ left }))?.steps ?? null
  expect(lastTraining(weighing())).toEqual({ steps: 400, texts: 400 * 6 * 32 })
  // 6 x 32 texts a step.
  expect(steps(105 * 6 * 32)).toBe(100)
  expect(steps(50 * 6 * 32)).toBe(50)
  expect(steps(50 * 6 * 32 - 1)).toBeNull()
  expect(lastTraining(weighing({ fineTuning: null }))).toBeNull()
})
