import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Scores } from '../proof/pairing.ts'
import { seededRandom } from '../random/random.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'
import { decide } from './decide.ts'
import type { CandidateEvidence, DecisionInput } from './decision-input.ts'

const unknown = { kind: 'unknown', why: 'not measured' } as const
const known = <U extends Unit>(unit: U, value: number): Estimate<U> => ({
  kind: 'known',
  unit,
  value,
  low: 0.9 * value,
  high: 1.1 * value,
  level: 0.95,
  method: 'measured',
  how: 'test',
  source: 'test',
})

function candidate(
  id: string,
  scores: Scores,
  price: number | null,
  more: Partial<CandidateEvidence> = {},
): CandidateEvidence {
  const cost = {
    meter: 'none',
    energyPerItem: unknown,
    cpuPerItem: unknown,
    pricePerItem: price === null ? unknown : known('moneyPerItem', price),
    latencyP50: unknown,
    latencyP95: unknown,
    parameters: null,
  }
  return { id, scores, cost, ...more }
}

const input = (
  candidates: readonly CandidateEvidence[],
  over: Partial<DecisionInput> = {},
): DecisionInput => ({
  metric: 'accuracy',
  candidates,
  incumbent: 'large',
  bar: { kind: 'relative', margin: 0.01, tolerance: 0 },
  risk: { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 },
  order: 'auto',
  regime: { kind: 'full', why: 'few items' },
  items: candidates[0]?.scores.length ?? 0,
  seed: 1,
  ...over,
})

/** n scores with the given places wrong. */
const wrongAt = (n: number, wrong: (i: number) => boolean): number[] =>
  Array.from({ length: n }, (_, i) => (wrong(i) ? 0 : 1))

const large = wrongAt(2000, (i) => i % 10 === 0)

test('a cap lowers the word, says why, and replaces advice to label more', () => {
  const both = [candidate('large', large, 10), candidate('small', large, 1)]
  expect(decide(input(both)).decision.kind).toBe('certified')
  const cap = {
    code: 'partial',
    candidate: null,
    why: '60 of 180 assertions checked.',
    next: 'Check the rest.',
  }
  const part = decide(input(both, { caps: [{ ...cap, at: 'supported' }] })).decision
  expect(part).toMatchObject({ kind: 'supported', chosen: 'small', certified: { holds: false } })
  expect(part.headline).toContain(cap.why)
  expect(part.headline).not.toContain('more labels')
  // Its loss alone passed: the word is held back by something else, and no chance is shown as the reason.
  expect(part.certified.text).toContain('within your 1-point margin')
  expect(part.certified.text).toContain('more than the loss decides')
  expect(part.next).toEqual([{ kind: 'candidate', count: null, text: cap.next }])
  expect(part.caps).toHaveLength(1)
  expect(decide(input(both, { caps: [{ ...cap, at: 'undecided' }] })).decision.kind).toBe(
    'undecided',
  )
})
const same = large
const slightlyWorse = wrongAt(300, (i) => i % 10 === 0 || i === 7)
const muchWorse = wrongAt(2000, (i) => i % 10 === 0 || i % 5 === 1)

test('an exact copy on 2,000 items is certified, and both claims stand in the same words', () => {
  const { decision } = decide(input([candidate('large', large, 10), candidate('small', same, 1)]))
  expect(decision.kind).toBe('certified')
  expect(decision.chosen).toBe('small')
  expect(decision.matches).toEqual({
    holds: true,
    text: 'Matches: on these 2,000 items the loss is within your 1-point margin (full run, exact).',
  })
  expect(decision.certified).toEqual({
    holds: true,
    text: 'Certified: on future items like these the loss is within your 1-point margin (wrong with probability at most 5 %).',
  })
  expect(decision.headline).toBe(
    'Ship small: lowest priced of those that are good enough. Expected loss 0 points, at most 0.2 (95 %). Chance that the loss exceeds your 1-point margin: < 1 %: certified.',
  )
})

