import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redact, secretsOf } from './secret.ts'

test('values of variables that hold secrets are found by name; short ones are words', () => {
  const env = {
    OPENAI_API_KEY: 'abcdefgh1',
    GH_TOKEN: 'xyzxyzxyz',
    PATH: '/usr/bin:/bin',
    MY_KEY: 'short',
  }
  expect(secretsOf({ ...env, DB_PASSWORD: undefined })).toEqual(['abcdefgh1', 'xyzxyzxyz'])
})

test.each([
  ['Authorization: Bearer abc.def-123456', 'Authorization: [secret]'],
  ['key sk-proj-abcdefghijklmnop is wrong', 'key [secret] is wrong'],
  ['GET /v1?api_key=12345678&x=1', 'GET /v1?api_key=[secret]&x=1'],
  ['http://me:hunter2@host/v1', 'http://[secret]@host/v1'],
  ['hf_abcdefghijklmnopqrst', '[secret]'],
  ['the task is done, the model asks', 'the task is done, the model asks'],
])('%s', (text, clean) => {
  expect(redact(text)).toBe(clean)
})

test('a known secret never survives, wherever it stands and however often', () => {
  const secret = fc.stringMatching(/^[0-9A-Z.+$]{8,30}$/)
  const words = fc.array(fc.stringMatching(/^[a-z :/]{0,12}$/), { minLength: 2 })
  fc.assert(
    fc.property(words, secret, (pieces, hidden) => {
      const clean = redact(pieces.join(hidden), [hidden])
      expect(clean).not.toContain(hidden)
      for (const piece of pieces) expect(clean).toContain(piece)
    }),
  )
})
