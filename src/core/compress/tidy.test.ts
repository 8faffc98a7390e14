import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { verifyModels } from '../../app/shrink/verify.ts'
import * as build from '../onnx/build.ts'
import { encodeModel } from '../onnx/encode.ts'
import type { Model, Node, Tensor } from '../onnx/model.ts'
import { seededRandom } from '../random/random.ts'
import type { Artefact } from './pass.ts'
import { tidy } from './tidy.ts'

const artefact = (model: Model): Artefact => ({ model, tokenizer: null, config: {} })
const target = { runtime: 'onnxruntime-node', features: [], threads: 1 } as const

function tidied(model: Model) {
  const proposals = tidy.propose(artefact(model), target)
  if ('why' in proposals || proposals[0] === undefined) throw new Error('nothing to tidy')
  const [proposal] = proposals
  return { proposal, ...tidy.apply(artefact(model), proposal, new Map()) }
}

/**
 * Ten products in a row, of which three have the tensor of an earlier one under another name (30 % doubled), and beside them two whose
 * result nobody reads (a sixth of what is stored is dead); identities and an idle Dropout in between.
 */
function planted(): Model {
  const size = 16
  const weight = (name: string, seed: number): Tensor => {
    const random = seededRandom(seed)
    return build.float32Tensor(
      name,
      [size, size],
      Float32Array.from({ length: size * size }, () => (random.next() - 0.5) / 2),
    )
  }
  const seeds = [1, 2, 3, 4, 5, 6, 7, 1, 2, 3]
  const nodes: Node[] = []
  const initializers: Tensor[] = []
  let value = 'x'
  for (const [at, seed] of seeds.entries()) {
    initializers.push(weight(`w${at}`, seed))
    nodes.push(build.node('MatMul', [value, `w${at}`], [`p${at}`]))
    nodes.push(build.node('Identity', [`p${at}`], [`i${at}`]))
    value = `i${at}`
  }
  for (const at of [20, 21]) {
    initializers.push(weight(`w${at}`, at))
    nodes.push(build.node('MatMul', ['p0', `w${at}`], [`p${at}`]))
  }
  initializers.push(build.float32Tensor('c', [1], [1.5]))
  nodes.push(
    build.node('Add', [value, 'c'], ['sum']),
    build.node('Dropout', ['sum'], ['dropped', 'mask']),
    build.node('Identity', ['dropped'], ['y']),
  )
  return build.model(
    build.graph({
      nodes,
      initializers,
      inputs: [build.valueInfo('x', 'float32', ['n', size])],
      outputs: [build.valueInfo('y', 'float32', ['n', size])],
    }),
  )
}

test('a planted model loses exactly its doubled, dead and idle parts, and no bit of its output', async () => {
  const before = planted()
  const { artefact: after, changes, proposal } = tidied(before)
  expect(changes).toEqual([
    '12 idle nodes removed',
    '3 doubled tensors shared',
    '4 dead nodes and tensors removed',
  ])
  const { graph } = after.model
  expect(graph.nodes.map(({ opType }) => opType)).toEqual([...Array(10).fill('MatMul'), 'Add'])
  expect(graph.initializers).toHaveLength(7 + 1)
  expect(proposal.saves.bytes).toBe(5 * 16 * 16 * 4)
  const random = seededRandom(1)
  const verified = await verifyModels(before, after.model, await openEngine(), {
    random: () => random.next(),
    maxUlp: 0,
  })
  expect(verified.ok).toBe(true)
  expect(encodeModel(after.model).length).toBeLessThan(encodeModel(before).length * 0.6)
})

test('a model that is tidy is left alone, with the reason', () => {
  const { model } = tidied(planted()).artefact
  expect(tidy.propose(artefact(model), target)).toEqual({
    pass: 'tidy',
    why: 'nothing is dead, doubled or idle',
  })
})

test('an identity between an input or a tensor and an output stays', async () => {
  const model = build.model(
    build.graph({
      nodes: [
        build.node('Identity', ['x'], ['y']),
        build.node('Relu', ['x'], ['r']),
        build.node('Identity', ['r'], ['a']),
        build.node('Identity', ['r'], ['b']),
        build.node('Identity', ['a'], ['z']),
      ],
      inputs: [build.valueInfo('x', 'float32', [3])],
      outputs: ['y', 'b', 'z', 'r'].map((name) => build.valueInfo(name, 'float32', [3])),
    }),
  )
  const { artefact: after } = tidied(model)
  const random = seededRandom(2)
  const verified = await verifyModels(model, after.model, await openEngine(), {
    random: () => random.next(),
    maxUlp: 0,
  })
  expect(verified.comparisons.filter(({ failure }) => failure !== null)).toEqual([])
  expect(verified.comparisons).toHaveLength(12)
  expect(after.model.graph.nodes).toHaveLength(4)
})

test('a value that an inner graph reads is renamed inside it as well', async () => {
  const branch = (name: string, node: Node) =>
    build.graph({
      name,
      nodes: [node],
      inputs: [],
      outputs: [build.valueInfo(`${name}:out`, 'float32', null)],
    })
  const model = build.model(
    build.graph({
      nodes: [
        build.node('Identity', ['x'], ['same']),
        build.node('If', ['yes'], ['y'], {
          attributes: [
            build.graphAttribute(
              'then_branch',
              branch('t', build.node('Relu', ['same'], ['t:out'])),
            ),
            build.graphAttribute(
              'else_branch',
              branch('e', build.node('Neg', ['same'], ['e:out'])),
            ),
          ],
        }),
      ],
      inputs: [build.valueInfo('x', 'float32', [3]), build.valueInfo('yes', 'bool', [])],
      outputs: [build.valueInfo('y', 'float32', [3])],
    }),
  )
  const { artefact: after } = tidied(model)
  expect(after.model.graph.nodes).toHaveLength(1)
  const random = seededRandom(3)
  const options = { random: () => random.next(), maxUlp: 0 }
  expect((await verifyModels(model, after.model, await openEngine(), options)).ok).toBe(true)
})
