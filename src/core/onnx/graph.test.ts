import { expect, test } from 'vitest'
import * as build from './build.ts'
import { decodeModel } from './decode.ts'
import { encodeModel } from './encode.ts'
import { executableGraph, graphProblems, sortNodes } from './graph-check.ts'
import { freshNames, removeDead, renameValues } from './graph-edit.ts'
import { capturedBy, indexGraph, valuesUsed } from './graph-index.ts'
import type { Dim, Graph, Node } from './model.ts'
import { joinBytes } from './protobuf.ts'
import { WireWriter } from './protobuf-writer.ts'
import { inferShapes } from './shapes.ts'
import { sparseNames } from './sparse.ts'
import { subgraphsOf } from './walk.ts'

function finished(writer: WireWriter): Uint8Array {
  return joinBytes([...writer.finish().chunks()])
}

const value = (name: string, dims: readonly Dim[] | null = [2]) =>
  build.valueInfo(name, 'float32', dims)

function graphOf(
  nodes: readonly Node[],
  outputs: readonly string[],
  inputs: readonly string[] = ['x'],
): Graph {
  return build.graph({
    nodes,
    inputs: inputs.map((name) => value(name)),
    outputs: outputs.map((name) => value(name)),
  })
}

const relu = (from: string, to: string, name = '') => build.node('Relu', [from], [to], { name })

/** An If whose branches use `captured` and make `inside`. */
function branching(captured: string, output: string, inside = 'inside'): Node {
  const branch = build.graph({
    nodes: [relu(captured, inside)],
    inputs: [],
    outputs: [value(inside)],
  })
  const attributes = [
    build.graphAttribute('then_branch', branch),
    build.graphAttribute('else_branch', branch),
  ]
  return build.node('If', ['c'], [output], { attributes })
}

test('the index knows makers, users and outputs, and users inside a branch', () => {
  const first = relu('x', 'a')
  const second = branching('a', 'y')
  const index = indexGraph(graphOf([first, second], ['y']))
  expect(index.producer('a')).toBe(first)
  expect(index.producer('x')).toBeUndefined()
  expect(index.consumers('a')).toEqual([second])
  expect(index.consumers('y')).toEqual([])
  expect(index.isOutput('y')).toBe(true)
  expect(index.input('x')?.name).toBe('x')
  expect(index.position(second)).toBe(1)
  expect(capturedBy(subgraphsOf(second)[0]!)).toEqual(new Set(['a']))
  expect(valuesUsed(second)).toEqual(new Set(['c', 'a']))
})

test('a graph that can be executed has no problems', () => {
  expect(graphProblems(graphOf([relu('x', 'a'), branching('a', 'y')], ['y'], ['x', 'c']))).toEqual(
    [],
  )
})

test('a value that nothing makes is named with its user, in branches and among the outputs too', () => {
  const graph = graphOf([relu('w', 'a', 'r1'), branching('gone', 'y')], ['y', 'z'], ['c'])
  expect(graphProblems(graph)).toEqual([
    "'w' is used by Relu 'r1', and no node, input or initializer has that name",
    "'gone' is used by Relu that computes 'inside', and no node, input or initializer has that name",
    "'gone' is used by Relu that computes 'inside', and no node, input or initializer has that name",
    "'z' is used by the outputs of the graph, and no node, input or initializer has that name",
  ])
  expect(() => executableGraph(graph)).toThrow(expect.objectContaining({ code: 'ONNX_GRAPH' }))
})

test('a cycle is refused with two of its nodes', () => {
  const graph = graphOf(
    [relu('b', 'a', 'one'), relu('a', 'b', 'two'), relu('a', 'y', 'three')],
    ['y'],
  )
  expect(graphProblems(graph)).toEqual(["Relu 'one' needs 'b' before Relu 'two' computes it"])
  expect(() => executableGraph(graph)).toThrow(/Relu '(one|two)' needs/)
})