test('few labels still help: supported, with the risk taken and what would settle it', () => {
  const few = large.slice(0, 300)
  const { decision } = decide(
    input([candidate('large', few, 10), candidate('small', slightlyWorse, 1)], { items: 300 }),
  )
  expect(decision.kind).toBe('supported')
  expect(decision.certified.holds).toBe(false)
  expect(decision.pLossOverMargin).toBeGreaterThan(0.05)
  expect(decision.pLossOverMargin).toBeLessThan(0.2)
  expect(decision.next.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['labels', 'canary', 'cascade']),
  )
  expect(decision.headline).toContain('supported, not certified.')
  expect(decision.headline).toMatch(/more labels, or a canary of [\d,]+ calls/)
})

test('nothing good enough is `none`: the incumbent stays, with the best quality and the gap', () => {
  const { decision, candidates } = decide(
    input([candidate('large', large, 10), candidate('small', muchWorse, 1)]),
  )
  expect(decision.kind).toBe('none')
  expect(decision.chosen).toBe('large')
  expect(decision.gap?.best).toBe('small')
  expect(decision.gap?.quality).toBeCloseTo(0.7, 12)
  expect(decision.gap?.gap).toBeCloseTo(0.19, 12)
  expect(decision.headline).toContain('Keep large')
  expect(candidates.find(({ id }) => id === 'small')?.verdict).toBe('fails')
})

test('neither supported nor failing is `undecided`, and says how many labels are needed', () => {
  const random = seededRandom('undecided')
  const big = Array.from({ length: 100 }, () => (random.next() < 0.9 ? 1 : 0))
  const small = big.map((score) => (random.next() < (score === 1 ? 0.03 : 0.2) ? 1 - score : score))
  const { decision } = decide(input([candidate('large', big, 10), candidate('small', small, 1)]))
  expect(decision.kind).toBe('undecided')
  expect(decision.headline).toContain('Not decided')
})

test('the more candidates are looked at, the less the same evidence is worth', () => {
  const few = large.slice(0, 300)
  const near = (k: number) =>
    decide(
      input(
        [
          candidate('large', few, 100),
          ...Array.from({ length: k }, (_, i) => candidate(`s${i}`, slightlyWorse, i + 1)),
        ],
        { items: 300 },
      ),
    ).candidates.find(({ id }) => id === 's0')?.loss
  const [one, eight] = [near(1), near(8)]
  expect(eight?.upper).toBeGreaterThan(one?.upper ?? 1)
  expect(eight?.pOver).toBeCloseTo(one?.pOver ?? 0, 12)
  expect(eight?.pCorrected).toBeGreaterThan(one?.pCorrected ?? 1)
})

test('eight candidates that are all truly 2 points worse are supported and certified no oftener than the risk allows', () => {
  const random = seededRandom('trap')
  let [supported, certified] = [0, 0]
  for (let world = 0; world < 30; world += 1) {
    const big = Array.from({ length: 100 }, () => (random.next() < 0.9 ? 1 : 0))
    const cheap = Array.from({ length: 8 }, (_, c) =>
      candidate(
        `c${c}`,
        big.map((right) => (random.next() < (right === 1 ? 1 - 0.06 / 0.9 : 0.4) ? 1 : 0)),
        c + 1,
      ),
    )
    const { kind } = decide(input([candidate('large', big, 100), ...cheap])).decision
    if (kind === 'supported') supported += 1
    if (kind === 'certified') certified += 1
  }
  expect(certified / 30).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / 30))
  expect(supported / 30).toBeLessThanOrEqual(0.2 + 2 * Math.sqrt((0.2 * 0.8) / 30))
})

