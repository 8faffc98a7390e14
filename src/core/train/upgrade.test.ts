import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { graph as graphWith, model, valueInfo } from '../onnx/build.ts'
import { encodeModel } from '../onnx/encode.ts'
import { graphWriter } from '../onnx/graph-writer.ts'
import type { Graph } from '../onnx/model.ts'
import { atOpset18 } from './upgrade.ts'

function oldGraph(): Graph {
  const writer = graphWriter(['x', 'y'])
  writer.emit('Split', ['x'], { attributes: { axis: 1 }, outputs: ['left', 'right'] })
  const mean = writer.op('ReduceMean', ['right'], { axes: [1], keepdims: 0 })
  const most = writer.op('ReduceMax', ['left'], { axes: [-1], keepdims: 0 })
  writer.emit('Add', [mean, most], { outputs: ['y'] })
  return graphWith({
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: [valueInfo('x', 'float32', [2, 4])],
    outputs: [valueInfo('y', 'float32', [2])],
  })
}

async function run(graph: Graph, opset: number): Promise<unknown> {
  const engine = await openEngine()
  const session = await engine.open(encodeModel(model(graph, { opsets: { '': opset } })))
  const data = Float32Array.of(1, 7, 3, 5, -1, -4, 0, 2)
  const outputs = await session.run({ x: { dtype: 'float32', dims: [2, 4], data } })
  await session.close()
  return outputs['y']!.data
}

test('a graph of opset 17 gives the same numbers at opset 18', async () => {
  const old = oldGraph()
  const expected = await run(old, 17)
  expect(expected).toEqual(Float32Array.of(11, 0))
  await expect(run(old, 18)).rejects.toThrow()
  expect(await run(atOpset18(old, 17), 18)).toEqual(expected)
})

test('a graph of opset 18 to 21 is left alone, others are refused', () => {
  const graph = oldGraph()
  for (const opset of [18, 21]) expect(atOpset18(graph, opset)).toBe(graph)
  for (const opset of [11, 12, 22])
    expect(() => atOpset18(graph, opset)).toThrow(expect.objectContaining({ code: 'TRAIN_OPSET' }))
})
