import { intOf, intsOf } from '../onnx/attributes.ts'
import type { Node, Tensor } from '../onnx/model.ts'
import { numbersIn } from '../onnx/value-facts.ts'
import {
  allJoined,
  cut,
  joined,
  labelOf,
  lastDim,
  type Refusal,
  type Rule,
  rankOf,
  type Walk,
} from './stream-walk.ts'

/** Whether an operand is one number for all channels; null where it is not known. */
function broadcasts(walk: Walk, name: string): boolean | null {
  if (walk.values.has(name)) return false
  const dims = walk.facts.get(name)?.dims
  if (dims === undefined || dims === null) return null
  const last = dims.at(-1)
  if (last === undefined || last === 1) return true
  return last === walk.width ? false : null
}

/** Each channel for itself: operands as wide as the stream belong to it, and so does the result. */
const elementwise: Rule = (walk, node) => operands(walk, node, node.inputs)

function operands(walk: Walk, node: Node, inputs: readonly string[]): Refusal {
  for (const input of inputs) {
    if (input === '') continue
    const one = broadcasts(walk, input)
    if (one === null) return `the width of '${input}' next to the stream is unknown`
    const refusal = one ? null : joined(walk, input, node)
    if (refusal !== null) return refusal
  }
  return joined(walk, node.outputs[0] ?? '')
}

const where: Rule = (walk, node) =>
  broadcasts(walk, node.inputs[0] ?? '') === true
    ? operands(walk, node, node.inputs.slice(1))
    : `the condition of ${labelOf(node)} is not one for all channels`

/** The first input goes on, all channels in place. */
const passes: Rule = (walk, node) => allJoined(walk, node, [node.inputs[0], node.outputs[0]])

const floatCast: Rule = (walk, node) =>
  intOf(node, 'to', 0) === 1 ? passes(walk, node) : `${labelOf(node)} changes the number format`

const dropout: Rule = (walk, node) =>
  walk.index.consumers(node.outputs[1] ?? '').length > 0
    ? `the mask of ${labelOf(node)} is read`
    : passes(walk, node)

/** Where the axes of a node come from, counted from the front; null where they are unknown. */
type AxesOf = (walk: Walk, node: Node, rank: number) => readonly number[] | null

const fromFront = (axes: readonly number[], rank: number): readonly number[] =>
  axes.map((axis) => (axis < 0 ? rank + axis : axis))

/** Axes as attribute or as a constant input. */
const listedAxes =
  (input: number): AxesOf =>
  (walk, node, rank) => {
    const content = node.inputs[input] ? contentOf(walk, node, input) : undefined
    const stated = intsOf(node, 'axes') ?? numbersIn(content)
    return stated === undefined ? null : fromFront(stated, rank)
  }

const axisAttribute: AxesOf = (_walk, node, rank) => fromFront([intOf(node, 'axis', 0)], rank)

const contentOf = ({ facts }: Walk, node: Node, input: number) =>
  facts.get(node.inputs[input] ?? '')?.content

/** The channels go on in place where the node works along other axes than theirs, of its input (or output) as it is. */
const sparing =
  (axesOf: AxesOf, does: string, seen: 'inputs' | 'outputs' = 'inputs'): Rule =>
  (walk, node) => {
    const rank = rankOf(walk, node[seen][0] ?? '')
    const axes = rank === null ? null : axesOf(walk, node, rank)
    if (rank === null || axes === null) return `the axes of ${labelOf(node)} are unknown`
    return axes.includes(rank - 1) ? `${labelOf(node)} ${does}` : passes(walk, node)
  }

const alongOthers = sparing(listedAxes(1), 'works on the channels')

/** The mean over the channels alone is a normalisation's, and follows the width; over others the channels stay. */
const mean: Rule = (walk, node) => {
  const rank = rankOf(walk, node.inputs[0] ?? '')
  const axes = rank === null ? null : listedAxes(1)(walk, node, rank)
  const alone = axes?.length === 1 && axes[0] === (rank ?? 0) - 1
  if (!alone || intOf(node, 'keepdims', 1) !== 1) return alongOthers(walk, node)
  noteDecomposed(walk, node)
  return null
}

