import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { collectStats } from '../../app/shrink/collect-stats.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import type { Feeds } from '../onnx/host-tensor.ts'
import { liftedConstants } from '../onnx/lift-constants.ts'
import type { Model } from '../onnx/model.ts'
import { seededRandom } from '../random/random.ts'
import type { Artefact, Proposal, Target } from './pass.ts'
import { streamOf } from './structural-stream.ts'
import { width } from './structural-width.ts'

/** What torch.onnx writes for encoders of 2 layers, width 16, 4 heads and 24 neurons (tools/export-fixtures.py). */
const folder = new URL('../../../test/fixtures/exports/', import.meta.url)
const target: Target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
const artefactOf = (model: Model): Artefact => ({ model, tokenizer: null, config: {} })

function feeds(model: Model): Feeds {
  const source = seededRandom(7)
  const whole = (value: (at: number) => number) => ({
    dtype: 'int64' as const,
    dims: [6, 9],
    data: BigInt64Array.from({ length: 54 }, (_, at) => BigInt(value(at))),
  })
  const all: Feeds = {
    input_ids: whole(() => 5 + Math.floor(12 * source.next())),
    attention_mask: whole((at) => (at % 9 < 6 ? 1 : 0)),
    token_type_ids: whole(() => 0),
  }
  return Object.fromEntries(model.graph.inputs.map(({ name }) => [name, all[name]!]))
}

async function narrowed(model: Model, params: Proposal['params']): Promise<Model> {
  const offers = width.propose(artefactOf(model), target)
  if ('why' in offers) throw new Error(offers.why)
  const proposal = { ...offers[0]!, params }
  const stats = await collectStats(model, width.needs(artefactOf(model), proposal), {
    batches: [feeds(model)],
    engine: await openEngine(),
  })
  return width.apply(artefactOf(model), proposal, stats).artefact.model
}

async function logits(model: Model, given: Feeds): Promise<Float32Array> {
  const session = await (await openEngine()).open(encodeModel(model))
  const results = await session.run(given)
  await session.close()
  return results['logits']?.data as Float32Array
}

const names = [
  'bert-script-14',
  'bert-eager-17',
  'distilbert-script-16',
  'roberta-dynamo-18',
  'bert-dynamo-18',
]
const file = (name: string) => new URL(`${name}.onnx`, folder)

test.skipIf(!existsSync(folder)).each(names)(
  'the stream of an exported encoder is found and cut to half: %s',
  async (name) => {
    const model = liftedConstants(decodeModel(readFileSync(file(name))))
    const given = feeds(model)
    const before = await logits(model, given)
    const same = await narrowed(model, { keep: 1, repair: 'none', importance: 'energy' })
    expect(await logits(same, given)).toEqual(before)
    for (const [repair, importance] of [
      ['least-squares', 'energy'],
      ['none', 'taylor'],
    ] as const) {
      const cut = await narrowed(model, { keep: 0.5, repair, importance })
      const stream = streamOf(cut.graph)
      expect(typeof stream === 'string' ? stream : stream.width).toBe(8)
      const after = await logits(cut, given)
      expect(after).toHaveLength(before.length)
      expect(after.every(Number.isFinite)).toBe(true)
      expect(after).not.toEqual(before)
    }
  },
)

test.skipIf(!existsSync(folder))('attention fused into one node stands in the way', () => {
  const model = liftedConstants(decodeModel(readFileSync(file('bert-fused'))))
  const offers = width.propose(artefactOf(model), target)
  expect('why' in offers ? offers.why : '').toMatch(/no table of vectors|is unknown/)
})
