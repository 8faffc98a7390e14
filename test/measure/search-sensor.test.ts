import { beforeAll, expect, test } from 'vitest'
import { openEngine } from '../../src/adapters/tensors/onnxruntime.ts'
import { withOwnProcess } from '../../src/app/measure/own-process.ts'
import { shrink } from '../../src/app/shrink/shrink.ts'
import type { TensorEngine } from '../../src/contract/tensors.ts'
import { request, type TextModel, textModel, topicRows, world } from '../shrink-world.ts'
import { fakeMachine } from './fake-machine.ts'

const rows = { train: topicRows(400, 1), calibration: topicRows(250, 2), test: topicRows(300, 3) }
let engine: TensorEngine
let topics: TextModel
beforeAll(async () => {
  engine = await openEngine()
  topics = await textModel(rows.train, engine)
})

/** A search on a machine where a run takes time by the bytes of its model, and 20 W. */
async function searched(sensor: boolean) {
  const { own, timed } = fakeMachine({ sensor })
  const costEngine = timed(engine, (bytes) => ({ cpuS: 4e-7 * bytes, joules: 8e-6 * bytes }))
  return withOwnProcess(own, async (process) => {
    const effects = world(topics, engine, { costEngine, own: process })
    const { compression } = await shrink(request(rows, { only: ['vocabulary'] }), effects)
    const { incumbent, result } = compression
    if (result === null) throw new Error('a smaller model expected')
    return { compression, smaller: incumbent.bytes / result.bytes }
  })
}

test('where there is a sensor a search measures its models, and itself, with it', async () => {
  const { compression, smaller } = await searched(true)
  expect(compression.cost.map(({ batch }) => batch)).toEqual([1, 32])
  for (const { energy } of compression.cost) {
    expect(energy.incumbent).toMatchObject({ method: 'measured' })
    expect(energy.times).toMatchObject({
      ...{ method: 'measured', source: 'Linux powercap energy counters' },
      value: expect.closeTo(smaller, 2),
    })
  }
  expect(compression.search.energy).toMatchObject({ method: 'measured' })
  expect(compression.payBackCalls).toMatchObject({
    ...{ kind: 'known', how: 'joules spent / joules saved per call' },
  })
})

test('without one both are modeled from CPU time, and the search pays back in CPU time', async () => {
  const { compression, smaller } = await searched(false)
  for (const { energy, times } of compression.cost) {
    expect(times).toBeCloseTo(smaller, 2)
    expect(energy.times).toMatchObject({ method: 'modeled', value: expect.closeTo(smaller, 2) })
  }
  expect(compression.search.energy).toMatchObject({ method: 'modeled' })
  expect(compression.payBackCalls).toMatchObject({
    ...{ kind: 'known', how: 'CPU seconds spent / CPU seconds saved per call' },
  })
})
