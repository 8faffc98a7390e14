import { expect, test } from 'vitest'
import { RightsizeError, renderError } from './error.ts'

test('the name of a file begins no line of its own', () => {
  const error = new RightsizeError('SPEC_SYNTAX', 'It is wrong.', { at: 'a\r\nerror: forged.yaml' })
  expect(renderError(error).split('\n')).toHaveLength(3)
})
