// Imports every door and uses it: what esbuild and Vite must be able to bundle, and Node to run.
import { defineSpec, RightsizeError, run } from 'rightsize'
import { scoreOf } from 'rightsize/carbon'
import { renderMarkdown } from 'rightsize/report'
import { lossUpperBound } from 'rightsize/stats'
import { storeContract } from 'rightsize/testing'

const spec = defineSpec({
  task: 'tickets',
  dataset: { test: 'tickets.csv', input: 'text', expected: 'label' },
  candidates: [{ id: 'mine', answer: () => 'refund' }],
  bar: { floor: 0.9 },
})
const used = [run, renderMarkdown, storeContract, RightsizeError].map((one) => typeof one)
const upper = lossUpperBound({ win: 1, tie: 98, lose: 1 }, 0.05)
const { sci } = scoreOf({
  ...{ itEnergyKwh: 1, pue: 1, gridGPerKwh: 344, embodied: { grams: 0 }, units: 1000 },
})
console.log(JSON.stringify({ task: spec.task, used, upper: upper > 0 && upper < 0.1, sci }))
