import { functionScorer } from '../../src/adapters/scorer/module.ts'
import type { Output } from '../../src/core/data/answer.ts'
import type { Item } from '../../src/core/data/item.ts'
import type { Options } from '../../src/core/score/options.ts'
import { pureScorers } from '../../src/core/score/table.ts'
import { scorerContract } from '../../src/testing.ts'
import { runner } from './runner.ts'

const item = (expected: unknown): Item => ({
  ...{ id: 'one', input: 'what is it?', expected, slices: {}, cluster: null, row: {}, digest: 'd' },
})
const text = (value: string): Output => ({ kind: 'text', text: value })
const label = (value: string): Output => ({ kind: 'label', label: value })
const json = (value: unknown): Output => ({ kind: 'json', value })
const sure = (right: number): Output => ({
  ...{ kind: 'label', label: right > 0.5 ? 'a' : 'b', probabilities: { a: right, b: 1 - right } },
})
const spans = (type: string): Output => ({ kind: 'spans', spans: [{ type, start: 0, end: 4 }] })

const labels = [item('a'), label('a'), label('b')] as const

/** An item, a right and a wrong answer, and options, for every scorer without effects. */
const cases = {
  exact: labels,
  contains: [item('Paris'), text('It is Paris.'), text('It is Rome.')],
  regex: [item('a'), text('answer: 12'), text('none'), { pattern: '\\d+' }],
  numeric: [item('3.5'), text('3.5'), text('4')],
  'json-fields': [item({ a: 1, b: 2 }), json({ a: 1, b: 2 }), json({ a: 7 })],
  'squad-em': [item('the tower'), text('Tower'), text('bridge')],
  'squad-f1': [item('the tall tower'), text('tall tower'), text('bridge')],
  'entity-f1': [item([{ type: 'city', start: 0, end: 4 }]), spans('city'), spans('name')],
  brier: [item('a'), sure(0.9), sure(0.2)],
  given: [item('a'), json({ score: 1 }), json({ score: 0 })],
  'macro-f1': labels,
  'balanced-accuracy': labels,
  mcc: labels,
} as const satisfies Readonly<
  Record<keyof typeof pureScorers, readonly [Item, Output, Output, Options?]>
>

for (const [name, [one, right, wrong, options = {}]] of Object.entries(
  cases as Readonly<Record<string, readonly [Item, Output, Output, Options?]>>,
)) {
  const open = () => pureScorers[name as keyof typeof pureScorers](options)
  scorerContract(runner, { name, open, item: one, right, wrong })
}

scorerContract(runner, {
  name: 'a function',
  open: () =>
    functionScorer((output, { expected }) => output.kind === 'label' && output.label === expected, {
      ...{ name: 'mine', version: '1', deterministic: true },
    }),
  ...{ item: labels[0], right: labels[1], wrong: labels[2] },
})
