import { expect, test } from 'vitest'
import { RightsizeError } from '../../core/error/error.ts'
import * as build from '../../core/onnx/build.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Dtype } from '../../core/onnx/model.ts'
import { openEngine } from './onnxruntime.ts'

function identity(dtype: Dtype, dims: readonly number[]): Uint8Array {
  const graph = build.graph({
    nodes: [build.node('Identity', ['x'], ['y'])],
    inputs: [build.valueInfo('x', dtype, dims)],
    outputs: [build.valueInfo('y', dtype, dims)],
  })
  return encodeModel(build.model(graph))
}

const samples: readonly HostTensor[] = [
  { dtype: 'float32', dims: [2], data: Float32Array.of(1.5, -2) },
  { dtype: 'float64', dims: [2], data: Float64Array.of(1.5, -2) },
  { dtype: 'int8', dims: [2], data: Int8Array.of(-128, 127) },
  { dtype: 'uint8', dims: [2], data: Uint8Array.of(0, 255) },
  { dtype: 'int16', dims: [2], data: Int16Array.of(-32768, 32767) },
  { dtype: 'uint16', dims: [2], data: Uint16Array.of(0, 65535) },
  { dtype: 'int32', dims: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
  { dtype: 'uint32', dims: [2], data: Uint32Array.of(0, 2 ** 32 - 1) },
  { dtype: 'int64', dims: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  { dtype: 'uint64', dims: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) },
  { dtype: 'bool', dims: [2], data: Uint8Array.of(0, 1) },
  { dtype: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xc000) },
  { dtype: 'string', dims: [2], data: ['one', 'zwölf'] },
]

test.each(samples)('$dtype goes in and comes out unchanged', async (sample) => {
  const engine = await openEngine()
  const session = await engine.open(identity(sample.dtype, sample.dims))
  const { y } = await session.run({ x: sample })
  expect(y).toEqual(sample)
  await session.close()
})

test('a sequence among the outputs is left out, and the tensors are read', async () => {
  // TypeProto of a sequence of float tensors of rank 1 (onnx.proto: sequence_type = 4, elem_type = 1; tensor_type = 1).
  const raw = Uint8Array.from([0x22, 0x08, 0x0a, 0x06, 0x0a, 0x04, 0x08, 0x01, 0x12, 0x00])
  const graph = build.graph({
    nodes: [
      build.node('Identity', ['x'], ['y']),
      build.node('SequenceConstruct', ['x', 'x'], ['by_name']),
    ],
    inputs: [build.valueInfo('x', 'float32', [2])],
    outputs: [
      { ...build.valueInfo('by_name', null, null), raw },
      build.valueInfo('y', 'float32', [2]),
    ],
  })
  const session = await (await openEngine()).open(encodeModel(build.model(graph)))
  const [sample] = samples
  expect(session.outputs).toEqual(['y'])
  expect(await session.run({ x: sample as HostTensor })).toEqual({ y: sample })
  await session.close()
})

test('profiling gives calls and time per node', async () => {
  const engine = await openEngine()
  const graph = build.graph({
    nodes: [build.node('MatMul', ['x', 'x'], ['y'], { name: 'square' })],
    inputs: [build.valueInfo('x', 'float32', [64, 64])],
    outputs: [build.valueInfo('y', 'float32', [64, 64])],
  })
  const session = await engine.open(encodeModel(build.model(graph)), { profiling: true })
  const x = { dtype: 'float32' as const, dims: [64, 64], data: new Float32Array(64 * 64) }
  await session.run({ x })
  await session.run({ x })
  const profile = await session.profile()
  expect(profile).toMatchObject([{ node: 'square', opType: 'MatMul', calls: 2 }])
  await session.close()
})

test('a missing package is one error with the command that installs it', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'onnxruntime-node'"))
  const error = await openEngine(missing).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(RightsizeError)
  expect(error).toMatchObject({
    code: 'TENSOR_ENGINE_MISSING',
    next: 'npm i onnxruntime-node --ignore-scripts',
  })
})

test('a model that the engine refuses is a catalogued error', async () => {
  const engine = await openEngine()
  await expect(engine.open(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
    code: 'TENSOR_ENGINE_FAILED',
  })
  const session = await engine.open(identity('float32', [2]))
  const wrong = { dtype: 'float32' as const, dims: [3], data: new Float32Array(3) }
  await expect(session.run({ x: wrong })).rejects.toMatchObject({ code: 'TENSOR_ENGINE_FAILED' })
})

test('a path to nothing, to a pointer or to another format is named before the runtime is quoted', async () => {
  const engine = await openEngine()
  await expect(engine.open('/nowhere/model.onnx')).rejects.toMatchObject({ code: 'ONNX_NOT_FOUND' })
  const page = new TextEncoder().encode('<!DOCTYPE html><html>')
  await expect(engine.open(page)).rejects.toMatchObject({
    code: 'ONNX_NOT_A_MODEL',
    message: 'the file is an HTML page, not an ONNX model',
  })
})

test('a model without operator sets is called too old', async () => {
  const engine = await openEngine()
  const graph = build.graph({
    nodes: [build.node('Relu', ['x'], ['y'])],
    inputs: [build.valueInfo('x', 'float32', [1])],
    outputs: [build.valueInfo('y', 'float32', [1])],
  })
  const old = encodeModel({ ...build.model(graph, { irVersion: 1 }), opsets: {} })
  await expect(engine.open(old)).rejects.toMatchObject({ code: 'ONNX_TOO_OLD' })
})

test('the words of the runtime come without its source lines', async () => {
  const engine = await openEngine()
  const graph = build.graph({
    nodes: [build.node('Reshape', ['x', 's'], ['y'], { name: 'turn' })],
    initializers: [build.int64Tensor('s', [1], [3])],
    inputs: [build.valueInfo('x', 'float32', ['n'])],
    outputs: [build.valueInfo('y', 'float32', [3])],
  })
  const session = await engine.open(encodeModel(build.model(graph)))
  const x = { dtype: 'float32' as const, dims: [2], data: new Float32Array(2) }
  const error = (await session.run({ x }).catch((caught: unknown) => caught)) as Error
  expect(error.message).toMatch(/turn.*The input tensor cannot be reshaped/)
  expect(error.message).not.toMatch(/onnxruntime_src|::/)
})
