import { expect, test } from 'vitest'
import { maxLength } from './max-length.ts'
import type { Artefact, Proposal, Target } from './pass.ts'

const target: Target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
const model = { graph: { nodes: [], initializers: [] } } as unknown as Artefact['model']

/** `short` texts of 10 tokens and `long` ones of 100. */
function artefact(short: number, long: number, more: Partial<Artefact> = {}): Artefact {
  const textLengths = [...new Array(short).fill(10), ...new Array(long).fill(100)]
  return { model, tokenizer: {}, config: {}, maxLength: 512, textLengths, ...more }
}

const offers = (one: Artefact) => maxLength.propose(one, target)

test('a limit saves the tokens beyond it: their share is known exactly', () => {
  // 95 texts of 10 and 5 of 100 tokens are 1,450; cut to 10 they are 1,000.
  const found = offers(artefact(95, 5)) as readonly Proposal[]
  expect(found.map(({ params }) => params['tokens'])).toEqual([10])
  expect(found[0]?.saves).toEqual({ bytes: 0, cpuShare: 1 - 1000 / 1450 })
})

test('the model keeps its graph; the limit is part of the artefact', () => {
  const before = artefact(95, 5)
  const [proposal] = offers(before) as readonly Proposal[]
  const { artefact: after } = maxLength.apply(before, proposal as Proposal, new Map())
  expect([after.maxLength, after.model]).toEqual([10, before.model])
})

test('no text is cut below eight tokens', () => {
  const tiny = artefact(0, 0, { textLengths: [...new Array(95).fill(3), ...new Array(5).fill(40)] })
  const [proposal] = offers(tiny) as readonly Proposal[]
  expect(proposal?.params['tokens']).toBe(8)
})

test.each([
  ['texts of one length', artefact(100, 0), /at most 10 tokens/],
  ['a limit that is in force already', artefact(95, 5, { maxLength: 10 }), /at most 10 tokens/],
  ['a model without texts', artefact(0, 0), /length of the texts/],
  ['lengths that nobody knows', { model, tokenizer: null, config: {} }, /length of the texts/],
])('%s: it says why there is nothing to cut', (_, one, why) => {
  expect(offers(one)).toMatchObject({ pass: 'max-length', why: expect.stringMatching(why) })
})
