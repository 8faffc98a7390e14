import { intOf, intsOf } from './attributes.ts'
import { normalAxis } from './dims.ts'
import type { Dim } from './model.ts'
import {
  factsWith,
  numbersFrom,
  numbersIn,
  overDims,
  type ShapeRule,
  unknownFacts,
} from './value-facts.ts'

const split: ShapeRule = (node, inputs) => {
  const { dtype, dims } = inputs[0] ?? unknownFacts
  const axis = normalAxis(intOf(node, 'axis', 0), dims?.length ?? 0)
  if (dims === null || dims[axis] === undefined) {
    return node.outputs.map(() => ({ dtype, dims: null }))
  }
  const sizes = numbersFrom(node, 'split', 1, inputs)
  const whole = dims[axis]
  const count = intOf(node, 'num_outputs', node.outputs.length)
  const given = (node.inputs[1] ?? '') !== '' || intsOf(node, 'split') !== undefined
  const part = (index: number): Dim => {
    if (given || typeof whole !== 'number') return sizes?.[index] ?? null
    const step = Math.ceil(whole / count)
    return Math.max(0, Math.min(step, whole - index * step))
  }
  return node.outputs.map((_, index) => ({ dtype, dims: dims.with(axis, part(index)) }))
}

const slice: ShapeRule = (node, inputs) => {
  const { dtype, dims, content } = inputs[0] ?? unknownFacts
  const starts = numbersFrom(node, 'starts', 1, inputs)
  const ends = numbersFrom(node, 'ends', 2, inputs)
  const listed = (key: string, input: number, usual: (index: number) => number) =>
    numbersFrom(node, key, input, inputs) ??
    ((node.inputs[input] ?? '') === '' ? starts?.map((_, index) => usual(index)) : undefined)
  const axes = listed('axes', 3, (index) => index)
  const steps = listed('steps', 4, () => 1)
  if (dims === null) return [{ dtype, dims: null }]
  if (!starts || !ends || !axes || !steps) {
    const touched = axes?.map((axis) => normalAxis(axis, dims.length))
    return [
      { dtype, dims: dims.map((dim, index) => (touched?.includes(index) === false ? dim : null)) },
    ]
  }
  const cut = [...dims]
  for (const [index, axis] of axes.entries()) {
    const at = normalAxis(axis, dims.length)
    cut[at] = slicedDim(cut[at] ?? null, starts[index] ?? 0, ends[index] ?? 0, steps[index] ?? 1)
  }
  const range = content && sliceRange(content.length, starts[0] ?? 0, ends[0] ?? 0, steps[0] ?? 1)
  return [
    factsWith(
      dtype,
      cut,
      range?.map((at) => content?.[at] ?? null),
    ),
  ]
}

function slicedDim(size: Dim, start: number, end: number, step: number): Dim {
  // A whole axis stays what it is, symbol or not; 2^31 - 1 and 2^63 - 1 are the usual ways to say "to the end".
  if (step === 1 && start === 0 && end >= 2 ** 31 - 1) return size
  if (typeof size !== 'number') return null
  return sliceRange(size, start, end, step).length
}

/** The places that Slice takes from an axis; like Python's slice, with its clamping. */
function sliceRange(size: number, start: number, end: number, step: number): readonly number[] {
  const clamp = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high)
  const from = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1)
  const to = step > 0 ? clamp(end, 0, size) : end < -size ? -1 : clamp(end, -1, size)
  const length = step === 0 ? 0 : Math.max(0, Math.ceil((to - from) / step))
  return Array.from({ length }, (_, index) => from + index * step)
}

const tile = overDims((dims, _node, [, repeats]) => {
  const times = numbersIn(repeats?.content)
  return dims.map((dim, index): Dim => {
    const by = times?.[index]
    if (by === 1) return dim
    return typeof dim === 'number' && by !== undefined ? dim * by : null
  })
})

const pad = overDims((dims, node, inputs) => {
  const pads = numbersFrom(node, 'pads', 1, inputs)
  // With an axes input (opset 18) the pads belong to those axes only: not decided.
  const whole = pads?.length === 2 * dims.length && (node.inputs[3] ?? '') === ''
  return dims.map((dim, index) => paddedDim(dim, whole ? pads : undefined, index))
})

function paddedDim(dim: Dim, pads: readonly number[] | undefined, index: number): Dim {
  if (pads === undefined || typeof dim !== 'number') return null
  return dim + (pads[index] ?? 0) + (pads[index + pads.length / 2] ?? 0)
}

/** Rules of operators that cut, repeat or pad along axes. */
export const cutRules: Readonly<Record<string, ShapeRule>> = {
  Split: split,
  Slice: slice,
  Tile: tile,
  Pad: pad,
}