test('the cheapest that passes wins, and what it costs is named by what is known', () => {
  const rivals = [
    candidate('large', large, 10),
    candidate('mid', same, 5),
    candidate('small', same, 1),
  ]
  expect(decide(input(rivals)).decision.chosen).toBe('small')
  expect(decide(input(rivals)).decision.order).toMatchObject({ by: 'price', word: 'lowest priced' })
  const nameless = rivals.map((one) => candidate(one.id, one.scores, null))
  const { decision } = decide(input(nameless))
  expect(decision.order.by).toBe('unknown')
  expect(decision.kind).toBe('undecided')
  expect(decision.chosen).toBe('large')
  expect(decision.headline).toContain(
    'mid and small are good enough; whether they are cheaper than large is not known.',
  )
})

test('the order in which candidates were written decides nothing, whatever is known of their cost', () => {
  const ids = ['large', 'a', 'b', 'c']
  const cost = fc.option(fc.integer({ min: 1, max: 3 }), { nil: null })
  const scores = fc.constantFrom(
    same,
    wrongAt(2000, (i) => i % 5 === 0),
    wrongAt(2000, (i) => i % 9 === 0),
  )
  const world = fc.tuple(
    fc.array(cost, { minLength: 4, maxLength: 4 }),
    fc.array(scores, { minLength: 4, maxLength: 4 }),
  )
  fc.assert(
    fc.property(
      world,
      fc.shuffledSubarray([1, 2, 3], { minLength: 3 }),
      fc.boolean(),
      ([costs, of], order, named) => {
        const all = ids.map((id, i) =>
          candidate(id, i === 0 ? large.slice(0, 300) : (of[i] ?? []), costs[i] ?? null),
        )
        const bar = named
          ? ({ kind: 'relative', margin: 0.05, tolerance: 0 } as const)
          : ({ kind: 'absolute', floor: 0.8, target: 0.8 } as const)
        const more = { incumbent: named ? 'large' : null, bar }
        const decided = (candidates: CandidateEvidence[]) =>
          decide(input(candidates, more)).decision
        const [first, ...rest] = all
        const one = decided(all)
        const two = decided([first, ...order.map((i) => rest[i - 1])] as CandidateEvidence[])
        expect(two.kind).toBe(one.kind)
        expect(two.chosen).toBe(one.chosen)
        const ship = one.kind === 'certified' || one.kind === 'supported'
        if (ship && named) expect(costs[ids.indexOf(one.chosen ?? '')] ?? null).not.toBeNull()
        if (ship && named) expect(costs[ids.indexOf(one.chosen ?? '')]).toBeLessThan(costs[0] ?? 0)
      },
    ),
    { numRuns: 60 },
  )
  // Exact bounds of 360 candidates: 6 seconds of CPU.
}, 120_000)

test('energy orders only if all of it was had by the same means', () => {
  const metered = (id: string, meter: string, joules: number) => {
    const one = candidate(id, same, joules)
    return { ...one, cost: { ...one.cost, meter, energyPerItem: known('JPerItem', joules) } }
  }
  const alike = [metered('large', 'rapl', 10), metered('small', 'rapl', 1)]
  expect(decide(input(alike)).decision.order).toMatchObject({
    by: 'energy',
    word: 'lowest in energy',
  })
  const mixed = [metered('large', 'declared', 10), metered('small', 'rapl', 1)]
  expect(decide(input(mixed)).decision.order.by).toBe('price')
})

test('a candidate that costs more than the incumbent, or nobody knows what, is never chosen', () => {
  const rivals = [
    candidate('large', large, 10),
    candidate('dear', same, 20),
    candidate('secret', same, null),
  ]
  const { decision, candidates } = decide(input(rivals, { order: 'price' }))
  expect(decision.kind).toBe('undecided')
  expect(decision.chosen).toBe('large')
  expect(candidates.map(({ standing }) => standing)).toEqual([
    'incumbent',
    'dearer',
    'cost-unknown',
  ])
  expect(candidates[2]?.why).toContain('unknown')
  expect(decision.looked).toBe(1)
  expect(decision.headline).toContain(
    'Not decided: secret is good enough; whether it is cheaper than large is not known.',
  )
  expect(decision.next.map(({ kind }) => kind)).toEqual(['cost'])
  expect(decision.next[0]?.text).toContain('--price secret=INPUT/OUTPUT')
})

