import { expect, test } from 'vitest'
import { outputFrom } from './free-output.ts'

test.each([
  ['a known label', 'spam', ['spam', 'ham'], { kind: 'label', label: 'spam' }],
  ['another text', 'maybe', ['spam', 'ham'], { kind: 'text', text: 'maybe' }],
  ['numbers', [0.1, 0.2], [], { kind: 'vector', vector: [0.1, 0.2] }],
  ['an empty list', [], [], { kind: 'json', value: [] }],
  ['a number', 42, [], { kind: 'json', value: 42 }],
  ['null', null, [], { kind: 'json', value: null }],
  ['a label object', { label: 'spam' }, [], { kind: 'label', label: 'spam' }],
  [
    'a label with probabilities',
    { label: 'spam', probabilities: { spam: 0.9, ham: 0.1 } },
    [],
    { kind: 'label', label: 'spam', probabilities: { spam: 0.9, ham: 0.1 } },
  ],
  [
    'a label with probabilities that are none',
    { label: 'spam', probabilities: { spam: 'high' } },
    [],
    { kind: 'label', label: 'spam' },
  ],
  ['an output of ours', { kind: 'spans', spans: [] }, [], { kind: 'spans', spans: [] }],
  ['any other object', { answer: 1 }, [], { kind: 'json', value: { answer: 1 } }],
])('%s', (_, value, labels, output) => {
  expect(outputFrom(value, labels)).toEqual(output)
})
