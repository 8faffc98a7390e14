import { expect, test } from 'vitest'
import { loadPasses, passes } from './table.ts'

test('every pass has the id of its row', async () => {
  const loaded = await loadPasses()
  expect(loaded.map(({ id }) => id)).toEqual(Object.keys(passes))
})