test('a broken candidate is said to be broken and the others go on; a broken incumbent is an error', () => {
  const rivals = [
    candidate('large', large, 10),
    candidate('small', [], 1, { broken: 'out of memory' }),
    candidate('mid', same, 5),
  ]
  const { decision, candidates } = decide(input(rivals))
  expect(decision.chosen).toBe('mid')
  expect(candidates[1]).toMatchObject({ verdict: 'broken', why: 'out of memory' })
  expect(() =>
    decide(input([candidate('large', [], 10, { broken: 'down' }), rivals[2] as CandidateEvidence])),
  ).toThrow(/down/)
  expect(() => decide(input(rivals, { incumbent: null }))).toThrow(/no incumbent/)
})

test('a rival that broke leaves it undecided: that the task needs the incumbent was not shown', () => {
  const rivals = [
    candidate('large', large, 10),
    candidate('small', [], 1, { broken: 'out of memory' }),
  ]
  const { decision } = decide(input(rivals))
  expect(decision.kind).toBe('undecided')
  expect(decision.headline).toContain('small could not be judged: out of memory.')
  expect(decision.next[0]?.text).toContain('Mend small')
})

test('an absolute bar speaks of the floor, by Clopper-Pearson', () => {
  const bar = { kind: 'absolute', floor: 0.88, target: 0.89 } as const
  const { decision, candidates } = decide(
    input(
      [
        candidate('small', large, 1),
        candidate(
          'big',
          wrongAt(2000, (i) => i % 50 === 0),
          5,
        ),
      ],
      { bar, incumbent: null },
    ),
  )
  expect(decision.kind).toBe('certified')
  expect(decision.chosen).toBe('small')
  expect(candidates[0]?.loss?.method).toContain('Clopper-Pearson')
  expect(decision.headline).toContain('Accuracy 90 %, at least 88.')
})

test('where the spec claims certified, a certified candidate comes before a cheaper supported one', () => {
  const items = 300
  const big = large.slice(0, items)
  const rivals = [
    candidate('large', big, 10),
    candidate(
      'small',
      wrongAt(items, (i) => i % 10 === 0 || i === 7),
      1,
    ),
    candidate('copy', big, 5),
  ]
  const bar = { kind: 'relative', margin: 0.015, tolerance: 0 } as const
  const risk = { alpha: 0.05, beta: 0.05, supportedAt: 0.8 }
  const eager = decide(
    input(rivals, { items, bar, risk: { ...risk, claim: 'supported' } }),
  ).decision
  const strict = decide(
    input(rivals, { items, bar, risk: { ...risk, claim: 'certified' } }),
  ).decision
  expect([eager.kind, eager.chosen]).toEqual(['supported', 'small'])
  expect([strict.kind, strict.chosen]).toEqual(['certified', 'copy'])
})

test('a slice too small to judge is said to be so and does not block; a failing one does', () => {
  const rare = (bad: boolean) =>
    wrongAt(2000, (i) => i % 10 === 0 || (bad && i >= 1000 && i % 3 === 0))
  const slices = { lang: large.map((_, i) => (i < 12 ? 'is' : i < 1000 ? 'en' : 'de')) }
  const constraints = { slices: { lang: { margin: 0.02 } } }
  const good = decide(
    input([candidate('large', large, 10), candidate('small', rare(false), 1)], {
      slices,
      constraints,
    }),
  )
  expect(good.decision.chosen).toBe('small')
  expect(good.decision.headline).toContain('Too small to judge: slice lang=is.')
  const bad = decide(
    input([candidate('large', large, 10), candidate('small', rare(true), 1)], {
      slices,
      constraints,
    }),
  )
  expect(bad.decision.kind).toBe('none')
  expect(bad.candidates[1]?.constraints.find(({ name }) => name === 'slice lang=de')?.verdict).toBe(
    'fails',
  )
})

