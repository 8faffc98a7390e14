import { intOf } from '../onnx/attributes.ts'
import { int64Tensor } from '../onnx/build.ts'
import type { GraphIndex } from '../onnx/graph-index.ts'
import type { Node, Tensor } from '../onnx/model.ts'
import { integersOf } from '../onnx/tensor-values.ts'

/**
 * One of the sizes that a Reshape is told: a number, or one that the graph calculates from shapes as it runs. Exporters join both kinds:
 * Concat(Shape(x)[0], Shape(x)[1], -1, 64).
 */
export type Size = { readonly constant: number } | 'computed'

/** The last sizes of a Reshape, the very last first; null where nothing is known. */
export function lastSizes(index: GraphIndex, reshape: Node, count: number): readonly Size[] | null {
  const shape = reshape.inputs[1] ?? ''
  const whole = constantSizes(index, shape)
  if (whole !== null) return whole.toReversed().slice(0, count).map(constant)
  const joined = index.producer(shape)
  if (joined?.opType !== 'Concat') return null
  const sizes: Size[] = []
  for (const input of joined.inputs.toReversed()) {
    const known = constantSizes(index, input)
    // A calculated part of unknown length: whatever stands before it is taken for calculated too.
    const length = known?.length ?? lengthOf(index, input) ?? count
    if (known === null) sizes.push(...Array.from({ length }, (): Size => 'computed'))
    else sizes.push(...known.toReversed().map(constant))
    if (sizes.length >= count) break
  }
  return sizes.slice(0, count)
}

/** How many sizes a calculated part has; null where that is not plain. */
function lengthOf(index: GraphIndex, value: string): number | null {
  const node = index.producer(value)
  if (node?.opType === 'Shape') {
    const [start, end] = [intOf(node, 'start', 0), intOf(node, 'end', -1)]
    return start >= 0 && end > start ? end - start : null
  }
  if (node?.opType === 'Unsqueeze') return lengthOf(index, node.inputs[0] ?? '') === null ? 1 : null
  if (node?.opType !== 'Gather') return null
  const places = index.initializer(node.inputs[1] ?? '')
  return places?.dims.length === 1 ? (places.dims[0] ?? null) : null
}

const constant = (value: number): Size => ({ constant: value })

function constantSizes(index: GraphIndex, value: string): readonly number[] | null {
  const tensor = index.initializer(value)
  return tensor?.dtype === 'int64' && tensor.dims.length === 1 ? integersOf(tensor) : null
}

/**
 * Whether a Reshape follows by itself when there are fewer heads: every size but the last two (place and width of a head) is -1 or calculated.
 */
export function followsShapes(index: GraphIndex, reshape: Node): boolean {
  const shape = reshape.inputs[1] ?? ''
  const whole = constantSizes(index, shape)
  if (whole !== null) return whole.slice(0, -2).every((size) => size < 1)
  const joined = index.producer(shape)
  if (joined?.opType !== 'Concat') return false
  let fromEnd: number | null = 0
  for (const input of joined.inputs.toReversed()) {
    const known = constantSizes(index, input)
    if (known === null && !madeOfShapes(index, input)) return false
    const free: number = fromEnd === null ? 0 : Math.max(0, 2 - fromEnd)
    if (known?.slice(0, Math.max(0, known.length - free)).some((size) => size > 0)) return false
    const length = known?.length ?? lengthOf(index, input)
    fromEnd = fromEnd === null || length === null ? null : fromEnd + length
  }
  return true
}

/** Operators between a shape and a number made of it. */
const arithmetic: ReadonlySet<string> = new Set([
  ...['Gather', 'Slice', 'Cast', 'Sqrt', 'Div', 'Mul', 'Add', 'Sub', 'Pow', 'Reciprocal'],
  ...['Unsqueeze', 'Squeeze', 'Concat', 'Identity', 'Reshape'],
])

/** Whether a value is calculated from shapes and constants alone. */
export function madeOfShapes(index: GraphIndex, value: string, depth = 0): boolean {
  const node = index.producer(value)
  if (node === undefined || depth > 16) return false
  if (node.opType === 'Shape') return true
  return (
    arithmetic.has(node.opType) &&
    node.inputs.every(
      (input) =>
        input === '' ||
        index.initializer(input) !== undefined ||
        madeOfShapes(index, input, depth + 1),
    )
  )
}

export interface Resized {
  /** The Reshape, with the Concat of its own before it where it has one. */
  readonly nodes: readonly Node[]
  readonly initializers: readonly Tensor[]
}

/**
 * A Reshape with one of its last sizes (0 the last, 1 the one before) replaced, in constants of its own: the old ones may be shared by other
 * layers. Sizes that are -1 or calculated follow by themselves and stay.
 */
export function resized(
  index: GraphIndex,
  reshape: Node,
  { fromEnd, size }: { readonly fromEnd: number; readonly size: number },
  fresh: (base: string) => string,
): Resized {
  const same = { nodes: [reshape], initializers: [] }
  const old = lastSizes(index, reshape, fromEnd + 1)?.[fromEnd]
  if (old === undefined || old === 'computed' || old.constant < 1) return same
  const shape = reshape.inputs[1] ?? ''
  const told = (name: string): Node => ({
    ...reshape,
    inputs: [reshape.inputs[0] ?? '', name, ...reshape.inputs.slice(2)],
  })
  const whole = constantSizes(index, shape)
  if (whole !== null) {
    const tensor = changed(fresh(`${shape}/heads`), whole, fromEnd, size)
    return { nodes: [told(tensor.name)], initializers: [tensor] }
  }
  const joined = index.producer(shape)
  if (joined === undefined) return same
  let [place, left] = [joined.inputs.length - 1, fromEnd]
  for (; place > 0; place -= 1) {
    const part = joined.inputs[place] ?? ''
    const count = constantSizes(index, part)?.length ?? lengthOf(index, part) ?? 0
    if (left < count) break
    left -= count
  }
  const part = joined.inputs[place] ?? ''
  const tensor = changed(fresh(`${part}/heads`), constantSizes(index, part) ?? [], left, size)
  const output = fresh(`${shape}/heads`)
  const own: Node = {
    ...joined,
    name: joined.name === '' ? '' : `${joined.name}/heads`,
    inputs: joined.inputs.map((input, at) => (at === place ? tensor.name : input)),
    outputs: [output],
  }
  return { nodes: [own, told(output)], initializers: [tensor] }
}

function changed(name: string, sizes: readonly number[], fromEnd: number, size: number): Tensor {
  const values = sizes.map((old, at) => (at === sizes.length - 1 - fromEnd ? size : old))
  return int64Tensor(name, [values.length], values)
}
