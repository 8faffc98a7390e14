import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { bertHeads, filled } from '../../../test/fixtures/bert-heads.ts'
import { foldConstants } from '../../../test/onnx/fold.ts'
import { modelFiles } from '../../adapters/tensors/model-file.ts'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { collectStats } from '../../app/shrink/collect-stats.ts'
import { verifyModels } from '../../app/shrink/verify.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import { int64Tensor, intAttribute, node } from '../onnx/build.ts'
import { decodeModel } from '../onnx/decode.ts'
import { encodeModel } from '../onnx/encode.ts'
import { executableGraph } from '../onnx/graph-check.ts'
import { removeDead } from '../onnx/graph-edit.ts'
import type { Feeds } from '../onnx/host-tensor.ts'
import { liftedConstants } from '../onnx/lift-constants.ts'
import type { Model, Node, Tensor } from '../onnx/model.ts'
import { float32Of, integersOf } from '../onnx/tensor-values.ts'
import { seededRandom } from '../random/random.ts'
import { trainWordPiece } from '../text/train-wordpiece.ts'
import { readBertConfig } from '../train/bert-config.ts'
import { buildBert } from '../train/build-bert.ts'
import type { Artefact, Pass, Proposal, Target } from './pass.ts'
import { feedForwards } from './structural-anatomy.ts'
import { attentions } from './structural-attention.ts'
import { layersOf } from './structural-blocks.ts'
import { replaceTensors } from './structural-cut.ts'
import { heads } from './structural-heads.ts'
import { layers } from './structural-layers.ts'
import { neurons } from './structural-neurons.ts'
import { loadPasses } from './table.ts'
import { tidy } from './tidy.ts'

/** Made by tools/export-fixtures.py: what torch.onnx writes for encoders of 2 layers, width 16, 4 heads and 24 neurons. */
const folder = new URL('../../../test/fixtures/exports/', import.meta.url)
const read = (name: string): Model =>
  liftedConstants(decodeModel(readFileSync(new URL(`${name}.onnx`, folder))))
const exported = [
  'bert-script-14',
  'bert-eager-17',
  'distilbert-script-16',
  'roberta-dynamo-18',
  'bert-dynamo-18',
]
const target: Target = { runtime: 'onnxruntime-node', features: ['avx2'], threads: 1 }

const words = ['card', 'late', 'lost', 'fee', 'my', 'is', 'the', 'was', 'new', 'old']
const texts = words.flatMap((a) =>
  words.map((b) => `${a} ${b} ${words[(a.length + b.length) % 10]}`),
)
const tokenizer = trainWordPiece(texts, { vocabSize: 40 })

const artefactOf = (model: Model): Artefact => ({
  model,
  tokenizer,
  config: { vocab_size: 40, pad_token_id: 0, model_type: 'bert' },
  tokensUsed: [0, 1, 2, 3, 4, ...Array.from({ length: 12 }, (_, at) => 5 + at)],
})
const tidied = (model: Model): Model =>
  tidy.apply(artefactOf(model), {} as Proposal, new Map()).artefact.model

/** Ids 5 to 10, batches of 6 rows of 9 tokens, the second with padding. */
function batches(model: Model): readonly Feeds[] {
  const source = seededRandom(7)
  const whole = (value: (at: number) => number) => ({
    dtype: 'int64' as const,
    dims: [6, 9],
    data: BigInt64Array.from({ length: 54 }, (_, at) => BigInt(value(at))),
  })
  return [9, 6].map((length) => {
    const all: Feeds = {
      input_ids: whole((at) => (at % 9 < length ? 5 + Math.floor(6 * source.next()) : 0)),
      attention_mask: whole((at) => (at % 9 < length ? 1 : 0)),
      token_type_ids: whole(() => 0),
    }
    const asked = model.graph.inputs.map(({ name }) => name)
    return Object.fromEntries(Object.entries(all).filter(([name]) => asked.includes(name)))
  })
}

let engine: TensorEngine
beforeAll(async () => {
  engine = await openEngine()
})

async function applied(model: Model, pass: Pass, change: Proposal['params'] = {}) {
  const artefact = artefactOf(model)
  const offers = pass.propose(artefact, target)
  if ('why' in offers) throw new Error(offers.why)
  const [first] = offers
  if (first === undefined) throw new Error('nothing was offered')
  const proposal = { ...first, params: { ...first.params, ...change } }
  const requests = pass.needs(artefact, proposal)
  const stats = await collectStats(model, requests, { batches: batches(model), engine })
  return pass.apply(artefact, proposal, stats).artefact.model
}

