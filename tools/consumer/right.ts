// What compiles in a strict project of a user; check-package.mjs misspells it in three ways, each of which must not.
import { defineSpec, type RunResult, run } from 'rightsize'
import { type Estimate, known } from 'rightsize/carbon'
import { renderTerminal } from 'rightsize/report'
import { type PairedCounts, wilson } from 'rightsize/stats'
import { type StoreCase, storeContract } from 'rightsize/testing'

const task = defineSpec({
  task: 'tickets',
  dataset: { test: 'tickets.csv', input: 'text', expected: 'label' },
  candidates: [
    'linear',
    { id: 'large', runtime: 'openai', model: 'gpt-4o-mini' },
    { id: 'mine', answer: async ({ input }) => String(input) },
  ],
  scorer: 'exact',
  incumbent: 'large',
  bar: { margin: 0.01 },
})
export const result: RunResult = await run(task, { signal: AbortSignal.timeout(1000) })
export const text: string = renderTerminal(result, { columns: 80, color: false })
export const carbon = result.account?.consumer.rows.map(({ id }) => id)
export const energy: Estimate<'J'> = known('J', {
  value: 1,
  method: 'measured',
  how: 'h',
  source: 's',
})
export const counts: PairedCounts = { win: 1, tie: 2, lose: 3 }
export const low: number = wilson(1, 2, 0.95).low
export const contract: (store: StoreCase) => void = (store) =>
  storeContract({ describe: () => 0, test: () => 0, beforeAll: () => 0, afterAll: () => 0 }, store)
