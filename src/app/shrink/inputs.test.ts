import { beforeAll, describe, expect, test } from 'vitest'
import { modelIn, request, sha256, world } from '../../../test/shrink-world.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { openTokenizer } from '../../adapters/tokenizer/huggingface.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { Item } from '../../core/data/item.ts'
import { TENSOR_COLUMN } from '../../core/data/items.ts'
import {
  float32Tensor,
  graph,
  graphAttribute,
  model,
  node,
  stringAttribute,
  tensor,
} from '../../core/onnx/build.ts'
import type { HostTensor } from '../../core/onnx/host-tensor.ts'
import type { Dim, Model, ValueInfo } from '../../core/onnx/model.ts'
import { seededRandom } from '../../core/random/random.ts'
import { trainWordPiece } from '../../core/text/train-wordpiece.ts'
import { partOf } from './inputs.ts'
import { shrink } from './shrink.ts'

let engine: TensorEngine
beforeAll(async () => {
  engine = await openEngine()
})

const features = 6
const classes = 3

/** x W of a fixed W: what the classes are made of. */
function scores(x: ArrayLike<number>): readonly number[] {
  return Array.from({ length: classes }, (_, c) =>
    Array.from({ length: features }, (__, i) => (x[i] ?? 0) * weight(i, c)).reduce((a, b) => a + b),
  )
}
const weight = (i: number, c: number): number => Math.sin(1 + 3 * i + 7 * c)

/** Vectors, labelled by the largest score: a network that calculates the scores is always right. */
function vectorRows(count: number, seed: number) {
  const source = seededRandom(seed, 3)
  return Array.from({ length: count }, () => {
    const data = Float32Array.from({ length: features }, () => 2 * source.next() - 1)
    const all = scores(data)
    const label = String(all.indexOf(Math.max(...all)))
    return { [TENSOR_COLUMN]: { dtype: 'float32', dims: [features], data }, label }
  })
}

/**
 * relu(x W) - relu(-x W) = x W by 6 hidden neurons; beside them 6 that nobody listens to, and the first 6 stand there twice, each with half
 * its weight on the way out. 18 in all, of which 6 do the work.
 */
function planted(batch: Dim = 'batch'): Model {
  const sign = (neuron: number) => (neuron % 6 < 3 ? 1 : -1)
  const up = Array.from({ length: features }, (_, i) =>
    Array.from({ length: 18 }, (__, n) =>
      n < 12 ? sign(n) * weight(i, n % 3) : Math.cos(n * i + n),
    ),
  ).flat()
  const down = Array.from({ length: 18 }, (_, n) =>
    Array.from({ length: classes }, (__, c) => (n < 12 && n % 3 === c ? sign(n) / 2 : 0)),
  ).flat()
  return model(
    graph({
      name: 'mlp',
      nodes: [
        node('MatMul', ['x', 'up'], ['h'], { name: 'up' }),
        node('Add', ['h', 'bias'], ['b'], { name: 'bias' }),
        node('Relu', ['b'], ['r'], { name: 'relu' }),
        node('MatMul', ['r', 'down'], ['logits'], { name: 'down' }),
      ],
      inputs: [value('x', [batch, features])],
      outputs: [value('logits', [batch, classes])],
      initializers: [
        float32Tensor('up', [features, 18], up),
        float32Tensor('bias', [18], new Array(18).fill(0)),
        float32Tensor('down', [18, classes], down),
      ],
    }),
  )
}

const value = (name: string, dims: readonly Dim[]): ValueInfo => ({ name, dtype: 'float32', dims })

const dataset = { input: { column: 'x', dtype: 'float32', shape: [features] } }
const task = {
  train: vectorRows(300, 1),
  calibration: vectorRows(250, 2),
  test: vectorRows(300, 3),
}
const asked = (only: readonly string[]) => request(task, { only, dataset })

