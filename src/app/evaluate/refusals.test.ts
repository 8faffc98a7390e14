import { expect, test } from 'vitest'
import { nextOf } from './refusals.ts'

test('what the errors of broken candidates tell to type next is passed on, each once', () => {
  const broken = (next?: string) => ({
    ...{ code: 'X', message: 'x' },
    ...(next === undefined ? {} : { next }),
  })
  expect(nextOf([broken('export A=...'), null, broken(), broken('export A=...')])).toEqual({
    next: 'export A=...',
  })
  expect(nextOf([broken('Mend a.'), broken('Mend b.')])).toEqual({ next: 'Mend a. Mend b.' })
  expect(nextOf([null, broken()])).toEqual({})
})
