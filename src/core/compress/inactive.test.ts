import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { collectStats } from '../../app/shrink/collect-stats.ts'
import { verifyModels } from '../../app/shrink/verify.ts'
import * as build from '../onnx/build.ts'
import type { Feeds } from '../onnx/host-tensor.ts'
import type { Model } from '../onnx/model.ts'
import { randomFeeds } from '../onnx/random-feeds.ts'
import { float32Of } from '../onnx/tensor-values.ts'
import { seededRandom } from '../random/random.ts'
import { encoderArchitecture } from '../train/build-encoder.ts'
import { initialParameters } from '../train/parameters.ts'
import { inactive } from './inactive.ts'
import type { Artefact, Proposal } from './pass.ts'
import { feedForwards } from './structural-anatomy.ts'

const artefact = (model: Model): Artefact => ({ model, tokenizer: null, config: {} })
const target = { runtime: 'onnxruntime-node', features: [], threads: 1 } as const

const shape = { width: 20, ffn: 40, depth: 2, heads: 4, vocabulary: 50, classes: 5, maxLength: 16 }

/**
 * An encoder of which, in each layer, neurons 0..7 of 40 (20 %) are dead (their way out is 0), neurons 8 to 19 (30 %) calculate what
 * 20 to 31 do, and head 1 always gives the same (its values do not depend on the input).
 */
function planted(change: { readonly plant: boolean } = { plant: true }): Model {
  const architecture = encoderArchitecture(shape)
  const parameters = new Map(
    [...initialParameters(architecture.parameters, 3)].map(([name, one]) => [name, one]),
  )
  const values = (name: string) => parameters.get(name) as Float32Array
  for (const layer of change.plant ? [0, 1] : []) {
    const at = `encoder.layer.${layer}`
    const [up, upBias] = [`${at}.intermediate.dense.weight`, `${at}.intermediate.dense.bias`].map(
      values,
    )
    const down = values(`${at}.output.dense.weight`)
    down?.fill(0, 0, 8 * 20)
    for (let neuron = 8; neuron < 20; neuron += 1) {
      if (upBias) upBias[neuron] = upBias[neuron + 12] ?? 0
      for (let row = 0; row < 20; row += 1)
        if (up) up[row * 40 + neuron] = up[row * 40 + neuron + 12] ?? 0
    }
    const value = values(`${at}.attention.self.value.weight`)
    const bias = values(`${at}.attention.self.value.bias`)
    for (let channel = 5; channel < 10; channel += 1) {
      if (bias) bias[channel] = channel / 10
      for (let row = 0; row < 20; row += 1) if (value) value[row * 20 + channel] = 0
    }
  }
  return architecture.model(parameters)
}

function calibration(model: Model, times: number): readonly Feeds[] {
  const random = seededRandom(9)
  const lengths = Array.from({ length: times }, () => [4, 7, 9]).flat()
  return lengths.map((other) =>
    randomFeeds(model.graph, { shape: { other }, random: () => random.next() }),
  )
}

async function run(model: Model, times = 1) {
  const engine = await openEngine()
  const feeds = calibration(model, times)
  const proposals = inactive.propose(artefact(model), target)
  if ('why' in proposals || proposals[0] === undefined) throw new Error('nothing proposed')
  const [proposal] = proposals
  const requests = inactive.needs(artefact(model), proposal)
  const stats = await collectStats(model, requests, { batches: feeds, engine })
  const { artefact: after, changes } = inactive.apply(artefact(model), proposal, stats)
  const random = () => 0.5
  const verified = await verifyModels(model, after.model, engine, {
    random,
    feeds,
    maxRelative: 1e-5,
  })
  return { after: after.model, changes, verified, proposal }
}

