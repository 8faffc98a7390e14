import { expect, test } from 'vitest'
import { openEngine } from '../../adapters/tensors/onnxruntime.ts'
import type { TensorEngine } from '../../contract/tensors.ts'
import type { Artefact, StatRequest } from '../../core/compress/pass.ts'
import { feedForwards } from '../../core/compress/structural-anatomy.ts'
import type { Model } from '../../core/onnx/model.ts'
import { encoderArchitecture } from '../../core/train/build-encoder.ts'
import { initialParameters } from '../../core/train/parameters.ts'
import { tokenFeeds } from '../../core/train/token-batch.ts'
import { type Corpus, statBatches } from './bench.ts'
import { collectStats } from './collect-stats.ts'
import { statsOf } from './known-stats.ts'

const architecture = encoderArchitecture({
  ...{ vocabulary: 20, maxLength: 12, width: 16, depth: 2, heads: 4, ffn: 24, classes: 3 },
})
const artefactOf = (seed: number): Artefact => ({
  model: architecture.model(initialParameters(architecture.parameters, seed)),
  ...{ config: {}, tokenizer: null },
})
const texts = [
  [1, 5, 9, 3],
  [2, 8, 4],
  [7, 7, 1, 12, 15, 2],
]
const corpusOf = (): Corpus => ({
  size: texts.length,
  texts: null,
  inputs: () => ({
    size: texts.length,
    lengths: texts.map(({ length }) => length),
    most: () => null,
    feeds: (_, rows) => tokenFeeds(texts, rows, 12, 0),
  }),
})

function requestsOf({ graph }: Model, more: Partial<StatRequest> = {}): readonly StatRequest[] {
  return feedForwards(graph).map(({ down }) => ({ value: down.input, kind: 'energy', ...more }))
}

/** An engine that counts the models it opens: one for figures, one for slopes. */
async function counting(): Promise<{ engine: TensorEngine; opened: () => number }> {
  const engine = await openEngine()
  let count = 0
  const open: TensorEngine['open'] = (...of) => {
    count += 1
    return engine.open(...of)
  }
  return { engine: { ...engine, open }, opened: () => count }
}

test('the statistics are those that are collected alone', async () => {
  const { engine } = await counting()
  const corpus = corpusOf()
  const artefact = artefactOf(3)
  const batches = statBatches(artefact, { corpus })
  for (const more of [{}, { taylor: 1 }, { kind: 'gram' }, { kind: 'gram', taylor: 1 }] as const) {
    const requests = requestsOf(artefact.model, more)
    const got = await statsOf(artefact, requests, { engine, corpus })
    expect(got).toEqual(await collectStats(artefact.model, requests, { batches, engine }))
  }
})

test('what was asked of a model is not asked again, and slopes use the figures that are there', async () => {
  const { engine, opened } = await counting()
  const corpus = corpusOf()
  const artefact = artefactOf(3)
  const ask = (more: Partial<StatRequest>, one = artefact, of = corpus) =>
    statsOf(one, requestsOf(one.model, more), { engine, corpus: of })
  const plain = await ask({})
  expect(await ask({})).toBe(plain)
  expect(opened()).toBe(1)
  const slopes = await ask({ taylor: 1 })
  expect(await ask({ taylor: 1 })).toBe(slopes)
  expect(opened()).toBe(2)
  // Other models and other rows have statistics of their own.
  expect(await ask({}, artefactOf(4))).not.toEqual(plain)
  await ask({}, artefact, corpusOf())
  expect(opened()).toBe(4)
})

test('one set of X^T X is held at a time, and figures stay', async () => {
  const { engine, opened } = await counting()
  const corpus = corpusOf()
  const artefact = artefactOf(3)
  const requests = requestsOf(artefact.model)
  const ask = (of: readonly StatRequest[]) => statsOf(artefact, of, { engine, corpus })
  const gram = (of: readonly StatRequest[]) => of.map((one) => ({ ...one, kind: 'gram' as const }))
  await ask(requests)
  await ask(gram(requests))
  await ask(gram(requests.slice(1)))
  expect(opened()).toBe(3)
  await ask(requests)
  expect(opened()).toBe(3)
  await ask(gram(requests))
  expect(opened()).toBe(4)
})
