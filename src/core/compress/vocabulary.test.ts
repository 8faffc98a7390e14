import { describe, expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import { openTokenizer } from '../../adapters/tokenizer/huggingface.ts'
import * as build from '../onnx/build.ts'
import { encodeModel } from '../onnx/encode.ts'
import { executableGraph } from '../onnx/graph-check.ts'
import type { Feeds } from '../onnx/host-tensor.ts'
import type { Model, Node } from '../onnx/model.ts'
import { trainWordPiece } from '../text/train-wordpiece.ts'
import { encoderArchitecture } from '../train/build-encoder.ts'
import { initialParameters } from '../train/parameters.ts'
import { tokenFeeds } from '../train/token-batch.ts'
import { int8Embedding } from './int8-embedding.ts'
import type { Artefact, Target } from './pass.ts'
import { trimmedFeeds, vocabulary } from './vocabulary.ts'

const target: Target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
const corpus = ['where is my parcel', 'cancel my order', 'my parcel is late']
const others = ['reset the password', 'the invoice is wrong', 'speak to an engineer please']
const json = trainWordPiece([...corpus, ...corpus, ...others, ...others], { vocabSize: 200 })
const tokenizer = openTokenizer(json)
const rows = corpus.map((text) => tokenizer.encode(text).ids)
const size = tokenizer.vocabSize

function encoder(width = 16): Model {
  const architecture = encoderArchitecture({
    vocabulary: size + 3,
    maxLength: 16,
    width,
    depth: 1,
    heads: 2,
    classes: 3,
  })
  return architecture.model(initialParameters(architecture.parameters, 5))
}

const artefactOf = (model: Model): Artefact => ({
  model,
  tokenizer: json,
  config: { vocab_size: size + 3, pad_token_id: 0, sep_token_id: 3, model_type: 'x' },
  tokensUsed: rows.flat(),
})

function trimmed(artefact: Artefact) {
  const offers = vocabulary.propose(artefact, target)
  if ('why' in offers) throw new Error(offers.why)
  const [proposal] = offers
  if (proposal === undefined) throw new Error('nothing proposed')
  const patched = vocabulary.apply(artefact, proposal, new Map())
  const keep = patched.artefact.idsKept as readonly number[]
  return { proposal, keep, ...patched }
}

async function outputs(model: Model, feeds: Feeds) {
  const session = await (await openEngine()).open(encodeModel(model))
  const results = await session.run(feeds)
  await session.close()
  return Object.values(results)
}

describe('the vocabulary pass', () => {
  test('answers bit for bit as before on the corpus, tokenised anew', async () => {
    const model = encoder()
    const { artefact, keep, proposal } = trimmed(artefactOf(model))
    const again = openTokenizer(artefact.tokenizer)
    const now = corpus.map((text) => again.encode(text).ids)
    const feeds = tokenFeeds(
      rows,
      rows.map((_, at) => at),
      16,
      0,
    )
    const renumbered = trimmedFeeds(feeds, keep)
    expect(tokenFeeds(now, [0, 1, 2], 16, 0)).toEqual(renumbered)
    expect(await outputs(artefact.model, renumbered)).toEqual(await outputs(model, feeds))
    const lost = encodeModel(model).length - encodeModel(artefact.model).length
    expect(Math.abs(lost - proposal.saves.bytes)).toBeLessThan(16)
    expect(artefact.config).toEqual({
      vocab_size: keep.length,
      pad_token_id: 0,
      sep_token_id: 3,
      model_type: 'x',
    })
    expect(artefact.tokensUsed?.map((id) => keep[id])).toEqual(rows.flat())
    expect(() => trimmedFeeds(tokenFeeds([[size + 1]], [0], 4, 0), keep)).toThrow('is not kept')
  })

  test('cuts tables in int8 with their scales', async () => {
    const before = artefactOf(encoder(64))
    const offers = int8Embedding.propose(before, target)
    if ('why' in offers) throw new Error(offers.why)
    const small = int8Embedding.apply(before, offers[0]!, new Map()).artefact
    const { artefact, keep } = trimmed(small)
    const feeds = tokenFeeds(rows, [0, 1, 2], 16, 0)
    expect(await outputs(artefact.model, trimmedFeeds(feeds, keep))).toEqual(
      await outputs(small.model, feeds),
    )
  })

  test('cuts an output layer tied to the table, its bias, and renumbers compared ids', async () => {
    const { artefact, keep } = trimmed(artefactOf(languageModel()))
    executableGraph(artefact.model.graph)
    expect(artefact.model.graph.outputs[0]?.dims).toEqual(['batch', 'sequence', keep.length])
    const feeds = { input_ids: tokenFeeds(rows, [0, 1, 2], 16, 0).input_ids }
    const [old] = await outputs(languageModel(), feeds)
    const [now] = await outputs(artefact.model, trimmedFeeds(feeds, keep))
    const scores = old!.data as Float32Array
    const expected = Array.from({ length: scores.length / size }, (_, place) =>
      keep.map((id) => scores[place * size + id]!),
    ).flat()
    for (const [at, score] of [...(now!.data as Float32Array)].entries())
      expect(score).toBeCloseTo(expected[at]!, 5)
  })

  test('says why it has nothing to offer', () => {
    const why = (artefact: Artefact) => {
      const offers = vocabulary.propose(artefact, target)
      return 'why' in offers ? offers.why : 'applies'
    }
    const base = artefactOf(encoder())
    const { tokensUsed: _, ...unread } = base
    expect(why({ ...base, tokenizer: null })).toBe('the model has no tokenizer.json')
    expect(why(unread)).toContain('tokens of the texts are unknown')
    expect(why({ ...base, tokenizer: { model: { type: 'WordLevel' } } })).toContain('neither')
    expect(why(artefactOf(languageModel([build.node('Neg', ['input_ids'], ['n'])])))).toBe(
      "Neg '' calculates with token ids",
    )
    const shared = build.node('ReduceSum', ['table'], ['n'])
    expect(why(artefactOf(languageModel([shared])))).toBe("'table' is shared with ReduceSum ''")
  })

  test('refuses ids that are not of this model', () => {
    const { proposal } = trimmed(artefactOf(encoder()))
    const other = { ...proposal, params: { ...proposal.params, tokens: 3 } }
    expect(() => vocabulary.apply(artefactOf(encoder()), other, new Map())).toThrow('do not belong')
  })
})

/** Embeddings, zero where the id is 3, times the same embeddings turned, plus a bias. */
function languageModel(further: readonly Node[] = []): Model {
  const table = Float32Array.from({ length: size * 8 }, (_, at) => Math.sin(at))
  const nodes = [
    build.node('Gather', ['table', 'input_ids'], ['x']),
    build.node('Equal', ['input_ids', 'three'], ['is']),
    build.node('Cast', ['is'], ['one'], { attributes: [build.intAttribute('to', 1)] }),
    build.node('Unsqueeze', ['one', 'last'], ['column']),
    build.node('Sub', ['x', 'column'], ['y']),
    build.node('Transpose', ['table'], ['turned'], {
      attributes: [build.intsAttribute('perm', [1, 0])],
    }),
    build.node('MatMul', ['y', 'turned'], ['z']),
    build.node('Add', ['bias', 'z'], ['logits']),
    ...further,
  ]
  const initializers = [
    build.float32Tensor('table', [size, 8], table),
    build.float32Tensor(
      'bias',
      [size],
      Float32Array.from({ length: size }, (_, at) => at),
    ),
    build.int64Tensor('three', [], [3]),
    build.int64Tensor('last', [1], [2]),
  ]
  const outputs = [build.valueInfo('logits', 'float32', ['batch', 'sequence', size])]
  if (further.length > 0) outputs.push(build.valueInfo('n', null, null))
  const inputs = [build.valueInfo('input_ids', 'int64', ['batch', 'sequence'])]
  return build.model(build.graph({ nodes, initializers, inputs, outputs }))
}