/** The model whose output projections read nothing of the inputs that are not kept: cutting those must change nothing. */
function silenced(model: Model, kind: 'neurons' | 'heads', keep: readonly number[]): Model {
  const { graph } = model
  const downs =
    kind === 'neurons'
      ? feedForwards(graph).map(({ down }) => down)
      : attentions(graph).map(({ output }) => output)
  const quiet = downs.map(({ weight, inWidth, outWidth, transposed }) => {
    const values = float32Of(weight).slice()
    for (const [at] of values.entries()) {
      const row = transposed ? at % inWidth : Math.floor(at / outWidth)
      if (!keep.includes(row)) values[at] = 0
    }
    return { ...weight, bytes: () => new Uint8Array(values.buffer) }
  })
  return { ...model, graph: replaceTensors(graph, quiet) }
}

async function same(before: Model, after: Model): Promise<void> {
  executableGraph(after.graph)
  const options = { random: () => 0, feeds: batches(before), maxRelative: 1e-5 }
  const { comparisons } = await verifyModels(before, after, engine, options)
  expect(comparisons.length).toBeGreaterThan(0)
  expect(comparisons.filter(({ failure }) => failure)).toEqual([])
}

describe.each(exported)('%s', (name) => {
  // The pooler and the classifier are a pair of linear layers too: 16 neurons.
  test('heads, neurons and layers are recognised, folded or not', async () => {
    for (const model of [tidied(read(name)), await foldConstants(read(name), engine, modelFiles)]) {
      expect(feedForwards(model.graph).map((one) => one.neurons)).toEqual([24, 24, 16])
      expect(attentions(model.graph).map((one) => [one.heads, one.headWidth])).toEqual([
        [4, 4],
        [4, 4],
      ])
      expect(layersOf(model.graph)).toHaveLength(2)
    }
  })

  test('cutting heads and neurons that send nothing on changes nothing', async () => {
    const model = tidied(read(name))
    const quietHeads = silenced(model, 'heads', [4, 5, 6, 7, 12, 13, 14, 15])
    const fewer = await applied(quietHeads, heads, { keep: 0.5, repair: 'none' })
    expect(attentions(fewer.graph).map((one) => one.heads)).toEqual([2, 2])
    await same(quietHeads, fewer)
    const keep = Array.from({ length: 12 }, (_, at) => 2 * at)
    const quietNeurons = silenced(model, 'neurons', keep)
    const narrower = await applied(quietNeurons, neurons, { keep: 0.5, repair: 'none' })
    expect(feedForwards(narrower.graph).map((one) => one.neurons)).toEqual([12, 12, 8])
    await same(quietNeurons, narrower)
  })

  test('a layer left out is gone, and what stays still answers', async () => {
    const model = tidied(read(name))
    const shorter = await applied(model, layers, { drop: [1] })
    expect(layersOf(shorter.graph)).toHaveLength(1)
    expect(await differ(model, shorter)).toBe(true)
    expect(encodeModel(shorter).byteLength).toBeLessThan(0.8 * encodeModel(model).byteLength)
  })
})

test('the last layer can be left out where its states are what the model gives', async () => {
  const whole = tidied(read('bert-dynamo-18'))
  const name = layersOf(whole.graph)[1]!.feedForward.exit
  const outputs = [{ name, dtype: 'float32' as const, dims: null }]
  const model = { ...whole, graph: removeDead({ ...whole.graph, outputs }).graph }
  const shorter = await applied(model, layers, { drop: [1] })
  expect(layersOf(shorter.graph)).toHaveLength(1)
  const first = {
    ...model,
    graph: {
      ...model.graph,
      outputs: [{ ...outputs[0]!, name: layersOf(model.graph)[0]!.feedForward.exit }],
    },
  }
  expect(await answers(shorter)).toEqual(await answers(first))
  expect(encodeModel(shorter).byteLength).toBeLessThan(0.7 * encodeModel(model).byteLength)
})

/** Whether outputs are finite, of the same dims, and others than before. */
async function differ(before: Model, after: Model): Promise<boolean> {
  const [one, other] = [await answers(before), await answers(after)]
  expect(other.length).toBe(one.length)
  expect(other.every(Number.isFinite)).toBe(true)
  return other.some((value, at) => value !== one[at])
}

