import type { Lock, LockedDecision, Look } from '../src/core/result/lock.ts'

/** Locks for tests. */

export const bar = { kind: 'relative', margin: 0.01, tolerance: 0 } as const

export const look = (key: string, more: Partial<Look> = {}): Look => ({
  ...{ at: `2026-01-0${key.length}T00:00:00.000Z`, by: 'run', task: 'tickets', key, asked: key },
  ...{ number: 1, alpha: 0.045, set: 'one', test: 'part', bar, incumbent: 'large' },
  candidates: ['small'],
  claim: { kind: 'certified', chosen: 'small' },
  ...more,
})

export const decision = (
  name: string,
  decidedAt: string,
  headline = 'Ship small.',
): LockedDecision => ({
  task: {
    ...{ name, metric: 'accuracy', scorer: 'exact', items: 3, synthetic: false },
    ...{ data: { test: 'part' }, spec: 'spec' },
  },
  ...{ kind: 'certified', headline, chosen: null, incumbent: 'large', matches: true },
  ...{ certified: true, claim: 'supported', pLossOverMargin: 0.01, bar, loss: null, energy: null },
  ...{ sci: null, rejected: [], look: 'a', evidence: `of ${decidedAt}`, decidedAt },
  ...{ validUntil: '2027-01-01T00:00:00.000Z', supersedes: null, generator: 'rightsize@0.1.0' },
})

export const lockOf = (
  looks: readonly Look[],
  decisions: readonly LockedDecision[] = [],
): Lock => ({
  looks,
  decisions: Object.fromEntries(decisions.map((one) => [one.task.name, one])),
  sets: { one: 'AAAAAAAABBBBBBBB' },
})