test('a cycle through a branch is a cycle', () => {
  const graph = graphOf([branching('y', 'a'), relu('a', 'y')], ['y'], ['c'])
  expect(() => executableGraph(graph)).toThrow(expect.objectContaining({ code: 'ONNX_GRAPH' }))
})

test('nodes that stand too early are named, and sorting puts them right', () => {
  const late = relu('a', 'y', 'late')
  const early = relu('x', 'a', 'early')
  const graph = graphOf([late, early], ['y'])
  expect(graphProblems(graph)).toEqual(["Relu 'late' needs 'a' before Relu 'early' computes it"])
  expect(executableGraph(graph).nodes).toEqual([early, late])
})

test('a value made twice is named; an initializer that gives an input its default is none', () => {
  expect(graphProblems(graphOf([relu('x', 'y'), relu('x', 'y')], ['y']))).toEqual([
    "'y' is computed more than once",
  ])
  const withDefault = {
    ...graphOf([relu('x', 'y')], ['y']),
    initializers: [build.float32Tensor('x', [2], [1, 2])],
  }
  expect(graphProblems(withDefault)).toEqual([])
})

test('a chain of 100,000 nodes does not end the stack', () => {
  const chain = Array.from({ length: 100_000 }, (_, at) => relu(`v${at}`, `v${at + 1}`))
  expect(sortNodes(chain.toReversed())).toEqual(chain)
})

test('dead nodes and weights go, what a branch needs stays', () => {
  const graph: Graph = {
    ...graphOf(
      [relu('x', 'a'), relu('w', 'dead'), relu('dead', 'dead2'), branching('a', 'y')],
      ['y'],
      ['x', 'c'],
    ),
    initializers: [build.float32Tensor('w', [2], [1, 2])],
    valueInfo: [value('dead'), value('a')],
  }
  const removed = removeDead(graph)
  expect(removed.nodes.map(({ outputs }) => outputs[0])).toEqual(['dead', 'dead2'])
  expect(removed.initializers).toEqual(['w'])
  expect(removed.graph.nodes).toHaveLength(2)
  expect(removed.graph.valueInfo.map(({ name }) => name)).toEqual(['a'])
  expect(graphProblems(removed.graph)).toEqual([])
})

test('renaming reaches branches, and leaves alone what a branch makes itself', () => {
  const graph = graphOf([relu('x', 'a'), branching('a', 'y', 'inside')], ['y'], ['x', 'c'])
  const renamed = renameValues(
    graph,
    new Map([
      ['a', 'b'],
      ['inside', 'other'],
      ['y', 'out'],
    ]),
  )
  expect(renamed.nodes[0]?.outputs).toEqual(['b'])
  expect(renamed.outputs[0]?.name).toBe('out')
  const [inner] = subgraphsOf(renamed.nodes[1]!)
  expect(inner?.nodes[0]).toMatchObject({ inputs: ['b'], outputs: ['inside'] })
  expect(graphProblems(renamed)).toEqual([])
})

test('fresh names avoid those inside branches', () => {
  const graph = graphOf([relu('x', 'a'), branching('a', 'y', 'inside')], ['y'], ['x', 'c'])
  const fresh = freshNames(graph)
  expect([fresh('new'), fresh('new'), fresh('inside'), fresh('x')]).toEqual([
    'new',
    'new_1',
    'inside_1',
    'x_1',
  ])
})

test('sparse initializers count as made, and survive the codec', () => {
  const values = new WireWriter()
  values.int(1, 1)
  values.int(2, 1)
  values.text(8, 'sparse')
  values.bytes(9, new Uint8Array(4))
  const sparse = new WireWriter()
  sparse.bytes(1, finished(values))
  sparse.int(3, 5)
  const field = new WireWriter()
  field.bytes(15, finished(sparse))
  const unknown = joinBytes([...field.finish().chunks()])
  const graph: Graph = { ...graphOf([relu('sparse', 'y')], ['y']), unknown }
  expect(sparseNames(graph)).toEqual(['sparse'])
  expect(graphProblems(graph)).toEqual([])
  expect(decodeModel(encodeModel(build.model(graph))).graph.unknown).toEqual(unknown)
})

