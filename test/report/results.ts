import { buildAccount } from '../../src/core/account/account.ts'
import type { CandidateResult } from '../../src/core/result/candidate.ts'
import type { Claim } from '../../src/core/result/claim.ts'
import type { Decision, RunResult } from '../../src/core/result/run-result.ts'
import { runResult } from '../../src/core/result/run-result.ts'
import { infinite, unknown } from '../../src/core/unit/estimate.ts'
import { exact, within } from '../../src/core/unit/known.ts'
import {
  accountInputs,
  accountRun,
  accountSpec,
  fixtureCandidate,
  fixtureCandidates,
} from '../fixtures/account-run.ts'
import { inEveryText, payload } from './hostile.ts'

/** Results of every kind that a report has to read, made from one small run. */

const loss = (expected: number, upper: number, over: number): Claim => ({
  kind: over <= 0.2 ? 'supported' : 'undecided',
  against: 'incumbent',
  limit: 0.01,
  n: 1000,
  win: 20,
  tie: 950,
  lose: 30,
  expected,
  upper,
  level: 0.955,
  alpha: 0.045,
  look: 1,
  candidates: 2,
  inPlay: 2,
  traffic: null,
  pOver: over,
  pCorrected: Math.min(1, 2 * over),
  pNonInferior: 0.2,
  pMcNemar: 0.3,
  method: 'exact unconditional test of the paired difference',
  prior: 'Dirichlet(1/2, 1/2, 1/2)',
})

const counted = { method: 'measured', how: 'windows', source: 'fixture' } as const

function judged(one: CandidateResult, own: Claim): CandidateResult {
  return {
    ...one,
    loss: own,
    cost: { ...one.cost, ratioAccepted: within('ratio', 8, [0.9, 1.1], counted) },
  }
}

const [large, small, wrong] = fixtureCandidates as [
  CandidateResult,
  CandidateResult,
  CandidateResult,
]

const decision: Decision = {
  ...accountRun.decision,
  headline:
    'Ship small: 8.2 times less energy per accepted answer than large. Expected loss 0.5 points, at most 2.1 (95 %). Chance that the loss exceeds your 1-point margin: 14 %: supported, not certified. 1,900 more labels would settle it.',
  matches: {
    holds: true,
    text: 'Matches: on these 1,000 items the loss is within your 1-point margin (full run, exact).',
  },
  certified: {
    holds: false,
    text: 'Not certified: on future items like these the loss may exceed your 1-point margin (probability 14 %, over 2 candidates looked at).',
  },
  pLossOverMargin: 0.14,
  next: [{ kind: 'labels', count: 1900, text: 'Label 1,900 more items like these.' }],
  order: {
    by: 'energy',
    word: 'lowest in energy',
    why: 'energy was measured for every candidate',
    disagreements: [],
  },
  saving: {
    of: 'energy',
    ratio: within('ratio', 8.2, [0.9, 1.1], counted),
    per: 'accepted answer',
    release: null,
    candidate: {
      perAnswer: within('JPerItem', 1, [0.97, 1.03], counted),
      accepted: within('share', 0.945, [0.98, 1.02], counted),
      perAccepted: within('JPerItem', 1 / 0.945, [0.95, 1.05], counted),
    },
    incumbent: {
      perAnswer: within('JPerItem', 10, [0.97, 1.03], counted),
      accepted: within('share', 0.95, [0.98, 1.02], counted),
      perAccepted: within('JPerItem', 10 / 0.95, [0.95, 1.05], counted),
    },
  },
}

function withAccount(run: RunResult, load = true): RunResult {
  const deployment = load
    ? {
        instances: 4,
        replicas: 8,
        share: 1,
        load: [20],
        scaleToZero: false,
        instancePricePerHour: 1.2,
      }
    : null
  const spec = { ...accountSpec, deployment } as typeof accountSpec
  return { ...run, account: JSON.parse(JSON.stringify(buildAccount(run, spec, accountInputs))) }
}

const bare: RunResult = {
  ...accountRun,
  account: null,
  decision,
  task: { ...accountRun.task, synthetic: false, labels: ['a', 'b'] },
  candidates: [large, judged(small, loss(0.005, 0.021, 0.14)), judged(wrong, loss(0.65, 0.68, 1))],
}