test('latency, memory and price are conditions with their own verdicts', () => {
  const fast = Array.from({ length: 400 }, (_, i) => (i % 100 === 0 ? 0.2 : 0.01))
  const more = { latenciesS: fast, peakRss: known('B', 100 * 2 ** 20) }
  const rivals = [candidate('large', large, 10, more), candidate('small', same, 1, more)]
  const meets = decide(input(rivals, { constraints: { latencyP95Ms: 50, memoryMiB: 512 } }))
  expect(meets.decision.kind).toBe('certified')
  expect(meets.candidates[1]?.constraints.map(({ verdict }) => verdict)).toEqual(['meets', 'meets'])
  const tooBig = decide(input(rivals, { constraints: { memoryMiB: 64 } }))
  expect(tooBig.decision.kind).toBe('none')
  expect(tooBig.candidates[1]?.why).toContain('memory')
  const unseen = decide(
    input([rivals[0] as CandidateEvidence, candidate('small', same, 1)], {
      constraints: { latencyP95Ms: 50 },
    }),
  )
  expect(unseen.decision.kind).toBe('undecided')
})

test('graded scores are bounded by betting and still decide', () => {
  const random = seededRandom('graded')
  const big = Array.from({ length: 1500 }, () => 0.6 + 0.4 * random.next())
  const small = big.map((score) => Math.max(0, score - 0.002 * random.next()))
  const { decision, candidates } = decide(
    input([candidate('large', big, 10), candidate('small', small, 1)], {
      bar: { kind: 'relative', margin: 0.02, tolerance: 0 },
    }),
  )
  expect(decision.kind).toBe('certified')
  expect(candidates[1]?.loss?.method).toContain('betting')
  expect(candidates[1]?.loss?.win).toBeNull()
})

test('a handful of repeated texts does not cost the exact test; real clusters are units', () => {
  const few = large.map((_, i) => (i < 4 ? 'twice' : `item ${i}`))
  const real = large.map((_, i) => `document ${Math.floor(i / 20)}`)
  const rivals = [candidate('large', large, 10), candidate('small', same, 1)]
  const thinned = decide(input(rivals, { clusters: few })).candidates[1]?.loss
  expect(thinned?.method).toContain('exact')
  expect(thinned?.n).toBe(1997)
  const clustered = decide(input(rivals, { clusters: real })).candidates[1]?.loss
  expect(clustered?.method).toContain('clusters as units')
})

test('a small chance beside "not certified" says that the test of the word is another one', () => {
  const first = large.slice(0, 600)
  const clusters = first.map((_, i) => `c${Math.floor(i / 10)}`)
  const small = wrongAt(600, (i) => i % 10 === 0 && i % 50 !== 0)
  const { certified, pLossOverMargin, kind } = decide(
    input([candidate('large', first, 10), candidate('small', small, 1)], { clusters }),
  ).decision
  expect([kind, certified.holds]).toEqual(['supported', false])
  expect(pLossOverMargin).toBeLessThan(0.05)
  expect(certified.text).toContain('by the estimate; the test of this word assumes less')
})

test('F1 against a floor is bounded as a mean; against an incumbent, and macro metrics, by bootstrap', () => {
  const n = 600
  const counts = (miss: number) => ({
    tp: Array.from({ length: n }, (_, i) => (i % 2 === 0 && i % miss !== 0 ? 1 : 0)),
    fp: Array.from({ length: n }, () => 0),
    fn: Array.from({ length: n }, (_, i) => (i % 2 === 0 && i % miss === 0 ? 1 : 0)),
  })
  const scores = wrongAt(n, (i) => i % 2 === 0 && i % 40 === 0)
  const rivals = [
    candidate('large', scores, 10, { counts: counts(40) }),
    candidate('small', scores, 1, { counts: counts(40) }),
  ]
  const floor = { kind: 'absolute', floor: 0.9, target: 0.91 } as const
  const absolute = decide(input(rivals, { ratio: 'f1', bar: floor, metric: 'F1' }))
  expect(absolute.decision.kind).toBe('certified')
  expect(absolute.candidates[1]?.quality).toMatchObject({ value: expect.closeTo(0.9744, 3) })
  const paired = decide(input(rivals, { ratio: 'f1', metric: 'F1' }))
  expect(paired.candidates[1]?.loss?.method).toContain('bootstrap')
  expect(paired.decision.chosen).toBe('small')
})

