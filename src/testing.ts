/**
 * The promises of each contract as tests, for adapters of your own. They need a runner's `describe` and `test` and nothing else.
 *
 * ```ts
 * import { afterAll, beforeAll, describe, test } from 'vitest'
 * import type { Store } from 'rightsize'
 * import { storeContract } from 'rightsize/testing'
 *
 * declare function openMine(): Store
 *
 * storeContract({ describe, test, beforeAll, afterAll }, { name: 'mine', open: openMine })
 * ```
 */
export type {
  Meter,
  MeterBinding,
  MeterWindow,
  WindowReading,
} from './contract/meter.ts'
export type {
  ModelIdentity,
  Runtime,
  RuntimeContext,
  RuntimeItem,
  RuntimeSession,
  RuntimeUsage,
} from './contract/runtime.ts'
export type { Store, StoredOutcome, StoredScore, StoredWindow } from './contract/store.ts'
export type { Scorer } from './core/score/scorer.ts'
export { type MeterCase, meterContract } from './testing/meter.ts'
export type { TestRunner } from './testing/runner.ts'
export { type RuntimeCase, runtimeContract } from './testing/runtime.ts'
export { type ScorerCase, scorerContract } from './testing/scorer.ts'
export { type StoreCase, storeContract, storedOutcome } from './testing/store.ts'