test('dead and doubled neurons and a constant head go, all of them and no others, and nothing changes on the calibration set', async () => {
  const { after, changes, verified, proposal } = await run(planted())
  expect(verified.comparisons.filter(({ failure }) => failure !== null)).toEqual([])
  expect(verified.comparisons.length).toBeGreaterThanOrEqual(3)
  expect(changes).toHaveLength(4)
  for (const line of changes.slice(0, 2)) {
    expect(line).toMatch(/8 neurons never change, 12 are doubles; 20 of 40 stay/)
  }
  for (const line of changes.slice(2)) expect(line).toMatch(/1 of 4 heads never change/)
  expect(feedForwards(after.graph).map(({ neurons }) => neurons)).toEqual([20, 20])
  expect(proposal.text).toMatch(/24 neurons are doubles/)
})

test('a larger calibration set hides nothing that is still: roundings do not add up over batches', async () => {
  const { after, changes, verified } = await run(planted(), 300)
  expect(verified.comparisons.filter(({ failure }) => failure !== null)).toEqual([])
  expect(feedForwards(after.graph).map(({ neurons }) => neurons)).toEqual([20, 20])
  expect(changes.slice(2).every((line) => /1 of 4 heads never change/.test(line))).toBe(true)
  expect(changes).toHaveLength(4)
})

/** Four neurons behind ReLU: one moves, one is always 0, one always 2, one is 0 but for rows whose input is above 3. */
function fourNeurons({ biased }: { readonly biased: boolean }): Model {
  const down = biased
    ? [build.node('MatMul', ['r', 'out'], ['m']), build.node('Add', ['m', 'shift'], ['y'])]
    : [build.node('MatMul', ['r', 'out'], ['y'])]
  return build.model(
    build.graph({
      nodes: [
        build.node('MatMul', ['x', 'in'], ['u']),
        build.node('Add', ['u', 'base'], ['b']),
        build.node('Relu', ['b'], ['r']),
        ...down,
      ],
      initializers: [
        build.float32Tensor('in', [1, 4], [1, 0, 0, 1]),
        build.float32Tensor('base', [4], [1, -1, 2, -3]),
        build.float32Tensor('out', [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
        ...(biased ? [build.float32Tensor('shift', [2], [0.5, -0.5])] : []),
      ],
      inputs: [build.valueInfo('x', 'float32', ['batch', 1])],
      outputs: [build.valueInfo('y', 'float32', ['batch', 2])],
    }),
    { opsets: { '': 17 } },
  )
}

test.each([
  { biased: true, last: 4, left: [0, 3] },
  { biased: true, last: 1, left: [0] },
  { biased: false, last: 4, left: [0, 2, 3] },
  { biased: false, last: 1, left: [0, 2] },
])(
  'what is always 2 goes into a bias and stays without one, and what wakes in one row of the last batch stays: %o',
  async ({ biased, last, left }) => {
    const model = fourNeurons({ biased })
    const batches = [
      [0, 1, 2],
      [2, 1, last],
    ].map((x) => ({ x: { dtype: 'float32', dims: [3, 1], data: Float32Array.from(x) } }) as Feeds)
    const [proposal] = inactive.propose(artefact(model), target) as readonly Proposal[]
    const requests = inactive.needs(artefact(model), proposal as Proposal)
    const stats = await collectStats(model, requests, { batches, engine: await openEngine() })
    const after = inactive.apply(artefact(model), proposal as Proposal, stats).artefact.model
    const tensor = (name: string) => {
      const found = after.graph.initializers.find((one) => one.name === name)
      return found === undefined ? null : [...float32Of(found)]
    }
    const base = [1, -1, 2, -3]
    expect(tensor('base')).toEqual(left.map((at) => base[at]))
    if (biased) expect(tensor('shift')).toEqual([0.5 + 2 * 5, -0.5 + 2 * 6])
  },
)

test('a model without idle parts is left as it is', async () => {
  const model = planted({ plant: false })
  const { after, changes } = await run(model)
  expect(after).toBe(model)
  expect(changes).toEqual(['every neuron and head is active and none is a double'])
})
