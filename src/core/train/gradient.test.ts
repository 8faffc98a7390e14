import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { graph as graphWith, model, valueInfo } from '../onnx/build.ts'
import { encodeModel } from '../onnx/encode.ts'
import { type GraphWriter, graphWriter } from '../onnx/graph-writer.ts'
import type { HostTensor } from '../onnx/host-tensor.ts'
import type { Graph } from '../onnx/model.ts'
import { seededRandom } from '../random/random.ts'
import { gradient, gradientName } from './gradient.ts'
import { liftParameters } from './parameters.ts'

const opsets = { 'com.microsoft': 1 }

function summed(inputs: readonly string[], build: (writer: GraphWriter) => string): Graph {
  const writer = graphWriter([...inputs, 'loss'])
  const value = build(writer)
  writer.emit('ReduceSum', [value], { attributes: { keepdims: 0 }, outputs: ['loss'] })
  return graphWith({
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: inputs.map((name) => valueInfo(name, 'float32', [null, null])),
    outputs: [valueInfo('loss', 'float32', [])],
  })
}

async function run(
  graph: Graph,
  feeds: Readonly<Record<string, HostTensor>>,
  intraThreads = 1,
): Promise<Readonly<Record<string, HostTensor>>> {
  const engine = await openEngine()
  const session = await engine.open(encodeModel(model(graph, { opsets })), { intraThreads })
  const outputs = await session.run(feeds)
  await session.close()
  return outputs
}

test('an op without a rule is named with its node', () => {
  const graph = summed(['x'], (writer) => writer.emit('Cosh', ['x'], { name: 'my_node' }))
  expect(() => gradient(graph, 'loss', ['x'])).toThrow(
    expect.objectContaining({
      code: 'TRAIN_NO_GRADIENT',
      at: 'my_node',
      message: 'no gradient rule for Cosh at node "my_node"',
    }),
  )
})

test('an op of a foreign domain has no rule even if its name is known', () => {
  const graph = summed(['x'], (writer) => writer.emit('Add', ['x', 'x'], { domain: 'my.domain' }))
  expect(() => gradient(graph, 'loss', ['x'])).toThrow(/my\.domain\.Add/)
})

test('ops off the path need no rule', () => {
  const graph = summed(['x', 'y'], (writer) =>
    writer.emit('Mul', ['x', writer.emit('Cosh', ['y'])]),
  )
  expect(gradient(graph, 'loss', ['x']).outputs.map(({ name }) => name)).toEqual([
    'loss',
    gradientName('x'),
  ])
})

test('a value that is not there or does not matter is refused', () => {
  const graph = summed(['x', 'y'], (writer) => writer.emit('Exp', ['x']))
  expect(() => gradient(graph, 'loss', ['z'])).toThrow(/no value "z"/)
  expect(() => gradient(graph, 'loss', ['y'])).toThrow(/does not depend on "y"/)
})

test('a value used twice gets the sum of both gradients', async () => {
  const graph = summed(['x'], (writer) =>
    writer.emit('Add', [writer.emit('Mul', ['x', 'x']), writer.emit('Exp', ['x'])]),
  )
  const x: HostTensor = { dtype: 'float32', dims: [1, 2], data: Float32Array.of(0, 1) }
  const { [gradientName('x')]: found } = await run(gradient(graph, 'loss', ['x']), { x })
  const [zero, one] = found!.data as Float32Array
  expect(zero).toBeCloseTo(1, 6)
  expect(one).toBeCloseTo(2 + Math.E, 5)
})

test('the gradient by an inner value is the gradient by what feeds it', async () => {
  const graph = summed(['x'], (writer) =>
    writer.emit('Exp', [writer.emit('Identity', ['x'], { outputs: ['inner'] })]),
  )
  const x: HostTensor = { dtype: 'float32', dims: [1, 1], data: Float32Array.of(0.5) }
  const outputs = await run(gradient(graph, 'loss', ['x', 'inner']), { x })
  expect(outputs[gradientName('inner')]!.data).toEqual(outputs[gradientName('x')]!.data)
})

test('emitted names avoid names that are taken', async () => {
  const writer = graphWriter(['x', 'loss'])
  writer.emit('Exp', ['x'], { outputs: ['b/mul'] })
  writer.emit('ReduceSum', ['b/mul'], { attributes: { keepdims: 0 }, outputs: ['loss'] })
  const graph = graphWith({
    nodes: writer.nodes,
    inputs: [valueInfo('x', 'float32', [2])],
    outputs: [valueInfo('loss', 'float32', [])],
  })
  const x: HostTensor = { dtype: 'float32', dims: [2], data: Float32Array.of(0, 1) }
  const outputs = await run(gradient(graph, 'loss', ['x']), { x })
  expect((outputs[gradientName('x')]!.data as Float32Array)[1]).toBeCloseTo(Math.E, 5)
})

test('initializers become inputs and keep their values', () => {
  const writer = graphWriter(['x'])
  const scale = writer.scalar(3)
  writer.emit('Mul', ['x', scale], { outputs: ['y'] })
  const graph = graphWith({
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: [valueInfo('x', 'float32', [2])],
    outputs: [valueInfo('y', 'float32', [2])],
  })
  const lifted = liftParameters(graph, [scale])
  expect(lifted.graph.inputs.map(({ name }) => name)).toEqual(['x', scale])
  expect(lifted.graph.initializers).toEqual([])
  expect(lifted.values.get(scale)).toEqual(Float32Array.of(3))
  expect(() => liftParameters(graph, ['x'])).toThrow(/not a float32 initializer/)
})

// 3,000 rows of 256 into 7 table rows: where ScatterND(add) lost sums at two threads, every sum must be right every time.
test.each([1, 2])('repeated rows of Gather add up at %i threads', async (threads) => {
  const [rows, width, table] = [3000, 256, 7]
  const source = seededRandom(5)
  const ids = BigInt64Array.from({ length: rows }, () => BigInt(source.bits() % table))
  // Small whole numbers: their sums are exact in float32 in any order.
  const up = Float32Array.from({ length: rows * width }, () => (source.bits() % 17) - 8)
  const expected = new Float32Array(table * width)
  for (const [row, id] of ids.entries())
    for (let column = 0; column < width; column++)
      expected[Number(id) * width + column]! += up[row * width + column]!
  const writer = graphWriter(['x', 'ids', 'up', 'loss'])
  const product = writer.emit('Mul', [writer.emit('Gather', ['x', 'ids']), 'up'])
  writer.emit('ReduceSum', [product], { attributes: { keepdims: 0 }, outputs: ['loss'] })
  const graph = graphWith({
    nodes: writer.nodes,
    inputs: [
      valueInfo('x', 'float32', [table, width]),
      valueInfo('ids', 'int64', ['rows']),
      valueInfo('up', 'float32', ['rows', width]),
    ],
    outputs: [valueInfo('loss', 'float32', [])],
  })
  const engine = await openEngine()
  const bytes = encodeModel(model(gradient(graph, 'loss', ['x'])))
  const session = await engine.open(bytes, { intraThreads: threads })
  const feeds: Record<string, HostTensor> = {
    x: { dtype: 'float32', dims: [table, width], data: new Float32Array(table * width) },
    ids: { dtype: 'int64', dims: [rows], data: ids },
    up: { dtype: 'float32', dims: [rows, width], data: up },
  }
  for (let repeat = 0; repeat < 20; repeat++) {
    const outputs = await session.run(feeds, [gradientName('x')])
    expect(outputs[gradientName('x')]!.data).toEqual(expected)
  }
  await session.close()
})
