import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileSource } from '../../src/adapters/files/file-source.ts'
import { textOrNull } from '../../src/adapters/files/whole-file.ts'
import { countWeights, weightsOf } from '../../src/adapters/runtime/onnx/weights.ts'
import { modelFiles } from '../../src/adapters/tensors/model-file.ts'
import { openEngine } from '../../src/adapters/tensors/onnxruntime.ts'
import { inspect } from '../../src/app/compare/inspect.ts'
import { verifyModels } from '../../src/app/shrink/verify.ts'
import * as build from '../../src/core/onnx/build.ts'
import { liftedConstants } from '../../src/core/onnx/lift-constants.ts'
import type { Model, Tensor } from '../../src/core/onnx/model.ts'
import { float32Of, integersOf } from '../../src/core/onnx/tensor-values.ts'
import { seededRandom } from '../../src/core/random/random.ts'

const folder = mkdtempSync(join(tmpdir(), 'rightsize-constants-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The node that some exporters write in place of an initializer. */
function constantOf(tensor: Tensor) {
  const { name, dtype, dims } = tensor
  const plain = dims.length < 2 && (dtype === 'float32' || dtype === 'int64')
  const values = () => (dtype === 'float32' ? [...float32Of(tensor)] : integersOf(tensor))
  const attribute = !plain
    ? build.tensorAttribute('value', tensor)
    : dtype === 'float32'
      ? dims.length === 0
        ? build.floatAttribute('value_float', values()[0] ?? 0)
        : build.floatsAttribute('value_floats', values())
      : dims.length === 0
        ? build.intAttribute('value_int', values()[0] ?? 0)
        : build.intsAttribute('value_ints', values())
  return build.node('Constant', [], [name], { attributes: [attribute] })
}

const asConstants = ({ graph, ...model }: Model): Model => ({
  ...model,
  graph: {
    ...graph,
    nodes: [...graph.initializers.map(constantOf), ...graph.nodes],
    initializers: [],
  },
})

const target = { runtime: 'onnxruntime-node', features: [], threads: 1 } as const
const effects = { files: modelFiles, source: fileSource, fetch, text: textOrNull }

test('a model whose weights are Constant nodes is read like one with initializers: the same proposals of every pass', async () => {
  const given = join('examples/helpdesk-intents/models/small')
  const model = await modelFiles.read(given)
  const written = join(folder, 'small')
  mkdirSync(join(written, 'onnx'), { recursive: true })
  for (const name of readdirSync(given).filter((one) => one.endsWith('.json')))
    copyFileSync(join(given, name), join(written, name))
  const file = join(written, 'onnx/model.onnx')
  await modelFiles.write(file, asConstants(model))
  expect(await inspect(file, target, effects)).toEqual(
    await inspect(join(given, 'onnx/model.onnx'), target, effects),
  )
  expect(weightsOf(file)).toEqual(countWeights(model.graph))
})

test('lifting changes no bit of the output, in old files and in inner graphs either', async () => {
  const weights = build.float32Tensor(
    'w',
    [4, 3],
    Array.from({ length: 12 }, (_, i) => i / 7),
  )
  const inner = build.graph({
    nodes: [constantOf(weights), build.node('MatMul', ['x', 'w'], ['then'])],
    initializers: [],
    inputs: [],
    outputs: [build.valueInfo('then', 'float32', ['n', 3])],
  })
  const other = build.graph({
    nodes: [constantOf({ ...weights, name: 'v' }), build.node('MatMul', ['x', 'v'], ['else'])],
    initializers: [],
    inputs: [],
    outputs: [build.valueInfo('else', 'float32', ['n', 3])],
  })
  const branches = [
    build.graphAttribute('then_branch', inner),
    build.graphAttribute('else_branch', other),
  ]
  const model = build.model(
    build.graph({
      nodes: [
        constantOf(build.tensor('yes', { dtype: 'bool', dims: [], data: Uint8Array.of(1) })),
        build.node('If', ['yes'], ['y'], { attributes: branches }),
      ],
      initializers: [],
      inputs: [build.valueInfo('x', 'float32', ['n', 4])],
      outputs: [build.valueInfo('y', 'float32', ['n', 3])],
    }),
  )
  const old = { ...model, irVersion: 3, opsets: { '': 12 } }
  const lifted = liftedConstants(old)
  expect(
    JSON.stringify(lifted, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
  ).not.toMatch(/"Constant"/)
  expect(lifted.irVersion).toBe(4)
  const random = seededRandom(1)
  const options = { random: () => random.next(), maxUlp: 0 }
  expect((await verifyModels(old, lifted, await openEngine(), options)).ok).toBe(true)
})

test('what a graph returns stays a node, and a model without constants stays itself', () => {
  const alone = build.model(
    build.graph({
      nodes: [constantOf(build.float32Tensor('y', [2], [1, 2]))],
      initializers: [],
      inputs: [],
      outputs: [build.valueInfo('y', 'float32', [2])],
    }),
  )
  expect(liftedConstants(alone)).toBe(alone)
})
