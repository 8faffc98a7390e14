import { expect, test } from 'vitest'
import type { HostTensor } from '../../../core/onnx/host-tensor.ts'
import { classesIn, readBatch } from './read.ts'

const floats = (dims: readonly number[], values: readonly number[]): HostTensor => ({
  ...{ dtype: 'float32', dims, data: Float32Array.from(values) },
})
const whole = (dims: readonly number[], values: readonly number[]): HostTensor => ({
  ...{ dtype: 'int64', dims, data: BigInt64Array.from(values, BigInt) },
})
const texts = (values: readonly string[]): HostTensor => ({
  ...{ dtype: 'string', dims: [values.length], data: values },
})

const labels = ['a', 'b', 'c']
const scores = floats([2, 3], [0.1, 0.2, 0.7, 0.8, 0.1, 0.1])

/** What two items are read as: labels, or the kind of output. */
function read(outputs: Readonly<Record<string, HostTensor>>, named = labels): readonly string[] {
  const request = { outputs, labels: named, lengths: [1, 1], multiLabel: false } as const
  return readBatch({ ...request, pooling: 'mean' }).map((reading) => {
    if (reading.kind !== 'output') return reading.kind
    return reading.output.kind === 'label' ? reading.output.label : reading.output.kind
  })
}

test.each<[string, Record<string, HostTensor>]>([
  ['scores alone', { probabilities: scores }],
  [
    'behind the class (skl2onnx without zipmap)',
    { label: whole([2], [2, 0]), probabilities: scores },
  ],
  [
    'behind a vector of another width',
    { hidden: floats([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), scores },
  ],
  ['no scores, but places in the labels', { output_label: whole([2], [2, 0]) }],
  ['the same in a column', { class_id: whole([2, 1], [2, 0]) }],
  ['no scores, but names (skl2onnx with zipmap)', { output_label: texts(['c', 'a']) }],
])('a class is found: %s', (_, outputs) => {
  expect(read(outputs)).toEqual(['c', 'a'])
})

test('without labels the names of the graph are the classes, and scores are a vector', () => {
  expect(read({ label: texts(['c', 'a']), probabilities: scores }, [])).toEqual(['c', 'a'])
  expect(read({ output_label: whole([2], [7, -1]) }, [])).toEqual(['7', '-1'])
  expect(read({ embedding: scores }, [])).toEqual(['vector', 'vector'])
})

test('what holds no class for each item is none', () => {
  expect(classesIn({ counts: whole([2], [3, 4]) }, 2, [])).toBeNull()
  expect(classesIn({ label: whole([2, 5], Array(10).fill(0)) }, 2, [])).toBeNull()
  expect(classesIn({ label: whole([3], [0, 1, 2]) }, 2, [])).toBeNull()
})