test('a margin below the label noise is called what it is', () => {
  const labelNoise = known('share', 0.03)
  const { decision } = decide(
    input([candidate('large', large, 10), candidate('small', same, 1)], { labelNoise }),
  )
  expect(decision.headline).toContain('below the label noise')
})

test('a race that stopped early claims no more for the future than its betting bound', () => {
  const sequential = {
    scope: 'set',
    logEUp: 6,
    logEDown: -3,
    thresholdUp: 40,
    thresholdDown: 20,
    share: 0.8,
    stoppedAt: 700,
    reason: 'accepted',
  } as const
  const rivals = [candidate('large', large, 10), candidate('small', same, 1, { sequential })]
  const { decision, candidates } = decide(input(rivals, { regime: { kind: 'race', why: 'dear' } }))
  expect(candidates[1]?.n).toBe(700)
  expect(candidates[1]?.loss?.method).toContain('race stopped')
  expect(decision.matches.text).toContain('the full run would agree')
})

test('with a floor that the incumbent misses, a dearer candidate may be chosen; if it reaches it, none may', () => {
  const bar = (floor: number) => ({ kind: 'absolute', floor, target: floor }) as const
  const better = wrongAt(2000, (i) => i % 50 === 0)
  const rivals = [candidate('large', large, 10), candidate('dear', better, 20)]
  expect(decide(input(rivals, { bar: bar(0.95) })).decision.chosen).toBe('dear')
  const reached = decide(input(rivals, { bar: bar(0.85) }))
  expect(reached.decision.chosen).toBe('large')
  expect(reached.candidates[1]?.standing).toBe('dearer')
})

test('with its volume declared the bound holds for that much traffic and is tighter for more of it', () => {
  const few = large.slice(0, 300)
  const upper = (traffic: number | null) =>
    decide(
      input([candidate('large', few, 10), candidate('small', slightlyWorse, 1)], {
        items: 300,
        traffic,
      }),
    ).candidates[1]?.loss?.upper ?? 1
  expect(upper(1e12)).toBeCloseTo(upper(null), 6)
  expect(upper(900)).toBeGreaterThan(upper(1_000_000))
  expect(upper(300)).toBeGreaterThan(upper(900))
})

test('repeated rows are thinned for the bounds, yet the claim about these items counts every one of them', () => {
  const items = 200
  const scores = Array.from({ length: items }, () => 1)
  const cost = {
    meter: 'cpu-time',
    energyPerItem: { kind: 'unknown', why: 'test' },
    cpuPerItem: { kind: 'unknown', why: 'test' },
    pricePerItem: { kind: 'unknown', why: 'test' },
    latencyP50: { kind: 'unknown', why: 'test' },
    latencyP95: { kind: 'unknown', why: 'test' },
  } as const
  const { decision } = decide({
    metric: 'accuracy',
    candidates: [
      { id: 'small', scores, cost: { ...cost, parameters: 1 } },
      { id: 'large', scores, cost: { ...cost, parameters: 9 } },
    ],
    incumbent: 'large',
    bar: { kind: 'relative', margin: 0.01, tolerance: 0.01 },
    risk: { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 },
    order: 'auto',
    regime: { kind: 'full', why: 'test' },
    items,
    // Two rows share a text.
    clusters: Array.from({ length: items }, (_, i) => (i < 2 ? 'twice' : `alone ${i}`)),
    seed: 1,
  })
  expect(decision.matches.holds).toBe(true)
  expect(decision.matches.text).toContain('200')
})
