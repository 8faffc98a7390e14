import { expect, test } from 'vitest'
import { loadPasses, type PassPart, passes, passFor, passPart } from './table.ts'

test('every pass has the id of its row, and the search offers those that are loaded', async () => {
  const rows = Object.entries<PassPart>(passes)
  const offered = rows.flatMap(([id, { load }]) => (load === null ? [] : [id]))
  expect((await loadPasses()).map(({ id }) => id)).toEqual(offered)
  expect(rows.length - offered.length).toBe(Object.keys(passFor).length)
})

test('a step of a recipe that names no pass is refused by name', () => {
  expect(passPart('max-length').shortens).toBe(true)
  expect(() => passPart('int9')).toThrow(
    expect.objectContaining({ code: 'SHRINK_OPTION', next: 'Did you mean `int8`?' }),
  )
})
