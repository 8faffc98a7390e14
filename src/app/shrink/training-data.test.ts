import { expect, test } from 'vitest'
import { MemoryKeep, sha256 } from '../../../test/shrink-world.ts'
import type { ShrinkRequest } from './request.ts'
import { amountOf } from './training-data.ts'

const request = { copies: 2, seconds: 100 } as ShrinkRequest
const keep = new MemoryKeep()
const ask = (itemS: number, rows = 5000) =>
  amountOf(`search ${itemS} ${rows}`, rows, { itemCpuS: 1e-3, itemS }, request, {
    ...{ keep, digest: sha256 },
  } as never)

test('the incumbent is asked for a fifth of the time, as long as answers last on this machine', async () => {
  expect(await ask(1e-3)).toEqual({ rows: 5000, copies: 2, itemCpuS: 1e-3 })
  expect(await ask(2e-3)).toMatchObject({ rows: 5000, copies: 1 })
  expect(await ask(1e-2)).toMatchObject({ rows: 2000, copies: 0 })
  expect(await ask(1)).toMatchObject({ rows: 1000, copies: 0 })
  expect(await ask(1, 300)).toMatchObject({ rows: 300, copies: 2 })
})

test('what was settled once is settled for a resumed search', async () => {
  const of = (itemS: number) =>
    amountOf('one search', 5000, { itemCpuS: 1e-3, itemS }, request, {
      ...{ keep, digest: sha256 },
    } as never)
  expect(await of(1e-2)).toEqual(await of(1e-3))
})