/** x - mean(x), over its spread, times a constant: a normalisation in single steps. */
function noteDecomposed({ index, norms }: Walk, reduce: Node): void {
  const [input = ''] = reduce.inputs
  const centred = index.consumers(reduce.outputs[0] ?? '').find(({ opType }) => opType === 'Sub')
  if (centred === undefined || centred.inputs[0] !== input) return
  const divided = index.consumers(centred.outputs[0] ?? '').find(({ opType }) => opType === 'Div')
  const [scaled] = index.consumers(divided?.outputs[0] ?? '')
  if (divided === undefined || scaled?.opType !== 'Mul') return
  const scale = scaled.inputs.map((name) => index.initializer(name)).find((one) => one)
  if (scale === undefined || index.consumers(scale.name).length > 1) return
  const root = index.producer(divided.inputs[1] ?? '')
  const sum = index.producer(root?.inputs[0] ?? '')
  const small = sum?.inputs.map((name) => index.initializer(name)).find((one) => one)
  const own = small?.byteLength === 4 && index.consumers(small.name).length === 1
  norms.set(reduce, { input, scale, centred: true, epsilon: own ? { tensor: small } : null })
}

const normalises =
  (centred: boolean): Rule =>
  (walk, node) => {
    const { index, norms } = walk
    const [input = '', scaleName = '', bias = ''] = node.inputs
    const rank = rankOf(walk, input)
    const axis = intOf(node, 'axis', -1)
    if (axis !== -1 && axis !== (rank ?? 0) - 1) return `${labelOf(node)} is not over the channels`
    if (node.outputs.slice(1).some((name) => index.consumers(name).length > 0))
      return `a further output of ${labelOf(node)} is read`
    const scale = index.initializer(scaleName)
    if (scale === undefined) return `the scale of ${labelOf(node)} is not a constant`
    if (index.consumers(scale.name).length === 1)
      norms.set(node, { input, scale, centred, epsilon: { node } })
    return allJoined(walk, node, [input, scaleName, bias, node.outputs[0]])
  }

const skipNormalises: Rule = (walk, node) => {
  const [, mean = '', spread = '', sum = ''] = node.outputs
  if ([mean, spread].some((name) => walk.index.consumers(name).length > 0))
    return `a further output of ${labelOf(node)} is read`
  const used = walk.index.consumers(sum).length > 0 ? [sum] : []
  return allJoined(walk, node, [...node.inputs, node.outputs[0], ...used])
}

const multiplies: Rule = (walk, node) => {
  const [a = '', b = ''] = node.inputs
  const [out = ''] = node.outputs
  const weight = walk.index.initializer(b)
  if (weight !== undefined) return weighs(walk, node, weight, false)
  // The channels of the right factor are those of the product; those of the left are summed over.
  if (walk.values.has(a)) return `${labelOf(node)} sums the channels against another value`
  return allJoined(walk, node, [b, out])
}

function weighs(walk: Walk, node: Node, weight: Tensor, turned: boolean): Refusal {
  if (weight.dims.length !== 2) return `the weight of ${labelOf(node)} is not a matrix`
  const reads = walk.values.has(node.inputs[0] ?? '')
  const makes = walk.values.has(node.outputs[0] ?? '')
  return (
    (reads ? cut(walk, node, weight, turned ? 1 : 0) : null) ??
    (makes ? cut(walk, node, weight, turned ? 0 : 1) : null)
  )
}

const gemm: Rule = (walk, node) => {
  const [, b = '', c = ''] = node.inputs
  const weight = walk.index.initializer(b)
  if (weight === undefined || intOf(node, 'transA', 0) !== 0 || walk.values.has(c))
    return `${labelOf(node)} is not a plain layer`
  const makes = walk.values.has(node.outputs[0] ?? '')
  const bias = makes && c !== '' ? walk.index.initializer(c) : undefined
  if (makes && c !== '' && bias === undefined)
    return `the bias of ${labelOf(node)} is not a constant`
  return (
    weighs(walk, node, weight, intOf(node, 'transB', 0) !== 0) ??
    (bias === undefined || bias.dims.at(-1) === 1 ? null : cut(walk, node, bias, -1))
  )
}

const transposes: Rule = (walk, node) => {
  const perm = intsOf(node, 'perm')
  const stays = perm !== undefined && perm.at(-1) === perm.length - 1
  return stays ? passes(walk, node) : `${labelOf(node)} moves the channels`
}

