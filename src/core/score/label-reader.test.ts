import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { labelReader } from './label-reader.ts'

const labels = ['refund', 'refund_request', 'login', 'delivery-status', 'not spam']
const read = labelReader(labels)
const labelOf = (text: string, of = read) => {
  const reading = of(text)
  return reading.kind === 'label' ? reading.label : reading.kind
}

test('a label as it stands needs no rule', () => {
  expect(read(' refund\n')).toEqual({ kind: 'label', label: 'refund', rules: [] })
})

describe('habits that are read', () => {
  test.each([
    ['Refund', 'refund', 'case'],
    ['REFUND.', 'refund', 'punctuation'],
    ['"refund"', 'refund', 'punctuation'],
    ['“refund”', 'refund', 'punctuation'],
    ['(refund)', 'refund', 'punctuation'],
    ['**refund**', 'refund', 'punctuation'],
    ['refund request', 'refund_request', 'separators'],
    ['Delivery Status', 'delivery-status', 'separators'],
    ['delivery_status!', 'delivery-status', 'separators'],
    ['### Refund', 'refund', 'Markdown'],
    ['- refund', 'refund', 'punctuation'],
    ['[refund]', 'refund', 'quotes'],
    ['`refund`', 'refund', 'Markdown'],
    ['1. refund', 'refund', 'Markdown'],
    ['```\nrefund\n```', 'refund', 'code fence'],
    ['```json\n{"label": "refund"}\n```', 'refund', 'code fence'],
    [
      'Here is the answer:\n```json\n{"label": "Refund", "confidence": 0.9}\n```',
      'refund',
      'JSON field',
    ],
    ['{"category":"refund"}', 'refund', 'JSON field'],
    ['{"result": {"label": "login"}, "reason": "no refund here"}', 'login', 'JSON field'],
    ["{'label': 'login'}", 'login', 'JSON field'],
    ['["login"]', 'login', 'JSON field'],
    ['<answer>login</answer>', 'login', 'tag'],
    ['\\boxed{login}', 'login', 'tag'],
    ['Label: refund.', 'refund', 'introduction'],
    ['**Label:** refund', 'refund', 'introduction'],
    ['The category is refund.', 'refund', 'introduction'],
    ['The correct label for this message is: "login".', 'login', 'introduction'],
    ['Answer: login', 'login', 'introduction'],
    ['This is a refund request.', 'refund_request', 'introduction'],
    ['I would classify this message as login.', 'login', 'introduction'],
    ['Sure! Label: login', 'login', 'introduction'],
    ['refund - because the customer wants money back', 'refund', 'explanation'],
    ['refund (the customer wants money back)', 'refund', 'explanation'],
    ['refund\n\nThe customer wants money back.', 'refund', 'explanation'],
    ['Label: login\nReason: the customer asks for no refund.', 'login', 'introduction'],
    ['The customer cannot enter.\nlogin', 'login', 'explanation'],
    ['<think>refund? No, login.</think>\nlogin', 'login', 'reasoning block'],
    ['the template opened it: refund or login</think>login', 'login', 'reasoning block'],
    [
      'Reasoning: they ask for a refund, then for login. Final answer: login',
      'login',
      'reasoning block',
    ],
    ['\u200brefund\ufeff', 'refund', 'invisible characters'],
    ['refund\u00a0request', 'refund_request', 'separators'],
    ['Not spam.', 'not spam', 'punctuation'],
  ])('%j is %s', (text, label, rule) => {
    expect(labelOf(text)).toBe(label)
    const reading = read(text)
    expect(reading.kind === 'label' && reading.rules).toContain(rule)
  })
})

describe('what is not guessed', () => {
  test.each([
    ['refund or login', 'ambiguous'],
    ['refund, login', 'ambiguous'],
    ['refund / login', 'ambiguous'],
    ['{"labels": ["refund", "login"]}', 'ambiguous'],
    ['Label: refund\nLabel: login', 'ambiguous'],
    ['refund. Wait, that is wrong.', 'ambiguous'],
    ['refund - or perhaps login', 'ambiguous'],
    ['refund: false', 'ambiguous'],
    ['refund (incorrect)', 'ambiguous'],
    ['refund (0 %)', 'ambiguous'],
    ['refund — wrong!', 'ambiguous'],
    ['Final answer: refund\nWait, no.', 'ambiguous'],
    ['~~refund~~', 'none'],
    ['<del>refund</del>', 'none'],
    ['!refund', 'none'],
    ['I doubt the label is refund', 'none'],
    ['{"rejected": "refund"}', 'none'],
    ['{"input": "refund"}', 'none'],
    ['{"error": "refund"}', 'none'],
    ['not refund', 'none'],
    ['The category is not refund', 'none'],
    ['This is not a refund', 'none'],
    ["This isn't a refund.", 'none'],
    ['It could be refund', 'none'],
    ['refunded', 'none'],
    ['prefund', 'none'],
    ['something else', 'none'],
    ['<think>refund, because', 'none'],
    ['LABEL_0', 'none'],
    ['', 'empty'],
    ['\u200b \ufeff', 'empty'],
  ])('%j is %s', (text, kind) => {
    expect(labelOf(text)).toBe(kind)
  })
})

