import { beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import type { TensorEngine, TensorSession } from '../../contract/tensors.ts'
import { float32Tensor, model } from '../onnx/build.ts'
import { encodeModel } from '../onnx/encode.ts'
import { type GraphWriter, graphWriter } from '../onnx/graph-writer.ts'
import type { Feeds, HostTensor } from '../onnx/host-tensor.ts'
import type { Graph } from '../onnx/model.ts'
import { seededRandom } from '../random/random.ts'
import { gradient, gradientName } from './gradient.ts'
import { type DifferentiableOp, vjpRules } from './rules.ts'

interface Case {
  readonly title?: string
  /** Float inputs with their dims; every one is differentiated. */
  readonly inputs: Readonly<Record<string, readonly number[]>>
  /** Values are drawn from this interval, (-1, 1) unless said. */
  readonly between?: readonly [number, number]
  /** Emits the op; returns the value that is judged. */
  readonly build: (writer: GraphWriter) => string
  /** Relative error allowed: 1e-3 for smooth ops, 1e-2 for ops with kinks. */
  readonly tolerance?: number
  /** The rule needs the dims beforehand, so the variant without them is left out. */
  readonly needsDims?: boolean
}

const unary = (op: DifferentiableOp, more: Partial<Case> = {}, domain = ''): Case => ({
  inputs: { x: [2, 3] },
  build: (writer) => writer.emit(op, ['x'], { domain }),
  ...more,
})
const binary = (op: DifferentiableOp, more: Partial<Case> = {}): readonly Case[] =>
  [
    { a: [2, 3], b: [2, 3] },
    { a: [2, 3], b: [3] },
    { a: [2, 1, 3], b: [4, 1] },
    { a: [2, 3], b: [] },
    { a: [1, 1], b: [2, 3] },
  ].map((inputs) => ({
    title: `${JSON.stringify(inputs)}`,
    inputs,
    build: (writer) => writer.emit(op, ['a', 'b']),
    ...more,
  }))
const positive: Partial<Case> = { between: [0.5, 2] }

function product(
  op: 'MatMul' | 'FusedMatMul' | 'Gemm',
  a: readonly number[],
  b: readonly number[],
  attributes: Readonly<Record<string, number | { readonly float: number }>> = {},
): Case {
  const domain = op === 'FusedMatMul' ? 'com.microsoft' : ''
  return {
    title: JSON.stringify([a, b, attributes]),
    inputs: { a, b },
    build: (writer) => writer.emit(op, ['a', 'b'], { attributes, domain }),
  }
}

const cases: Readonly<Record<DifferentiableOp, readonly Case[]>> = {
  Add: binary('Add'),
  Sum: binary('Sum'),
  Sub: binary('Sub'),
  Max: [
    {
      title: 'operands further apart than they move, broadcast',
      inputs: { a: [2, 1, 3], b: [4, 1] },
      build: (writer) => {
        const apart = writer.add(float32Tensor('apart', [4, 1], Float32Array.of(3, -3, -3, 3)))
        return writer.emit('Max', ['a', writer.emit('Add', ['b', apart])])
      },
    },
  ],
  Mul: binary('Mul'),
  Div: binary('Div', positive),
  Pow: [
    ...binary('Pow', positive),
    {
      title: 'a constant square',
      inputs: { x: [2, 3] },
      build: (writer) => writer.emit('Pow', ['x', writer.scalar(2)]),
    },
  ],
  Neg: [unary('Neg')],
  Sqrt: [unary('Sqrt', positive)],
  Exp: [unary('Exp')],
  Log: [unary('Log', positive)],
  Abs: [unary('Abs', { between: [0.2, 1] }), unary('Abs', { between: [-1, -0.2] })],
  Erf: [unary('Erf')],
  Tanh: [unary('Tanh')],
  Sigmoid: [unary('Sigmoid')],
  Relu: [
    unary('Relu', { between: [0.2, 1] }),
    unary('Relu', { title: 'the flat side', between: [-1, -0.2] }),
  ],
  Gelu: [unary('Gelu', { between: [-3, 3] }, 'com.microsoft')],
  MatMul: [
    product('MatMul', [2, 3], [3, 4]),
    product('MatMul', [2, 2, 3], [3, 4]),
    product('MatMul', [2, 2, 2, 3], [2, 2, 3, 2]),
    product('MatMul', [2, 2, 2, 3], [2, 3, 2]),
    product('MatMul', [2, 3], [2, 3, 2]),
    product('MatMul', [1, 2, 3], [2, 3, 2]),
  ],
  FusedMatMul: [
    product('FusedMatMul', [2, 2, 3], [2, 4, 3], { transB: 1, alpha: { float: 0.5 } }),
    product('FusedMatMul', [2, 3, 2], [2, 3, 4], { transA: 1 }),
    product('FusedMatMul', [3, 2], [4, 3], { transA: 1, transB: 1, alpha: { float: -2 } }),
  ],
  Gemm: [
    product('Gemm', [2, 3], [3, 4]),
    product('Gemm', [3, 2], [4, 3], { transA: 1, transB: 1, alpha: { float: 2 } }),
    product('Gemm', [3, 2], [3, 4], { transA: 1 }),
    product('Gemm', [2, 3], [4, 3], { transB: 1 }),
    ...[[4], [2, 1], [2, 4], []].map((c) => ({
      title: `bias [${c}]`,
      inputs: { a: [2, 3], b: [3, 4], c },
      build: (writer: GraphWriter) => writer.op('Gemm', ['a', 'b', 'c'], { beta: { float: 0.5 } }),
    })),
  ],
  Softmax: [
    unary('Softmax'),
    {
      title: 'an inner axis',
      inputs: { x: [2, 3, 2] },
      build: (writer) => writer.op('Softmax', ['x'], { axis: 1 }),
    },
  ],
  LogSoftmax: [unary('LogSoftmax')],
  LayerNormalization: [
    {
      inputs: { x: [2, 3, 4], scale: [4], bias: [4] },
      build: (writer) => writer.emit('LayerNormalization', ['x', 'scale', 'bias']),
      needsDims: true,
    },
    {
      title: 'two axes, without bias',
      inputs: { x: [3, 2, 4], scale: [2, 4] },
      build: (writer) => writer.op('LayerNormalization', ['x', 'scale'], { axis: 1 }),
      needsDims: true,
    },
  ],
  Reshape: [
    {
      inputs: { x: [2, 6] },
      build: (writer) => writer.emit('Reshape', ['x', writer.ints([0, 2, -1])]),
    },
  ],
  Flatten: [unary('Flatten', { inputs: { x: [2, 3, 2] } })],
  Squeeze: [
    {
      inputs: { x: [2, 1, 3] },
      build: (writer) => writer.emit('Squeeze', ['x', writer.ints([1])]),
    },
  ],
  Unsqueeze: [
    {
      inputs: { x: [2, 3] },
      build: (writer) => writer.emit('Unsqueeze', ['x', writer.ints([0, 2])]),
    },
  ],
  Identity: [unary('Identity')],
  Transpose: [
    unary('Transpose'),
    {
      title: 'a permutation that is not its own inverse',
      inputs: { x: [2, 3, 4] },
      build: (writer) => writer.op('Transpose', ['x'], { perm: [1, 2, 0] }),
    },
  ],
  Concat: [
    {
      inputs: { a: [2, 1], b: [2, 3] },
      build: (writer) => writer.op('Concat', ['a', 'b', 'a'], { axis: -1 }),
    },
  ],
  Split: [
    {
      title: 'one of two pieces unused',
      inputs: { x: [2, 5] },
      build: (writer) => {
        const outputs = ['left', 'right']
        writer.emit('Split', ['x', writer.ints([2, 3])], { attributes: { axis: 1 }, outputs })
        return 'right'
      },
    },
  ],
  Slice: [
    {
      title: 'steps and negative ends',
      inputs: { x: [3, 5] },
      build: (writer) =>
        writer.emit('Slice', [
          'x',
          writer.ints([4, 1]),
          writer.ints([0, 3]),
          writer.ints([1, 0]),
          writer.ints([-2, 1]),
        ]),
    },
    {
      title: 'starts and ends alone',
      inputs: { x: [3, 2] },
      build: (writer) => writer.emit('Slice', ['x', writer.ints([1]), writer.ints([-1])]),
    },
  ],
  Expand: [
    {
      inputs: { x: [2, 1] },
      build: (writer) => writer.emit('Expand', ['x', writer.ints([3, 2, 4])]),
    },
  ],
  Cast: [
    {
      title: 'to double and back',
      inputs: { x: [2, 3] },
      build: (writer) => {
        const wide = writer.op('Cast', ['x'], { to: 11 })
        const back = writer.emit('Mul', [wide, wide])
        return writer.op('Cast', [back], { to: 1 })
      },
    },
  ],
  ReduceSum: [
    {
      inputs: { x: [2, 3, 2] },
      build: (writer) => writer.op('ReduceSum', ['x', writer.ints([0, -1])], { keepdims: 0 }),
    },
    {
      title: 'all axes',
      inputs: { x: [2, 3] },
      build: (writer) => writer.op('ReduceSum', ['x'], { keepdims: 0 }),
    },
  ],
  ReduceMean: [
    {
      inputs: { x: [2, 3, 2] },
      build: (writer) => writer.op('ReduceMean', ['x', writer.ints([1])], { keepdims: 0 }),
    },
    {
      title: 'kept axes',
      inputs: { x: [2, 3] },
      build: (writer) => writer.emit('ReduceMean', ['x', writer.ints([-1])]),
    },
  ],
  ReduceL2: [
    {
      inputs: { x: [2, 3, 2] },
      build: (writer) => writer.op('ReduceL2', ['x', writer.ints([1])], { keepdims: 0 }),
    },
    {
      title: 'kept axes',
      inputs: { x: [2, 3] },
      build: (writer) => writer.emit('ReduceL2', ['x', writer.ints([-1])]),
    },
  ],
  ReduceMax: [
    {
      inputs: { x: [2, 5, 2] },
      build: (writer) => writer.op('ReduceMax', ['x', writer.ints([1])], { keepdims: 0 }),
    },
    {
      title: 'kept axes',
      inputs: { x: [2, 5] },
      build: (writer) => writer.emit('ReduceMax', ['x', writer.ints([-1])]),
    },
  ],
  Gather: [
    {
      title: 'rows, one of them twice',
      inputs: { x: [4, 3] },
      build: (writer) => writer.emit('Gather', ['x', writer.ints([1, 3, 1])]),
    },
    {
      title: 'one place of an inner axis',
      inputs: { x: [2, 3, 2] },
      build: (writer) => writer.op('Gather', ['x', writer.integer(1)], { axis: 1 }),
    },
    {
      title: 'a matrix of places on the last axis',
      inputs: { x: [2, 3] },
      build: (writer) => {
        const places = writer.emit('Reshape', [writer.ints([0, 2, 2, -3]), writer.ints([2, 2])])
        return writer.op('Gather', ['x', places], { axis: -1 })
      },
    },
  ],
  Where: [
    {
      inputs: { a: [2, 3], b: [3] },
      build: (writer) => {
        const mask = writer.emit('Greater', [writer.ints([1, -1, 1]), writer.ints([0])])
        return writer.emit('Where', [mask, 'a', 'b'])
      },
    },
  ],
  Dropout: [unary('Dropout')],
}

let engine: TensorEngine
beforeAll(async () => {
  engine = await openEngine()
})

function drawn(dims: readonly number[], seed: number, [low, high]: readonly [number, number]) {
  const source = seededRandom(seed)
  const count = dims.reduce((all, dim) => all * dim, 1)
  const data = Float32Array.from({ length: count }, () => low + (high - low) * source.next())
  return { dtype: 'float32', dims, data } satisfies HostTensor
}

/** The case as a graph with two outputs: the judged value and loss = sum(value * direction). */
function graphOf({ inputs, build }: Case, known: boolean): Graph {
  const writer = graphWriter([...Object.keys(inputs), 'value', 'loss', 'direction'])
  const out = build(writer)
  writer.emit('Identity', [out], { outputs: ['value'] })
  const weighted = writer.emit('Mul', ['value', 'direction'])
  writer.emit('ReduceSum', [weighted], { attributes: { keepdims: 0 }, outputs: ['loss'] })
  const infos = Object.entries(inputs).map(([name, dims]) => ({
    name,
    dtype: 'float32' as const,
    dims: known ? dims : null,
  }))
  return {
    name: 'case',
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: [...infos, { name: 'direction', dtype: 'float32', dims: null }],
    outputs: [{ name: 'value', dtype: 'float32', dims: null }],
    valueInfo: [],
  }
}

const open = (graph: Graph): Promise<TensorSession> =>
  engine.open(encodeModel(model(graph, { opsets: { 'com.microsoft': 1 } })))

const asFloats = (tensor: HostTensor | undefined): Float32Array => tensor!.data as Float32Array

/** Central differences at h and h/2, combined to fourth order; sums in float64. */
async function differences(
  session: TensorSession,
  feeds: Record<string, HostTensor>,
  name: string,
  direction: Float32Array,
): Promise<Float64Array> {
  const original = asFloats(feeds[name])
  const at = async (index: number, step: number): Promise<number> => {
    const data = original.slice()
    data[index]! += step
    const moved = { ...feeds, [name]: { ...feeds[name]!, data } }
    const outputs = await session.run(moved, ['value'])
    const values = asFloats(outputs['value'])
    return values.reduce((sum, value, place) => sum + value * direction[place]!, 0)
  }
  const slope = async (index: number, h: number): Promise<number> =>
    ((await at(index, h)) - (await at(index, -h))) / (2 * h)
  const found = new Float64Array(original.length)
  for (let index = 0; index < original.length; index++) {
    const wide = await slope(index, 2 ** -5)
    const narrow = await slope(index, 2 ** -6)
    found[index] = (4 * narrow - wide) / 3
  }
  return found
}

function relativeError(found: Float32Array, expected: Float64Array): number {
  let gap = 0
  let size = 0
  for (const [index, value] of expected.entries()) {
    gap += (found[index]! - value) ** 2
    size += value ** 2
  }
  return Math.sqrt(gap) / Math.max(Math.sqrt(size), 1e-3)
}

async function worstError(item: Case, known: boolean): Promise<number> {
  const names = Object.keys(item.inputs)
  const graph = graphOf(item, known)
  const feeds: Record<string, HostTensor> = Object.fromEntries(
    names.map((name, index) => [
      name,
      drawn(item.inputs[name]!, 31 + index, item.between ?? [-1, 1]),
    ]),
  )
  const forward = await open(graph)
  const shape = await forward.run({ ...feeds, direction: drawn([], 1, [0, 1]) }, ['value'])
  const direction = drawn(shape['value']!.dims, 77, [-1, 1])
  const backward = await open(gradient(graph, 'loss', names))
  const all: Feeds = { ...feeds, direction }
  const gradients = await backward.run(all)
  const errors = []
  for (const name of names) {
    const expected = await differences(forward, { ...feeds, direction }, name, direction.data)
    const found = gradients[gradientName(name)]!
    expect(found.dims, `shape of the gradient by ${name}`).toEqual(item.inputs[name])
    errors.push(relativeError(asFloats(found), expected))
  }
  await forward.close()
  await backward.close()
  return Math.max(...errors)
}

test('the measure of error sees a gradient that is 1 % off', () => {
  const expected = Float64Array.of(1, -2, 0.5)
  expect(relativeError(Float32Array.from(expected), expected)).toBeLessThan(1e-6)
  expect(
    relativeError(
      Float32Array.from(expected, (v) => v * 1.01),
      expected,
    ),
  ).toBeGreaterThan(5e-3)
})

describe('every rule agrees with finite differences', () => {
  test('no op is without a case', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(vjpRules).sort())
    for (const list of Object.values(cases)) expect(list.length).toBeGreaterThan(0)
  })
  for (const [op, list] of Object.entries(cases)) {
    for (const [index, item] of list.entries()) {
      const title = `${op} ${item.title ?? index}`
      test(`${title}, dims known`, async () => {
        expect(await worstError(item, true)).toBeLessThan(item.tolerance ?? 1e-3)
      })
      test.skipIf(item.needsDims === true)(`${title}, dims found at run time`, async () => {
        expect(await worstError(item, false)).toBeLessThan(item.tolerance ?? 1e-3)
      })
    }
  }
})
