import { expect, test } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint, type TrainingState } from './checkpoint.ts'
import type { ParameterSpec } from './parameters.ts'

const specs: readonly ParameterSpec[] = [
  { name: 'a.weight', dims: [2, 2], initial: { kind: 'zeros' } },
  { name: 'b', dims: [1], initial: { kind: 'zeros' } },
]

const values = (from: number) =>
  new Map([
    ['a.weight', Float32Array.of(from, -0, 1e-40, Number.MAX_VALUE)],
    ['b', Float32Array.of(from + 1)],
  ])

const state: TrainingState = {
  fingerprint: 'model and seed "1"',
  parameters: values(1),
  best: values(2),
  adam: { first: values(3), second: values(4), step: 17 },
  progress: {
    step: 17,
    epoch: 2,
    batch: 3,
    lossSum: 1 / 3,
    rowSum: 9,
    tokens: 100,
    bestEpoch: 0,
    bestLoss: Number.POSITIVE_INFINITY,
    history: [{ epoch: 1, step: 8, trainLoss: 0.1, heldLoss: null, heldAccuracy: null, cpuS: 2 }],
    cpuS: 5,
    wallS: 6,
  },
}

test('a state comes back bit for bit, infinite best loss included', () => {
  expect(decodeCheckpoint(encodeCheckpoint(state), specs, state.fingerprint)).toEqual(state)
})

test('the bytes are safetensors: header length, JSON header, offsets from the end of the header', () => {
  const bytes = encodeCheckpoint(state)
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  expect(length % 8).toBe(0)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
  const { data_offsets: offsets, dtype, shape } = header['value:b']
  expect([dtype, shape]).toEqual(['F32', [1]])
  const at = 8 + length + offsets[0]
  expect(new DataView(bytes.buffer).getFloat32(at, true)).toBe(2)
})

test('a foreign, cut or damaged checkpoint is refused', () => {
  const bytes = encodeCheckpoint(state)
  const read = (given: Uint8Array, wanted = specs, fingerprint = state.fingerprint) =>
    decodeCheckpoint(given, wanted, fingerprint)
  const refused = expect.objectContaining({ code: 'TRAIN_CHECKPOINT' })
  expect(() => read(bytes, specs, 'other')).toThrow(refused)
  expect(() => read(bytes.subarray(0, bytes.length - 4))).toThrow(refused)
  expect(() => read(bytes.subarray(0, 5))).toThrow(refused)
  expect(() => read(bytes.subarray(0, 40))).toThrow(refused)
  expect(() => read(bytes.map((byte, at) => (at === 8 ? 0 : byte)))).toThrow(refused)
  expect(() => read(bytes, [{ ...specs[0]!, dims: [3] }])).toThrow(refused)
  expect(() => read(new TextEncoder().encode('\u0002\0\0\0\0\0\0\0{}'))).toThrow(refused)
})