test('forms of one number are one label, and a sign is part of it', () => {
  const numbers = labelReader(['1', '2', '3', '10'])
  for (const text of ['1', '1.0', '+1', '01', '1.', '{"rating": 1}', 'Label: 1'])
    expect(labelOf(text, numbers), text).toBe('1')
  for (const text of ['-1', '1.5', '12', '1,5', '1/10', 'one', '{"confidence": 1, "x": "?"}'])
    expect(numbers(text).kind, text).not.toBe('label')
})

test.each([
  ['❤', '❤️', 'invisible characters'],
  ['\u200Fدخول\u200F', 'دخول', 'invisible characters'],
  ['ｒｅｆｕｎｄ', 'refund', 'character form'],
  ['STRASSE', 'Straße', 'case'],
  ['re\u0301fund', 'réfund', null],
])('%j is %j', (text, label, rule) => {
  const reading = labelReader([label, 'other'])(text)
  expect(reading).toMatchObject({ kind: 'label', label })
  if (rule !== null) expect(reading.kind === 'label' && reading.rules).toContain(rule)
})

test('labels that only a looser form makes alike stay apart', () => {
  const read = labelReader(['Masse', 'Maße', 'm2', 'm²'])
  expect(read('Maße')).toMatchObject({ kind: 'label', label: 'Maße' })
  expect(read('m²')).toMatchObject({ kind: 'label', label: 'm²' })
  expect(read('MASSE')).toMatchObject({ kind: 'ambiguous' })
})

test('labels that differ only by case or separators are not merged', () => {
  const variants = labelReader(['refund', 'Refund', 'a_b', 'a b', 'c++', 'c', 'yes!', 'yes'])
  expect(labelOf('Refund', variants)).toBe('Refund')
  expect(labelOf('refund', variants)).toBe('refund')
  expect(labelOf('REFUND', variants)).toBe('ambiguous')
  expect(labelOf('a b', variants)).toBe('a b')
  expect(labelOf('A-B', variants)).toBe('ambiguous')
  expect(labelOf('C++', variants)).toBe('c++')
  expect(labelOf('Yes!', variants)).toBe('yes!')
})

test('answers of a choice are read with their letter', () => {
  const letters = labelReader(['a', 'b', 'c'])
  for (const text of ['B', 'b)', '(B) Paris', 'B. Paris', 'Answer: B', 'The answer is (B).'])
    expect(labelOf(text, letters), text).toBe('b')
  expect(letters('A customer wants something').kind).not.toBe('label')
})

const word = fc.stringMatching(/^[a-z]{3,8}$/)

test('no text that names two labels and nothing else is read as either', () => {
  const joints = fc.constantFrom(' or ', ', ', ' and ', '/', ' | ', '\n', ' not ')
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 2, maxLength: 6 }), joints, (set, joint) => {
      const [one = '', other = ''] = set
      expect(labelReader(set)(`${one}${joint}${other}`).kind).not.toBe('label')
    }),
    { numRuns: 300 },
  )
})

test('whatever is answered, what is read is a label of the set', () => {
  const alphabet = fc.constantFrom(
    'refund',
    'login',
    ' ',
    '\n',
    '```',
    '{',
    '}',
    '"',
    ':',
    '*',
    '<think>',
    '</think>',
    'is',
    '- ',
    '.',
  )
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 60 }), (parts) => {
      const got = read(parts.join(''))
      if (got.kind === 'label') expect(labels).toContain(got.label)
    }),
    { numRuns: 500 },
  )
})

test('long answers are read in time', { timeout: 4000 }, () => {
  for (const text of [
    '{'.repeat(50_000),
    'the '.repeat(12_000),
    '*'.repeat(50_000),
    '`'.repeat(50_000),
    '<think>'.repeat(7000),
    'answer: '.repeat(6000),
    '- '.repeat(25_000),
    '```\n'.repeat(12_000),
  ])
    read(text)
})
