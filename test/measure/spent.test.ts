import { expect, test } from 'vitest'
import { withOwnProcess } from '../../src/app/measure/own-process.ts'
import { startSpending } from '../../src/app/measure/spent.ts'
import { fakeMachine } from './fake-machine.ts'

const took = (sensor: boolean, earlierCpuS = 0) => {
  const { own, spend } = fakeMachine({ sensor })
  return withOwnProcess(own, async (process) => {
    const spending = await startSpending(process)
    spend({ cpuS: 20, joules: 300 })
    expect(spending.sofar().cpuS).toBeCloseTo(20, 6)
    return spending.stop(earlierCpuS)
  })
}

test('where there is a sensor a search is metered by it, children included', async () => {
  expect(await took(true)).toMatchObject({
    energy: { method: 'measured', value: expect.closeTo(300, 4) },
    withChildren: true,
    cpuS: expect.closeTo(20, 6),
  })
})

test('without one its energy is modelled from its CPU time: 3.15 W x 20 s', async () => {
  expect(await took(false)).toMatchObject({
    energy: { method: 'modeled', value: expect.closeTo(63, 4) },
    withChildren: false,
  })
})

test('what an earlier run took is added, and makes the sum modelled', async () => {
  expect(await took(true, 10)).toMatchObject({
    energy: { method: 'modeled', value: expect.closeTo(300 + 31.5, 4) },
    cpuS: expect.closeTo(30, 6),
  })
})
