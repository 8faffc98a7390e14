import { expect, test } from 'vitest'
import type { GgufFile, GgufTensor } from './gguf.ts'
import { bitsPerWeight, ggufPresets, predictSize, quantisedTypes } from './gguf-presets.ts'
import { ggmlTypes } from './gguf-types.ts'

function tensor(name: string, dims: readonly number[], code = 0): GgufTensor {
  const type = ggmlTypes.get(code)
  if (type === undefined) throw new Error(`${code}`)
  const count = dims.reduce((product, dim) => product * dim, 1)
  const byteLength = (count / type.blockElements) * type.blockBytes
  return { name, type, dims, byteLength, bytes: () => new Uint8Array(byteLength) }
}

function fileOf(tensors: readonly GgufTensor[]): GgufFile {
  const count = ({ dims }: GgufTensor) => dims.reduce((product, dim) => product * dim, 1)
  const parameters = tensors.reduce((sum, one) => sum + count(one), 0)
  return { version: 3, metadata: new Map(), tensors, parameters }
}

interface Shape {
  readonly layers: number
  readonly width: number
  readonly keys: number
  readonly inner: number
  readonly vocabulary: number
  readonly tied?: boolean
}

/** Tensors as llama.cpp writes a Llama; matrices in F16 (code 1), norms in F32. */
function llama({ layers, width, keys, inner, vocabulary, tied = false }: Shape): GgufFile {
  const layer = (at: number) => [
    tensor(`blk.${at}.attn_norm.weight`, [width]),
    tensor(`blk.${at}.attn_q.weight`, [width, width], 1),
    tensor(`blk.${at}.attn_k.weight`, [keys, width], 1),
    tensor(`blk.${at}.attn_v.weight`, [keys, width], 1),
    tensor(`blk.${at}.attn_output.weight`, [width, width], 1),
    tensor(`blk.${at}.ffn_norm.weight`, [width]),
    tensor(`blk.${at}.ffn_gate.weight`, [inner, width], 1),
    tensor(`blk.${at}.ffn_up.weight`, [inner, width], 1),
    tensor(`blk.${at}.ffn_down.weight`, [width, inner], 1),
  ]
  return fileOf([
    tensor('token_embd.weight', [vocabulary, width], 1),
    ...Array.from({ length: layers }, (_, at) => layer(at)).flat(),
    tensor('output_norm.weight', [width]),
    ...(tied ? [] : [tensor('output.weight', [vocabulary, width], 1)]),
  ])
}

/** Shape of meta-llama/Llama-3.1-8B, from its config.json. */
const llama8b = { layers: 32, width: 4096, keys: 1024, inner: 14336, vocabulary: 128256 }

// Published: llama.cpp tools/quantize/README.md, commit 311c2c9, for that model.
const published = ggufPresets.filter(({ publishedBits }) => publishedBits !== null)

test.each(published)(
  '$name of Llama-3.1-8B takes the bits per weight that llama.cpp publishes',
  (preset) => {
    const { bitsPerWeight: predicted } = predictSize(llama(llama8b), 16e9, preset)
    expect(predicted).toBeCloseTo(preset.publishedBits ?? Number.NaN, 4)
  },
)

test('rows that fill no block of 256 fall back to types of 32, others to F16', () => {
  const small = llama({
    layers: 2,
    width: 288,
    keys: 288,
    inner: 768,
    vocabulary: 32000,
    tied: true,
  })
  const q4 = ggufPresets.find(({ name }) => name === 'Q4_K_M')
  if (q4 === undefined) throw new Error('no Q4_K_M')
  const predicted = predictSize(small, 1e9, q4)
  // Per layer six matrices have rows of 288; ffn_down has rows of 768. The table of tokens becomes Q8_0 at once, which is no fallback.
  expect(predicted.fallbacks).toBe(12)
  // The table is 24 of 26 million weights: 8.5 bits decide.
  expect(predicted.bitsPerWeight).toBeGreaterThan(7.5)
  const odd = predictSize(fileOf([tensor('blk.0.attn_q.weight', [64, 40], 1)]), 1e6, q4)
  expect(odd.bitsPerWeight).toBe(16)
})

test('a file knows its bits per weight and whether it is quantised', () => {
  const file = fileOf([tensor('a.weight', [64, 256], 12), tensor('a_norm.weight', [64])])
  expect(bitsPerWeight(file)).toBeCloseTo((64 * 256 * 4.5 + 64 * 32) / (64 * 256 + 64), 9)
  expect(quantisedTypes(file)).toEqual(['Q4_K'])
  expect(quantisedTypes(llama({ ...llama8b, layers: 1 }))).toEqual([])
})
