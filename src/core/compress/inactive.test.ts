import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { collectStats } from '../../app/shrink/collect-stats.ts'
import { verifyModels } from '../../app/shrink/verify.ts'
import type { Feeds } from '../onnx/host-tensor.ts'
import type { Model } from '../onnx/model.ts'
import { randomFeeds } from '../onnx/random-feeds.ts'
import { seededRandom } from '../stats/random.ts'
import { encoderArchitecture } from '../train/build-encoder.ts'
import { initialParameters } from '../train/parameters.ts'
import { inactive } from './inactive.ts'
import type { Artefact } from './pass.ts'
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

function calibration(model: Model): readonly Feeds[] {
  const random = seededRandom(9)
  return [4, 7, 9].map((other) =>
    randomFeeds(model.graph, { shape: { other }, random: () => random.next() }),
  )
}

async function run(model: Model) {
  const engine = await openEngine()
  const feeds = calibration(model)
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

test('a model without idle parts is left as it is', async () => {
  const model = planted({ plant: false })
  const { after, changes } = await run(model)
  expect(after).toBe(model)
  expect(changes).toEqual(['every neuron and head is active and none is a double'])
})