/** Exported attention: the head split takes its shape from the graph, as PyTorch writes it. */
function headSplit(): Graph {
  return build.graph({
    nodes: [
      build.node('Gather', ['table', 'ids'], ['e']),
      build.node('MatMul', ['e', 'w'], ['q']),
      build.node('Add', ['b', 'q'], ['qb']),
      build.node('Shape', ['qb'], ['s']),
      build.node('Gather', ['s', 'zero'], ['batch']),
      build.node('Gather', ['s', 'one'], ['length']),
      build.node('Unsqueeze', ['batch', 'axis0'], ['batch1']),
      build.node('Unsqueeze', ['length', 'axis0'], ['length1']),
      build.node('Concat', ['batch1', 'length1', 'heads', 'size'], ['shape'], {
        attributes: [build.intAttribute('axis', 0)],
      }),
      build.node('Reshape', ['qb', 'shape'], ['split']),
      build.node('Transpose', ['split'], ['t'], {
        attributes: [build.intsAttribute('perm', [0, 2, 1, 3])],
      }),
      build.node('Reshape', ['split', 'merge'], ['merged']),
      build.node('LayerNormalization', ['merged', 'b'], ['norm']),
      build.node('ReduceMean', ['norm'], ['mean'], {
        attributes: [build.intsAttribute('axes', [1]), build.intAttribute('keepdims', 0)],
      }),
      build.node('Gemm', ['mean', 'head'], ['logits'], {
        attributes: [build.intAttribute('transB', 1)],
      }),
    ],
    initializers: [
      build.float32Tensor('table', [100, 8], new Float32Array(800)),
      build.float32Tensor('w', [8, 8], new Float32Array(64)),
      build.float32Tensor('b', [8], new Float32Array(8)),
      build.float32Tensor('head', [3, 8], new Float32Array(24)),
      build.int64Tensor('zero', [], [0]),
      build.int64Tensor('one', [], [1]),
      build.int64Tensor('axis0', [1], [0]),
      build.int64Tensor('heads', [1], [2]),
      build.int64Tensor('size', [1], [-1]),
      build.int64Tensor('merge', [3], [0, 0, -1]),
    ],
    inputs: [build.valueInfo('ids', 'int64', ['batch', 'length'])],
    outputs: [build.valueInfo('logits', null, null)],
  })
}

test('symbols travel through a head split whose shape is calculated in the graph', () => {
  const facts = inferShapes(headSplit())
  const dims = (name: string) => facts.get(name)?.dims
  expect(dims('e')).toEqual(['batch', 'length', 8])
  expect(dims('qb')).toEqual(['batch', 'length', 8])
  expect(facts.get('shape')?.content).toEqual(['batch', 'length', 2, -1])
  expect(dims('split')).toEqual(['batch', 'length', 2, 4])
  expect(dims('t')).toEqual(['batch', 2, 'length', 4])
  expect(dims('norm')).toEqual(['batch', 'length', 8])
  expect(facts.get('logits')).toEqual({ dtype: 'float32', dims: ['batch', 3] })
})

test('ranks and contents that a hostile graph lets grow are given up, not followed', () => {
  const axes = Array.from({ length: 60 }, (_, at) => at)
  const nodes = Array.from({ length: 50 }, (_, at) =>
    build.node('Unsqueeze', [`v${at}`, 'axes'], [`v${at + 1}`]),
  )
  const doubling = Array.from({ length: 50 }, (_, at) =>
    build.node('Concat', [`c${at}`, `c${at}`], [`c${at + 1}`], {
      attributes: [build.intAttribute('axis', 0)],
    }),
  )
  const facts = inferShapes({
    ...graphOf([...nodes, ...doubling], ['v50'], ['v0']),
    initializers: [build.int64Tensor('axes', [60], axes), build.int64Tensor('c0', [2], [1, 2])],
  })
  expect(facts.get('v49')?.dims).toBeNull()
  expect(facts.get('c50')?.content).toBeUndefined()
})