async function answers(model: Model): Promise<readonly number[]> {
  const session = await engine.open(encodeModel(model))
  const [feeds = {}] = batches(model)
  const [output] = Object.values(await session.run(feeds))
  await session.close()
  return Array.from(output?.data as Float32Array)
}

test.each([...exported, 'bert-fused'])(
  '%s: every pass applies and runs, or says why not',
  async (name) => {
    const model = tidied(read(name))
    const said: string[] = []
    for (const pass of await loadPasses()) {
      const offers = pass.propose(artefactOf(model), target)
      if ('why' in offers) {
        said.push(`${pass.id}: ${offers.why}`)
        continue
      }
      // Students are trained by the driver, not patched; trimming renumbers ids, so only its graph is checked here.
      if (pass.family === 'distil' || pass.family === 'runtime') continue
      const patched = await applied(model, pass)
      executableGraph(patched.graph)
      if (pass.family !== 'vocabulary') await differ(model, patched)
      said.push(`${pass.id}: applied`)
    }
    const refused = said.filter((line) => !line.endsWith(': applied'))
    for (const line of refused) expect(line.length).toBeGreaterThan(20)
    const cuts = name === 'bert-fused' ? ['neurons'] : ['heads', 'layers', 'neurons', 'inactive']
    expect(said).toEqual(expect.arrayContaining(cuts.map((id) => `${id}: applied`)))
  },
)

/** PyTorch before 2.0 joined sizes with the number of heads in them: Concat(Shape(x)[0], Shape(x)[1], heads, width of one). */
function asOlderExporters(model: Model): Model {
  const { graph } = model
  const told = new Map(graph.initializers.map((one) => [one.name, one]))
  const added: Tensor[] = [int64Tensor('axis', [1], [0])]
  const nodes = graph.nodes.flatMap((one): readonly Node[] => {
    const sizes = told.get(one.inputs[1] ?? '')
    if (one.opType !== 'Reshape' || sizes === undefined) return [one]
    const values = integersOf(sizes)
    const at = one.outputs[0]!
    const parts = values.map((value, place) => {
      const name = value === 0 ? `${at}/${place}` : `size/${value}`
      const known = added.some((tensor) => tensor.name === name)
      if (value !== 0 && !known) added.push(int64Tensor(name, [1], [value]))
      if (value === 0) added.push(int64Tensor(`${name}/place`, [], [place]))
      return name
    })
    const asked = parts.flatMap((name, place) =>
      values[place] !== 0
        ? []
        : [
            node('Gather', [`${at}/shape`, `${name}/place`], [`${name}/size`]),
            node('Unsqueeze', [`${name}/size`, 'axis'], [name]),
          ],
    )
    return [
      node('Shape', [one.inputs[0]!], [`${at}/shape`]),
      ...asked,
      node('Concat', parts, [`${at}/sizes`], { attributes: [intAttribute('axis', 0)] }),
      { ...one, inputs: [one.inputs[0]!, `${at}/sizes`] },
    ]
  })
  const initializers = [...graph.initializers, ...added]
  return { ...model, graph: removeDead({ ...graph, nodes, initializers }).graph }
}

test('sizes with the number of heads in them are changed, for each layer apart', async () => {
  const { config, dims } = bertHeads.cases['bert gelu']!
  const { model } = buildBert(readBertConfig(config), filled(dims))
  const older = asOlderExporters(model)
  await same(model, older)
  expect(attentions(older.graph).map((one) => one.heads)).toEqual([2, 2])
  const quiet = silenced(older, 'heads', [4, 5, 6, 7])
  const fewer = await applied(quiet, heads, { keep: 0.5, repair: 'none' })
  expect(attentions(fewer.graph).map((one) => one.heads)).toEqual([1, 1])
  await same(quiet, fewer)
})

test('heads whose scores come from a table of all layers are left alone', () => {
  const { config, dims } = bertHeads.cases['mpnet classes']!
  const { model } = buildBert(readBertConfig(config), filled(dims))
  expect(attentions(model.graph)).toEqual([])
  expect(heads.propose(artefactOf(model), target)).toMatchObject({
    why: expect.stringContaining('share'),
  })
})

test('fused parts are named', () => {
  const offers = heads.propose(artefactOf(read('bert-fused')), target)
  expect(offers).toMatchObject({ why: expect.stringContaining('Attention (2)') })
})

test('every fixture is used', () => {
  const files = readdirSync(folder).map((file) => file.replace('.onnx', ''))
  expect(files.sort()).toEqual([...exported, 'bert-fused'].sort())
})