describe('raw tensors', () => {
  test.each(['batch', 1])(
    'a network with planted neurons (batch %s) is searched, and what does not apply says why',
    async (batch) => {
      const shrunk = await shrink(asked([]), world({ model: planted(batch), sidecars: {} }, engine))
      const { compression, files } = shrunk
      expect(compression.incumbent.accuracy).toBe(1)
      expect(compression.outcome).toBe('certified')
      for (const { verdict, reason } of compression.trials)
        expect([verdict, reason]).not.toEqual(['failed', expect.anything()])
      const why = Object.fromEntries(compression.notApplicable.map((one) => [one.pass, one.why]))
      expect(why).toMatchObject({
        'max-length': expect.any(String),
        vocabulary: expect.any(String),
        'student-static': expect.stringContaining('input_ids'),
      })
      expect(compression.trials[0]?.text).toContain('6 neurons are doubles')
      const { graph: left } = modelIn(files, 'onnx/model.onnx')
      expect(left.initializers.find(({ dims }) => dims[0] === features)?.dims).toEqual([
        features,
        6,
      ])
      expect(left.inputs[0]?.dims).toEqual([batch, features])
      // The folder names its classes, or the runtime could only give numbers.
      expect(JSON.parse(new TextDecoder().decode(files.get('config.json')))).toEqual({
        id2label: { 0: '0', 1: '1', 2: '2' },
      })
    },
  )

  test('several inputs are refused before anything is measured, by name', async () => {
    const one = planted()
    const two = {
      ...one,
      graph: { ...one.graph, inputs: [...one.graph.inputs, value('mood', ['batch', 2])] },
    }
    await expect(
      shrink(asked([]), world({ model: two, sidecars: {} }, engine)),
    ).rejects.toMatchObject({
      code: 'MODEL_INPUT',
      message: expect.stringContaining('x, mood'),
    })
  })

  test('a batch that is fixed above one is refused', async () => {
    await expect(
      shrink(asked([]), world({ model: planted(8), sidecars: {} }, engine)),
    ).rejects.toMatchObject({
      code: 'SHRINK_TASK',
      message: expect.stringContaining('fixed batch of 8'),
      next: expect.stringContaining('Export'),
    })
  })

  test('class numbers without names are taken in the order of numbers, not of letters', async () => {
    const labels = Array.from({ length: 12 }, (_, at) => String(at))
    const items = labels.map((label) => ({ ...item('a', label), expected: label }))
    const { labels: known } = await (await import('./open-original.ts')).openOriginal(
      { model: 'large', train: items, labels },
      world(
        {
          model: planted(),
          sidecars: {
            'config.json': JSON.stringify({
              id2label: Object.fromEntries(['c', 'a', 'b'].entries()),
            }),
          },
        },
        engine,
      ),
    )
    expect(known).toEqual(['c', 'a', 'b'])
    const wide = request(
      { train: task.train.map((row, at) => ({ ...row, label: String(at % 12) })), test: task.test },
      { dataset },
    )
    await expect(
      shrink(wide, world({ model: planted(), sidecars: {} }, engine)),
    ).rejects.toMatchObject({
      message: expect.stringContaining(
        "'logits' has 3 values an item, and there are 12 class names",
      ),
      next: expect.stringContaining('id2label with 3 names'),
    })
  })

  test('tensors of different sizes share no run', () => {
    const tensor = (size: number): HostTensor => ({
      dtype: 'float32',
      dims: [size],
      data: new Float32Array(size),
    })
    const items = [item(tensor(4), 'a'), item(tensor(4), 'a'), item(tensor(5), 'b')]
    expect(() => partOf(items, ['a', 'b'], openTokenizer)).toThrow(
      'row 2 has 5 values, the first 4',
    )
  })
})

/** The planted network with other nodes behind its hidden layer. */
function variant(change: (graph: Model['graph']) => Partial<Model['graph']>): Model {
  const one = planted()
  return { ...one, graph: { ...one.graph, ...change(one.graph) } }
}

/** After the scores: `If (always) then scores else -scores`. */
const branching = () => {
  const branch = (name: string, opType: string) =>
    graph({
      name,
      nodes: [node(opType, ['scores'], [`${name}_out`])],
      inputs: [],
      outputs: [value(`${name}_out`, ['batch', classes])],
      initializers: [],
    })
  return variant(({ nodes, initializers }) => ({
    nodes: [
      ...nodes.map((one) => (one.name === 'down' ? { ...one, outputs: ['scores'] } : one)),
      node('If', ['always'], ['logits'], {
        attributes: [
          graphAttribute('then_branch', branch('then', 'Identity')),
          graphAttribute('else_branch', branch('else', 'Neg')),
        ],
      }),
    ],
    initializers: [
      ...initializers,
      tensor('always', { dtype: 'bool', dims: [], data: Uint8Array.of(1) }),
    ],
  }))
}

/** Five rounds of x + 0 x before the network. */
const looping = () => {
  const dims = ['batch', features] as const
  const flag = (name: string): ValueInfo => ({ name, dtype: 'bool', dims: [] })
  const body = graph({
    name: 'body',
    nodes: [node('Identity', ['go'], ['go_on']), node('Identity', ['state'], ['next'])],
    inputs: [{ name: 'round', dtype: 'int64', dims: [] }, flag('go'), value('state', dims)],
    outputs: [flag('go_on'), value('next', dims)],
    initializers: [],
  })
  return variant(({ nodes, initializers }) => ({
    nodes: [
      node('Loop', ['rounds', '', 'x'], ['looped'], { attributes: [graphAttribute('body', body)] }),
      ...nodes.map((one) => (one.name === 'up' ? { ...one, inputs: ['looped', 'up'] } : one)),
    ],
    initializers: [
      ...initializers,
      tensor('rounds', { dtype: 'int64', dims: [], data: BigInt64Array.of(5n) }),
    ],
  }))
}