const joins: Rule = (walk, node) => {
  const rank = rankOf(walk, node.inputs[0] ?? '') ?? rankOf(walk, node.outputs[0] ?? '')
  const axis = intOf(node, 'axis', 0)
  if (rank === null || (axis < 0 ? rank + axis : axis) === rank - 1)
    return `${labelOf(node)} adds channels`
  return allJoined(walk, node, [...node.inputs, node.outputs[0]])
}

/** Only the sizes of other axes may be read, or all of them to widen something to the stream. */
const sizes: Rule = (walk, node) => {
  const rank = rankOf(walk, node.inputs[0] ?? '')
  const [start, end] = [intOf(node, 'start', 0), intOf(node, 'end', rank ?? 0)]
  if (rank === null) return `the rank before ${labelOf(node)} is unknown`
  for (const user of walk.index.consumers(node.outputs[0] ?? '')) {
    const refusal =
      start === 0 && end === rank ? readsOther(walk, user, node.outputs[0] ?? '', rank) : null
    if (refusal !== null) return refusal
  }
  const partial = start !== 0 || end !== rank
  return partial && (end < 0 ? rank + end : end) >= rank
    ? `${labelOf(node)} gives the width away`
    : null
}

function readsOther(walk: Walk, user: Node, shape: string, rank: number): Refusal {
  const content = (input: number) => contentOf(walk, user, input)
  if (user.opType === 'Gather' && user.inputs[0] === shape) {
    const places = content(1)
    const other = (at: unknown) => typeof at === 'number' && at !== rank - 1 && at !== -1
    if (places?.every(other)) return null
  }
  if (user.opType === 'Slice' && user.inputs[0] === shape) {
    const [end] = content(2) ?? []
    if (typeof end === 'number' && (end < 0 || end < rank)) return null
  }
  if (user.opType === 'Expand' && user.inputs[1] === shape)
    return joined(walk, user.outputs[0] ?? '')
  return `${labelOf(user)} may read the width`
}

const expands: Rule = (walk, node) => {
  const shape = walk.index.producer(node.inputs[1] ?? '')
  if (shape?.opType !== 'Shape' || !walk.values.has(shape.inputs[0] ?? ''))
    return `${labelOf(node)} states the width in an unknown way`
  return operands(walk, node, node.inputs.slice(0, 1))
}

const reshapes: Rule = (walk, node) => {
  const shape = walk.index.initializer(node.inputs[1] ?? '')
  const last = walk.facts.get(node.inputs[1] ?? '')?.content?.at(-1)
  const ends = [node.inputs[0] ?? '', node.outputs[0] ?? '']
  if (shape === undefined || !ends.every((name) => lastDim(walk, name) === walk.width))
    return `${labelOf(node)} may move the channels`
  if (last === walk.width) walk.reshapes.add(node)
  return passes(walk, node)
}

/** Operators that may touch the stream. What is not here is not known. */
export const streamRules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div', 'Sum', 'Pow', 'Max', 'Min'].map((op) => [op, elementwise]),
  ),
  ...Object.fromEntries(
    [
      ...['Identity', 'Neg', 'Abs', 'Sqrt', 'Exp', 'Erf', 'Tanh', 'Sigmoid', 'Relu', 'Gelu'],
      ...['FastGelu', 'QuickGelu', 'LeakyRelu', 'Elu', 'Softplus', 'Reciprocal'],
    ].map((op) => [op, passes]),
  ),
  Cast: floatCast,
  Dropout: dropout,
  Where: where,
  ReduceMean: mean,
  ReduceSum: alongOthers,
  ReduceMax: alongOthers,
  LayerNormalization: normalises(true),
  SimplifiedLayerNormalization: normalises(false),
  SkipLayerNormalization: skipNormalises,
  MatMul: multiplies,
  Gemm: gemm,
  Gather: sparing(axisAttribute, 'picks channels'),
  Transpose: transposes,
  Unsqueeze: sparing(listedAxes(1), 'moves the channels', 'outputs'),
  Squeeze: alongOthers,
  Slice: sparing(listedAxes(3), 'may take channels away'),
  Concat: joins,
  Shape: sizes,
  Expand: expands,
  Reshape: reshapes,
}
