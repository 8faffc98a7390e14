import { expect, test } from 'vitest'
import { wrap } from './wrap.ts'

test.each([
  ['at least 90 % of all', 11, ['at least', '90 % of all']],
  ['the chance is < 1 % here', 15, ['the chance is', '< 1 % here']],
  ['a floor of 90 %.', 13, ['a floor of', '90 %.']],
  ['see <b> 12 times', 9, ['see <b>', '12 times']],
  ['use the %s of it', 8, ['use the', '%s of it']],
])('%j keeps a number with its signs', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines)
})
