import { expect, test } from 'vitest'
import { encodeModel } from '../onnx/encode.ts'
import { encoderArchitecture } from '../train/build-encoder.ts'
import type { Artefact, Pass, Proposal, Target } from './pass.ts'
import { studentEncoder } from './student-encoder.ts'
import { studentFit, untaught } from './student-shape.ts'
import { studentStatic } from './student-static.ts'

const target: Target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
const shape = { vocabulary: 3000, maxLength: 64, width: 256, depth: 4, heads: 4, classes: 5 }
const large: Artefact = {
  model: untaught(encoderArchitecture(shape), 1),
  tokenizer: { model: { vocab: { '[PAD]': 0, last: 2999 } } },
  ...{ config: {}, classes: 5, maxLength: 64 },
}

const offersOf = (pass: Pass, artefact: Artefact): readonly Proposal[] => {
  const offers = pass.propose(artefact, target)
  if ('why' in offers) throw new Error(offers.why)
  return offers
}

const weights = ({ model }: Artefact): number =>
  model.graph.initializers.reduce((sum, { byteLength }) => sum + byteLength, 0)

test.each([
  ['student-static', studentStatic],
  ['student-encoder', studentEncoder],
])(
  '%s: the bytes that are predicted are those of the model that is made, but for its constants',
  (_, pass) => {
    for (const proposal of offersOf(pass, large)) {
      const { artefact } = pass.apply(large, proposal, new Map())
      const saved = encodeModel(large.model).byteLength - encodeModel(artefact.model).byteLength
      expect(Math.abs(saved - proposal.saves.bytes)).toBeLessThan(0.02 * saved)
      // Constants of the graph, such as the score of padding, are no parameters.
      expect(Math.abs(weights(large) - weights(artefact) - proposal.saves.bytes)).toBeLessThan(4096)
      expect(proposal.training?.times).toBeGreaterThan(0)
    }
  },
)

test('smaller students are predicted to save more, of bytes and of time', () => {
  const [narrow, wide] = [48, 96].map((width) =>
    offersOf(studentEncoder, large).find(({ params }) => params['width'] === width),
  )
  const bag = offersOf(studentStatic, large)[0]
  expect(narrow?.saves.bytes).toBeGreaterThan(wide?.saves.bytes ?? 0)
  expect(narrow?.saves.cpuShare).toBeGreaterThan(wide?.saves.cpuShare ?? 0)
  expect(bag?.saves.cpuShare).toBeGreaterThan(narrow?.saves.cpuShare ?? 0)
})

test('the same seed makes the same first values, another seed others', () => {
  const [proposal] = offersOf(studentStatic, large) as readonly [Proposal]
  const made = (seed: number) =>
    Buffer.from(
      encodeModel(
        studentStatic.apply(large, { ...proposal, params: { ...proposal.params, seed } }, new Map())
          .artefact.model,
      ),
    )
  expect([made(1).equals(made(1)), made(1).equals(made(2))]).toEqual([true, false])
})

test('a student takes the ids of the tokenizer, also beyond the table of the model', () => {
  const more = { ...large, tokenizer: { model: { vocab: { '[PAD]': 0, last: 3500 } } } }
  expect(studentFit(more)).toMatchObject({ vocabulary: 3501 })
  const unigram = {
    ...large,
    tokenizer: { model: { vocab: Array.from({ length: 4000 }, () => ['a', 0]) } },
  }
  expect(studentFit(unigram)).toMatchObject({ vocabulary: 4000 })
})

test('a model that is small already has no student', () => {
  const small = {
    ...large,
    model: untaught(encoderArchitecture({ ...shape, width: 32, depth: 1 }), 1),
  }
  for (const pass of [studentStatic, studentEncoder])
    expect(pass.propose(small, target)).toMatchObject({
      pass: pass.id,
      why: expect.stringMatching(/as small/),
    })
})

test.each([
  [
    'no text goes in',
    { model: { ...large.model, graph: { ...large.model.graph, inputs: [] } } },
    /input_ids/,
  ],
  ['nobody knows how many classes there are', { classes: undefined }, /number of classes/],
])('%s: there is no student, and it says so', (_, change, why) => {
  const { classes: _known, ...rest } = large
  const artefact = {
    ...rest,
    ...(('classes' in change ? {} : { classes: 5, ...change }) as object),
  } as Artefact
  for (const pass of [studentStatic, studentEncoder])
    expect(pass.propose(artefact, target)).toMatchObject({ why: expect.stringMatching(why) })
})
