import { RightsizeError } from '../error/error.ts'
import * as build from '../onnx/build.ts'
import { dtypeFacts, elementCount } from '../onnx/dtype.ts'
import { freshNames } from '../onnx/graph-edit.ts'
import { type HalfType, halfBits } from '../onnx/half-float.ts'
import type { Graph, Model, Tensor } from '../onnx/model.ts'
import { eachBlock, largestMagnitude } from './float-blocks.ts'
import type { Artefact, NotApplicable, Pass, Patched, Proposal } from './pass.ts'

/** Tensors below this many values are not worth a node. */
const fewest = 1024

/** Largest finite float16. Source: IEEE 754-2019, binary16. */
const largestFloat16 = 65504

/** Cast knows bfloat16 from opset 13 on. Source: onnx/docs/Changelog.md, Cast-13. */
const bfloatSince = 13

/**
 * Weights stored in 16 bits, widened when the model is loaded.
 *
 * What it does: every large float32 tensor is stored as float16 (or bfloat16, which has float32's range) behind a Cast.
 * When to use: for a smaller download. All arithmetic stays float32.
 * When it misleads: it saves no CPU time and no memory; models that calculate in 16 bits are slower on CPUs (0.91 to 1.00x, measured).
 */
export const half: Pass = {
  id: 'half',
  family: 'numeric',
  propose: ({ model }) => proposals(model),
  needs: () => [],
  apply: (artefact, { params }) =>
    applied(artefact, params['type'] === 'bfloat16' ? 'bfloat16' : 'float16'),
}

function storable({ inputs, outputs, initializers }: Graph): readonly Tensor[] {
  const fixed = new Set([...inputs, ...outputs].map(({ name }) => name))
  return initializers.filter(
    ({ name, dtype, dims }) =>
      dtype === 'float32' && elementCount(dims) >= fewest && !fixed.has(name),
  )
}

function proposals({ graph, opsets }: Model): readonly Proposal[] | NotApplicable {
  const tensors = storable(graph)
  if (tensors.length === 0) {
    return { pass: 'half', why: `no float32 tensor of ${fewest} values or more` }
  }
  const bytes = tensors.reduce((sum, { byteLength }) => sum + byteLength / 2, 0)
  const types: readonly HalfType[] =
    (opsets[''] ?? 1) >= bfloatSince ? ['float16', 'bfloat16'] : ['float16']
  return types.map((type) => ({
    pass: 'half',
    params: { type },
    text: `${tensors.length} tensors stored as ${type}; the arithmetic stays float32`,
    saves: { bytes, cpuShare: 0 },
    risk: type === 'float16' ? 0.01 : 0.05,
    exactness: 'lossy',
    repairs: [],
  }))
}

function applied(artefact: Artefact, type: HalfType): Patched {
  const { model } = artefact
  const all = storable(model.graph)
  if (all.length === 0) throw new RightsizeError('SHRINK_PASS', 'half: no large float32 tensor')
  const limit = type === 'float16' ? largestFloat16 : Number.MAX_VALUE
  const fits = all.filter((tensor) => largestMagnitude(tensor) <= limit)
  const fresh = freshNames(model.graph)
  const stored = new Map(fits.map((tensor) => [tensor.name, halved(tensor, type, fresh)]))
  const casts = [...stored].map(([name, tensor]) =>
    build.node('Cast', [tensor.name], [name], {
      name: `${name}/widen`,
      attributes: [build.intAttribute('to', dtypeFacts.float32.code)],
    }),
  )
  const initializers = model.graph.initializers.map((tensor) => stored.get(tensor.name) ?? tensor)
  const graph = { ...model.graph, initializers, nodes: [...casts, ...model.graph.nodes] }
  const beyond = all.filter((tensor) => !fits.includes(tensor))
  return {
    artefact: { ...artefact, model: { ...model, graph } },
    changes: [
      `${fits.length} tensors stored as ${type}`,
      ...beyond.map(({ name }) => `left alone: '${name}': values beyond ${limit}`),
    ],
  }
}

function halved(tensor: Tensor, type: HalfType, fresh: (base: string) => string): Tensor {
  const count = elementCount(tensor.dims)
  const bytes = () => {
    const bits = new Uint16Array(count)
    eachBlock(tensor, 1, (values, first) => bits.set(halfBits(type, values), first))
    return new Uint8Array(bits.buffer)
  }
  return {
    name: fresh(`${tensor.name}/${type}`),
    dtype: type,
    dims: tensor.dims,
    byteLength: 2 * count,
    bytes,
  }
}