/** Supported, with slices, constraints, confusions, differences, warnings and an account at a declared load. */
export const supported: RunResult = withAccount({
  ...bare,
  task: {
    ...bare.task,
    labelNoise: within('share', 0.024, [0.5, 2], counted),
    warnings: [
      { code: 'same-text', text: '6 of 1000 rows repeat another.', count: 6, examples: ['one'] },
    ],
  },
  differences: [
    {
      item: 'i1',
      input: 'where is my parcel',
      expected: 'a',
      chosen: 'b',
      incumbent: 'a',
      winner: 'incumbent',
      slices: { locale: 'de' },
    },
  ],
  candidates: bare.candidates.map((one) =>
    one.id === 'small'
      ? {
          ...one,
          failed: 3,
          trained: {
            items: 900,
            energy: within('J', 40, [0.5, 2], counted),
            cpuS: 12,
            note: 'Temperature 1.3 from a calibration split.',
          },
          slices: [
            {
              key: 'locale',
              value: 'de',
              n: 12,
              quality: within('share', 0.9, [0.8, 1.1], counted),
              loss: 0.02,
              lossUpper: 0.2,
              judged: false,
              note: 'too small to judge: 12 items, and even without a single error they could not support the bar',
            },
          ],
          constraints: [
            {
              name: 'latency p95',
              limit: 0.05,
              unit: 's',
              value: within('s', 0.03, [0.9, 1.1], counted),
              verdict: 'meets',
              why: 'the upper end is below the limit',
            },
          ],
          confusion: { labels: ['a', 'b'], pairs: [['a', 'b', 7]] },
          metrics: { 'macro F1': exact('share', 0.93, 'counted') },
        }
      : one,
  ),
})

export const synthetic: RunResult = {
  ...supported,
  task: { ...supported.task, synthetic: true },
  decision: { ...decision, headline: `${decision.headline} (Synthetic data.)` },
}

export const none: RunResult = withAccount({
  ...bare,
  decision: {
    ...decision,
    kind: 'none',
    chosen: 'large',
    headline:
      'Keep large: none of the 2 cheaper candidates is good enough. The best of them, small, reaches 80.7 % accuracy: it loses 8.3 points (at least 5.1 at 95 %), 7.3 points beyond your 1-point margin.',
    matches: { holds: false, text: 'Does not match: on these 1,000 items the loss exceeds it.' },
    pLossOverMargin: null,
    saving: null,
    gap: { best: 'small', quality: 0.807, gap: 0.073, tryNext: 'Try another kind of model.' },
    next: [{ kind: 'candidate', count: null, text: 'small is 7.3 points short of the bar.' }],
  },
  candidates: bare.candidates.map((one) =>
    one.role === 'incumbent' ? one : { ...one, verdict: 'fails', why: 'loses too much' },
  ),
})

export const undecided: RunResult = withAccount(
  {
    ...bare,
    decision: {
      ...decision,
      kind: 'undecided',
      chosen: 'large',
      headline: 'Not decided: none of the 2 cheaper candidates is supported by these items yet.',
      saving: null,
    },
    candidates: bare.candidates.map((one) =>
      one.role === 'incumbent' ? one : { ...one, verdict: 'inconclusive' },
    ),
  },
  false,
)

/** Twelve candidates: the table, the plots and the Markdown have to hold them. */
export const twelve: RunResult = withAccount({
  ...bare,
  decision: { ...decision, looked: 12 },
  candidates: [
    large,
    judged(small, loss(0.005, 0.021, 0.14)),
    ...Array.from({ length: 11 }, (_, i) =>
      judged(
        fixtureCandidate({
          id: `candidate-number-${i + 1}@prompt-${i % 3}`,
          joules: 1.2 + i * 0.7,
          seconds: 0.03 + i * 0.01,
          accepted: 0.9 + 0.004 * i,
          verdict: i % 3 === 0 ? 'meets' : i % 3 === 1 ? 'fails' : 'inconclusive',
        }),
        loss(0.03 - i * 0.003, 0.05 - i * 0.002, 0.9 - i * 0.05),
      ),
    ),
  ],
})

