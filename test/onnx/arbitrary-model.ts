import fc from 'fast-check'
import { byteLengthOf, dtypeFacts, elementCount } from '../../src/core/onnx/dtype.ts'
import type {
  Attribute,
  Dim,
  Dtype,
  Graph,
  Model,
  Node,
  Tensor,
  ValueInfo,
} from '../../src/core/onnx/model.ts'

/** Types that onnx-proto 1.10 knows; newer ones are tested by hand. */
const dtypes = (Object.keys(dtypeFacts) as Dtype[]).filter((dtype) => dtypeFacts[dtype].code <= 16)

const name = fc.string({ maxLength: 6, unit: 'grapheme' })
const bytes = fc.uint8Array({ maxLength: 12 })
const dims = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })
const dim: fc.Arbitrary<Dim> = fc.oneof(fc.maxSafeInteger(), name, fc.constant(null))

export const arbitraryTensor: fc.Arbitrary<Tensor> = fc
  .record({ name, dtype: fc.constantFrom(...dtypes), dims })
  .chain(({ name, dtype, dims }): fc.Arbitrary<Tensor> => {
    const count = elementCount(dims)
    if (dtype === 'string') {
      const strings = fc.array(bytes, { minLength: count, maxLength: count })
      const none = new Uint8Array(0)
      return strings.map((strings) => ({
        name,
        dtype,
        dims,
        byteLength: 0,
        bytes: () => none,
        strings,
      }))
    }
    const byteLength = byteLengthOf(dtype, count)
    const data = fc.uint8Array({ minLength: byteLength, maxLength: byteLength })
    return data.map((data) => ({ name, dtype, dims, byteLength, bytes: () => data }))
  })

const valueInfo: fc.Arbitrary<ValueInfo> = fc.record({
  name,
  dtype: fc.constantFrom(null, ...dtypes),
  dims: fc.oneof(fc.constant(null), fc.array(dim, { maxLength: 3 })),
})

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const float = fc.float()

function attribute(graph: fc.Arbitrary<Graph>): fc.Arbitrary<Attribute> {
  const of = <K extends string, T>(kind: K, value: fc.Arbitrary<T>) =>
    fc.record({ name, kind: fc.constant(kind), value })
  return fc.oneof(
    of('float', float),
    of('int', int64),
    of('string', bytes),
    of('tensor', arbitraryTensor),
    of('floats', fc.array(float, { maxLength: 4 })),
    of('ints', fc.array(int64, { maxLength: 4 })),
    of('strings', fc.array(bytes, { maxLength: 3 })),
    of('tensors', fc.array(arbitraryTensor, { maxLength: 2 })),
    of('graph', graph),
    of('graphs', fc.array(graph, { maxLength: 2 })),
  )
}

const { graph } = fc.letrec<{ graph: Graph; node: Node }>((tie) => ({
  node: fc.record({
    name,
    opType: name,
    domain: fc.constantFrom('', 'com.microsoft'),
    inputs: fc.array(name, { maxLength: 3 }),
    outputs: fc.array(name, { maxLength: 2 }),
    attributes: fc.array(attribute(tie('graph')), { maxLength: 3, depthIdentifier: 'graph' }),
  }),
  graph: fc.record({
    name,
    nodes: fc.array(tie('node'), { maxLength: 3, depthIdentifier: 'graph' }),
    initializers: fc.array(arbitraryTensor, { maxLength: 2 }),
    inputs: fc.array(valueInfo, { maxLength: 2 }),
    outputs: fc.array(valueInfo, { maxLength: 2 }),
    valueInfo: fc.array(valueInfo, { maxLength: 2 }),
  }),
}))

/** Any model that the wire format can hold, sensible or not. */
export const arbitraryModel: fc.Arbitrary<Model> = fc.record({
  irVersion: fc.nat(),
  opsets: fc.dictionary(fc.constantFrom('', 'com.microsoft', '__proto__'), fc.nat(), {
    maxKeys: 3,
  }),
  producerName: name,
  producerVersion: name,
  graph,
  functions: fc.constant([]),
  metadata: fc.dictionary(name, name, { maxKeys: 3 }),
})
