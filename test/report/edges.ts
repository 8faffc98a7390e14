import fc from 'fast-check'
import type { CandidateResult } from '../../src/core/result/candidate.ts'
import type { RunResult } from '../../src/core/result/run-result.ts'
import { decide } from '../../src/core/select/decide.ts'
import type { CandidateEvidence, DecisionInput } from '../../src/core/select/decision-input.ts'
import { unknown } from '../../src/core/unit/estimate.ts'
import { exact } from '../../src/core/unit/known.ts'
import { accountRun, fixtureCandidate } from '../fixtures/account-run.ts'

/** Decisions at the edges of what can go in, each with the run result that the reports read. */

const unmeasured = unknown('not measured')

/** How the answers of a candidate turn out, by item. */
const habits = {
  'all right': () => 1,
  'all wrong': () => 0,
  'as the incumbent': (i: number) => (i % 10 === 0 ? 0 : 1),
  'a little worse': (i: number) => (i % 10 === 0 || i % 37 === 1 ? 0 : 1),
  'half as good': (i: number) => i % 2,
  graded: (i: number) => (i % 5) / 4,
  'not asked': () => null,
  'stopped at the first': (i: number) => (i === 0 ? 1 : null),
} as const satisfies Record<string, (i: number) => number | null>

const prices = { cheaper: 1, 'much cheaper': 0.1, equal: 10, dearer: 20, unknown: null } as const

interface Asked {
  readonly habit: keyof typeof habits
  readonly price: keyof typeof prices
}

const names = ['minilm-l6', 'minilm-l6-int8', 'x', 'provider/models/a-long-name@prompt-1']

const asked: fc.Arbitrary<Asked> = fc.record({
  habit: fc.constantFrom(...(Object.keys(habits) as Asked['habit'][])),
  price: fc.constantFrom(...(Object.keys(prices) as Asked['price'][])),
})

function evidence(
  id: string,
  n: number,
  { habit, price }: Asked,
  broken = false,
): CandidateEvidence {
  const scores = Array.from({ length: n }, (_, i) => habits[habit](i))
  const amount = prices[price]
  return {
    id,
    scores,
    cost: {
      meter: 'none',
      energyPerItem: unmeasured,
      cpuPerItem: unmeasured,
      pricePerItem: amount === null ? unmeasured : exact('moneyPerItem', amount, 'tariff'),
      latencyP50: unmeasured,
      latencyP95: unmeasured,
      parameters: null,
    },
    ...(broken ? { broken: 'ONNX_BROKEN: it stopped at the first item' } : {}),
  }
}

/** What `decide` is asked: 0 to 3 rivals, 0 to 400 items, with an incumbent or a floor. */
export const edgeInput: fc.Arbitrary<DecisionInput> = fc
  .record({
    n: fc.constantFrom(0, 1, 2, 7, 40, 400),
    incumbent: fc.option(asked, { freq: 4 }),
    rivals: fc.array(fc.tuple(asked, fc.integer({ min: 0, max: 9 })), { maxLength: 3 }),
    margin: fc.constantFrom(0, 0.01, 0.02, 1),
    floor: fc.option(fc.constantFrom(0, 0.5, 0.9, 1), { freq: 1 }),
    claim: fc.constantFrom('supported' as const, 'certified' as const),
    look: fc.constantFrom(1, 2),
  })
  .map(({ n, incumbent, rivals, margin, floor, claim }) => {
    // One rival in ten breaks; the incumbent of a margin never does: that is refused.
    const bar =
      incumbent === null || floor !== null
        ? ({ kind: 'absolute', floor: floor ?? 0.9, target: floor ?? 0.9 } as const)
        : ({ kind: 'relative', margin, tolerance: 0 } as const)
    const candidates = [
      ...(incumbent === null ? [] : [evidence('large', n, incumbent)]),
      ...rivals.map(([one, chance], i) => evidence(names[i] ?? `r${i}`, n, one, chance === 0)),
    ]
    return {
      metric: 'accuracy',
      candidates,
      incumbent: incumbent === null ? null : 'large',
      bar,
      risk: { alpha: 0.05, beta: 0.05, claim, supportedAt: 0.8 },
      order: 'auto',
      regime: { kind: 'full', why: 'few items' },
      items: n,
      seed: 1,
    } satisfies DecisionInput
  })
  .filter(({ candidates }) => candidates.length > 0)

/** The result that a run with this outcome leaves. */
export function edgeResult(input: DecisionInput): RunResult {
  const { decision, candidates } = decide(input)
  const results = candidates.map((judged): CandidateResult => {
    const { standing: _standing, rank: _rank, ...rest } = judged
    const given = input.candidates.find(({ id }) => id === judged.id) as CandidateEvidence
    const own = judged.id === input.incumbent
    const fixture = fixtureCandidate({ id: judged.id, joules: null, seconds: 1, accepted: 0.5 })
    return {
      ...fixture,
      ...rest,
      role: own ? 'incumbent' : 'candidate',
      acceptRate: unmeasured,
      cost: {
        ...fixture.cost,
        ...{ cpuPerItem: unmeasured, latencyP50: unmeasured, latencyP95: unmeasured },
        throughputPerS: unmeasured,
        pricePerItem: given.cost.pricePerItem,
      },
    }
  })
  return {
    ...accountRun,
    task: { ...accountRun.task, synthetic: false, items: input.items },
    ...{ bar: input.bar, risk: input.risk, incumbent: input.incumbent },
    decision: { ...decision, regime: input.regime },
    candidates: results,
    account: null,
  }
}