export const broken: RunResult = {
  ...bare,
  candidates: [
    ...bare.candidates,
    {
      ...wrong,
      id: 'crashed',
      identity: null,
      verdict: 'broken',
      why: 'its process ended by signal 9 twice',
      n: 0,
      failed: 4,
      quality: unknown('no answer was judged'),
      acceptRate: unknown('no answer was judged'),
      cost: {
        ...wrong.cost,
        energyPerItem: unknown('no window'),
        cpuPerItem: unknown('no window'),
        latencyP50: unknown('no window'),
        latencyP95: unknown('no window'),
        throughputPerS: unknown('no window'),
      },
    },
  ],
}

/** Hosted candidates: no energy, prices and tokens. */
export const api: RunResult = withAccount(
  {
    ...bare,
    decision: {
      ...decision,
      order: {
        by: 'price',
        word: 'lowest priced',
        why: 'energy is not known for every candidate',
        disagreements: [],
      },
      saving: { ...(decision.saving as NonNullable<Decision['saving']>), of: 'price' },
    },
    candidates: bare.candidates.map((one) => {
      const { id, joules = null } = { id: one.id }
      const hosted = fixtureCandidate({
        id,
        joules,
        seconds: 0.4,
        accepted: 0.9,
        meter: 'none',
        tokens: { input: 220, output: 12 },
        ...(one.role === 'incumbent' ? { role: 'incumbent' as const } : {}),
      })
      const pricePerItem = exact('moneyPerItem', id === 'large' ? 0.002 : 0.0001, 'tariff')
      return {
        ...hosted,
        loss: one.loss,
        cost: {
          ...hosted.cost,
          pricePerItem,
          cpuPerItem: unknown('it works elsewhere'),
          peakRss: unknown('it works elsewhere'),
        },
      }
    }),
  },
  false,
)

export const race: RunResult = {
  ...bare,
  decision: { ...decision, regime: { kind: 'race', why: 'the benchmark is expensive' } },
  candidates: bare.candidates.map((one) =>
    one.role === 'incumbent'
      ? one
      : {
          ...one,
          n: 140,
          sequential: {
            scope: 'set',
            logEUp: 4,
            logEDown: 0,
            thresholdUp: 3.7,
            thresholdDown: 3,
            share: 0.4,
            stoppedAt: 140,
            reason: 'accepted',
          },
        },
  ),
}

/** Absolute bar, no incumbent: no saving may be stated. */
export const absolute: RunResult = {
  ...bare,
  bar: { kind: 'absolute', floor: 0.9, target: 0.93 },
  incumbent: null,
  decision: {
    ...decision,
    headline:
      'Ship small: lowest in energy of those that are good enough. Accuracy 94.5 %, at least 92.4 % (95 %).',
    saving: null,
  },
  candidates: bare.candidates
    .filter(({ role }) => role !== 'incumbent')
    .map((one) => ({
      ...one,
      loss: one.loss && { ...one.loss, against: 'floor' as const },
      cost: {
        ...one.cost,
        ratio: unknown('no incumbent named'),
        ratioAccepted: infinite('nothing accepted'),
      },
    })),
}

/** The payload in every string that the form leaves free; keys of records too where users choose them. */
export function hostile(result: RunResult, text = payload): RunResult {
  const made = inEveryText(result, runResult, () => text)
  const ids = new Map(result.candidates.map(({ id }, i) => [id, `${i} ${text}`]))
  return {
    ...made,
    incumbent: result.incumbent === null ? null : (ids.get(result.incumbent) ?? null),
    decision: { ...made.decision, chosen: ids.get(result.decision.chosen ?? '') ?? null },
    candidates: made.candidates.map((one, i) => ({
      ...one,
      id: `${i} ${text}`,
      settings: { [text]: text },
      metrics: { [text]: exact('share', 0.5, text) },
    })),
  }
}

export const every: Readonly<Record<string, RunResult>> = {
  supported,
  synthetic,
  none,
  undecided,
  twelve,
  broken,
  api,
  race,
  absolute,
}