/** A layer before the first that uses the same square matrix twice. */
const sharing = () =>
  variant(({ nodes, initializers }) => ({
    nodes: [
      node('MatMul', ['x', 'square'], ['once']),
      node('MatMul', ['once', 'square'], ['twice']),
      ...nodes.map((one) => (one.name === 'up' ? { ...one, inputs: ['twice', 'up'] } : one)),
    ],
    initializers: [
      ...initializers,
      // A permutation that is its own inverse.
      float32Tensor(
        'square',
        [features, features],
        Array.from({ length: features ** 2 }, (_, at) =>
          Number(features - 1 - Math.floor(at / features) === at % features),
        ),
      ),
    ],
  }))

/** An activation and a product that no pass knows. */
const unknown = () =>
  variant(({ nodes }) => ({
    nodes: nodes.map((one) =>
      one.name === 'down'
        ? node('Einsum', ['r', 'down'], ['logits'], {
            attributes: [stringAttribute('equation', 'bh,hc->bc')],
          })
        : one,
    ),
  }))

/** Weights in 8 bits with a scale, as an earlier quantisation leaves them. */
const quantised = () =>
  variant(({ nodes, initializers }) => {
    const up = initializers.find(({ name }) => name === 'up')
    const bytes = up?.bytes() ?? new Uint8Array()
    const values = new Float32Array(bytes.slice().buffer)
    const scale = Math.max(...values.map(Math.abs)) / 127
    return {
      nodes: [node('DequantizeLinear', ['up_int8', 'up_scale'], ['up']), ...nodes],
      initializers: [
        ...initializers.filter(({ name }) => name !== 'up'),
        tensor('up_int8', {
          ...{ dtype: 'int8', dims: [features, 18] },
          data: Int8Array.from(values, (one) => Math.round(one / scale)),
        }),
        tensor('up_scale', { dtype: 'float32', dims: [], data: Float32Array.of(scale) }),
      ],
    }
  })

describe('graphs that passes may not know', () => {
  test.each([
    ['a branch', branching],
    ['a loop', looping],
    ['weights that are shared', sharing],
    ['operators that no pass knows', unknown],
    ['weights that are quantised already', quantised],
  ])('%s: what applies holds, the rest is named, nothing breaks', async (_, make) => {
    const effects = world({ model: make(), sidecars: {} }, engine)
    const one = request(task, { dataset, repairSteps: { short: 10, long: 20 } })
    const { compression } = await shrink(one, effects)
    expect(compression.incumbent.accuracy).toBeGreaterThan(0.9)
    expect(['certified', 'none']).toContain(compression.outcome)
    const heard = new Set([
      ...compression.trials.map(({ step }) => step.pass),
      ...compression.notApplicable.map(({ pass }) => pass),
    ])
    const ids = (await effects.passes()).map(({ id }) => id)
    expect(ids.filter((id) => !heard.has(id))).toEqual([])
    for (const { verdict, reason } of compression.trials)
      if (verdict === 'failed') expect(reason).toMatch(/^TRAIN_/)
  })
})

function item(input: Item['input'], expected: string, slices: Item['slices'] = {}): Item {
  const digest = sha256(new TextEncoder().encode(JSON.stringify(input)))
  return { id: digest.slice(0, 4), input, expected, slices, cluster: null, row: {}, digest }
}

describe('parts', () => {
  test('labels are class numbers, unknown ones are -1, and slices name their rows', () => {
    const items = [
      item('x', 'b', { de: 'yes' }),
      item('y', 'new', { de: 'no' }),
      item('z', 'a', { de: 'yes' }),
    ]
    const part = partOf(items, ['a', 'b'], openTokenizer)
    expect(part.labels).toEqual([1, -1, 0])
    expect(part.slices).toEqual(
      new Map([
        ['de=yes', [0, 2]],
        ['de=no', [1]],
      ]),
    )
  })

  test('an item that is neither text nor tensor is named', () => {
    expect(() => partOf([item('x', 'a'), item({ q: 1 }, 'a')], ['a'], openTokenizer)).toThrow(
      'is not one text',
    )
    expect(() => partOf([item({ q: 1 }, 'a')], ['a'], openTokenizer)).toThrow(
      'neither one text nor one tensor',
    )
  })

  test('empty texts are rows like others', () => {
    const tokenizer = trainWordPiece(['one two'], { vocabSize: 40 })
    const part = partOf([item('', 'a'), item('one', 'a')], ['a'], openTokenizer)
    const ids = { name: 'input_ids', dtype: 'int64', dims: ['b', 's'] } as const
    const mask = { ...ids, name: 'attention_mask' } as const
    const one = model(
      graph({ name: 'g', nodes: [], inputs: [ids, mask], outputs: [], initializers: [] }),
    )
    const inputs = part.inputs({ model: one, tokenizer, config: {} })
    const feeds = inputs.feeds(one.graph, [0, 1])
    // [CLS] [SEP], and [CLS] o ##ne [SEP] or fewer: the mask says which are padding.
    expect(inputs.lengths[0]).toBe(2)
    expect(feeds['attention_mask']?.dims).toEqual([2, inputs.lengths[1]])
  })
})
