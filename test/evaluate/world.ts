import { createHash } from 'node:crypto'
import { createMemoryStore } from '../../src/adapters/store/memory.ts'
import type { Effects } from '../../src/app/evaluate/effects.ts'
import { evaluate } from '../../src/app/evaluate/evaluate.ts'
import type { RuntimeItem, RuntimeSession } from '../../src/contract/runtime.ts'
import { gridFactor } from '../../src/core/carbon/grid-factor.ts'
import { exact as exactScorer } from '../../src/core/score/exact.ts'
import { parseSpecValue } from '../../src/core/spec/parse.ts'
import type { Spec } from '../../src/core/spec/spec.ts'
import { memoryLedger } from '../memory-ledger.ts'

export const items = 200

/** Three candidates that are always right, at 4, 3 and 2 J an answer. */
/** The right answer to an item: each has its own, as in free text, so that a constant answer is no good one. */
export const labelOf = (text: unknown): string => `right ${text}`

export function specOf(volumePerMonth: number | null, regime: Spec['regime'] = 'auto'): Spec {
  const candidate = (id: string, joules: number) => ({
    id,
    runtime: 'replay',
    model: id,
    energy: { jPerItem: [joules, joules] },
  })
  return parseSpecValue({
    task: 'fake',
    dataset: {
      rows: Array.from({ length: items }, (_, i) => ({
        id: `${i}`,
        text: `t${i}`,
        label: labelOf(`t${i}`),
      })),
      input: 'text',
      expected: 'label',
    },
    scorer: 'exact',
    candidates: [candidate('large', 4), candidate('middle', 3), candidate('small', 2)],
    incumbent: 'large',
    bar: { margin: 0.02 },
    regime,
    account: volumePerMonth === null ? {} : { volumePerMonth, horizonMonths: 1 },
  })
}

/** Changes of one candidate's session, and effects in place of the plain ones. */
export interface Planted {
  readonly sessionOf?: (id: string) => Partial<RuntimeSession>
  readonly effects?: Partial<Effects>
}

/** A world without files, network and time, in which every answer is right. */
export function world(planted: Planted = {}) {
  const asked = new Map<string, number>()
  const sessionOf = (id: string): RuntimeSession => ({
    identity: { model: id, revision: '1', precision: 'fp32', engine: 'fake', floating: false },
    batchSize: 16,
    answer: async (batch: readonly RuntimeItem[]) => {
      asked.set(id, (asked.get(id) ?? 0) + batch.length)
      return batch.map(({ input }) => ({
        ok: true as const,
        output: { kind: 'label' as const, label: labelOf(input) },
      }))
    },
    usage: async () => ({ pids: [], threads: 1, loadS: 0, loadCpuS: 0, peakRssBytes: null }),
    close: async () => undefined,
    ...planted.sessionOf?.(id),
  })
  const notes: string[] = []
  let nowS = 0
  const effects: Partial<Effects> = {
    clock: {
      now: () => '2026-11-20T12:00:00.000Z',
      monotonicS: () => nowS++,
      sleep: async () => undefined,
    },
    digest: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    env: {},
    machine: { threads: 4 },
    own: {
      ...{ binding: {}, cpuS: () => 0, wallS: () => nowS++, machine: { threads: 4 } },
      openMeters: async () => [],
    },
    resolve: (_, path) => path,
    openRuntime: async (candidate) => sessionOf(candidate.id),
    openScorer: async () => exactScorer({}),
    openMeters: async () => [],
    environment: async () => ({
      machine: 'm',
      cpu: 'fake',
      cores: 4,
      memoryBytes: 1e9,
      os: 'fake',
      node: '20',
      meters: [],
      noisy: null,
    }),
    gridFactor: async () =>
      gridFactor({
        zone: 'X',
        value: 300,
        unit: 'g/kWh',
        period: 2024,
        kind: 'average',
        source: 'fake',
      }),
    apiFacts: async () => ({
      models: { files: [] },
      prices: { source: 'none', retrieved: '2026-01-01', columns: [], models: {} },
      gridOf: () =>
        gridFactor({
          zone: 'X',
          value: 300,
          unit: 'g/kWh',
          period: 2024,
          kind: 'average',
          source: 'fake',
        }),
    }),
  }
  const run = (spec: Spec, store = createMemoryStore()) =>
    evaluate(spec, {
      baseDir: '.',
      effects: { ...effects, ...planted.effects } as Effects,
      store,
      signal: new AbortController().signal,
      onEvent: (event) => {
        if ('text' in event) notes.push(event.text)
      },
      ledger: memoryLedger(),
      by: 'run',
      generator: 'rightsize@test',
    })
  return { asked, run, notes }
}
