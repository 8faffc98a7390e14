import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as build from '../../src/core/onnx/build.ts'
import { encodeModel } from '../../src/core/onnx/encode.ts'
import type { Graph } from '../../src/core/onnx/model.ts'
import { trainWordPiece } from '../../src/core/text/train-wordpiece.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Words that the tiny models know, one class each. */
export const words = ['apple', 'banana', 'cherry'] as const

const tokenizer = trainWordPiece(
  words.flatMap((word) => Array<string>(20).fill(`${word} and ${word}`)),
  { vocabSize: 200 },
)
export const vocabulary = Object.keys(tokenizer.model.vocab).length

/** Rows of an embedding table: one class (or dimension) per word, spoken for by the word's id alone. */
function table(columns: number, first: number): Float32Array {
  const vocab = tokenizer.model.vocab as Readonly<Record<string, number>>
  const data = new Float32Array(vocabulary * columns)
  words.forEach((word, i) => {
    data[(vocab[word] ?? 0) * columns + first + i] = 4
  })
  return data
}

const ids = build.valueInfo('input_ids', 'int64', ['batch', 'length'])
const mask = build.valueInfo('attention_mask', 'int64', ['batch', 'length'])

/** logits[batch, 3]: the sum of a class per token over the tokens that are not padding. */
function classifier(rows: number = vocabulary): Graph {
  const data = table(3, 0).slice(0, rows * 3)
  return build.graph({
    nodes: [
      build.node('Gather', ['table', 'input_ids'], ['rows']),
      build.node('Cast', ['attention_mask'], ['weights'], {
        attributes: [build.intAttribute('to', 1)],
      }),
      build.node('Unsqueeze', ['weights', 'last'], ['wide']),
      build.node('Mul', ['rows', 'wide'], ['kept']),
      build.node('ReduceSum', ['kept', 'middle'], ['logits'], {
        attributes: [build.intAttribute('keepdims', 0)],
      }),
    ],
    initializers: [
      build.float32Tensor('table', [rows, 3], data),
      build.int64Tensor('last', [1], [2]),
      build.int64Tensor('middle', [1], [1]),
    ],
    inputs: [ids, mask],
    outputs: [build.valueInfo('logits', 'float32', ['batch', 3])],
  })
}

/** One row of the table per token: classes per token, or an embedding to be pooled. */
function perToken(output: 'logits' | 'last_hidden_state', columns: number): Graph {
  const first = output === 'logits' ? 1 : 0
  const data = table(columns, first)
  if (output === 'logits') for (let row = 0; row < vocabulary; row++) data[row * columns] = 1
  return build.graph({
    nodes: [build.node('Gather', ['table', 'input_ids'], [output])],
    initializers: [build.float32Tensor('table', [vocabulary, columns], data)],
    inputs: [ids],
    outputs: [build.valueInfo(output, 'float32', ['batch', 'length', columns])],
  })
}

/** y = x, for raw tensors of shape [batch, 3]. */
const copy = build.graph({
  nodes: [build.node('Identity', ['x'], ['y'])],
  inputs: [build.valueInfo('x', 'float32', ['batch', 3])],
  outputs: [build.valueInfo('y', 'float32', ['batch', 3])],
})

const labelled = (labels: readonly string[]): object => ({
  id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
})

const kinds = {
  classes: { graph: classifier(), config: labelled(words) },
  tokens: {
    graph: perToken('logits', 4),
    config: labelled(['O', 'B-APPLE', 'B-BANANA', 'B-CHERRY']),
  },
  embedding: { graph: perToken('last_hidden_state', 3), config: {} },
  raw: { graph: copy, config: {} },
  /** Its table has fewer rows than the tokenizer has ids. */
  misfit: { graph: classifier(6), config: labelled(words) },
  mislabelled: { graph: classifier(), config: labelled(['one', 'two']) },
} as const

/** Writes a model folder in the layout of transformers.js into a new folder and returns its path. */
export function modelFolder(kind: keyof typeof kinds): string {
  const folder = temporaryFolder(`${kind}`)
  const { graph, config } = kinds[kind]
  mkdirSync(join(folder, 'onnx'))
  writeFileSync(join(folder, 'onnx/model.onnx'), encodeModel(build.model(graph)))
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  if (kind !== 'raw') writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  return folder
}
