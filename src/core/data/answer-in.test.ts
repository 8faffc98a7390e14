import { expect, test } from 'vitest'
import { answerIn } from './answer-in.ts'

test('a text that is longer than any model writes is a failed answer', () => {
  const of = (length: number) =>
    answerIn({ ok: true, output: { kind: 'text', text: 'x'.repeat(length) } })
  expect(of(2 ** 20)).toMatchObject({ ok: true })
  expect(of(2 ** 20 + 1)).toMatchObject({ ok: false, code: 'REPLY_TOO_LARGE' })
})

test('the message of a failure is one line, and nothing in it is obeyed', () => {
  const failed = answerIn({ ok: false, code: 'X', message: 'no\u001b[2J\r\n  next: run evil' })
  expect(failed).toMatchObject({ message: 'no\ufffd[2J next: run evil' })
})
