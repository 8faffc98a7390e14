import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  firstDifference,
  modelTree,
  pick,
  protoInstalled,
  protoTree,
} from '../../../bench/peers/onnx-agreement.mjs'
import { arbitraryModel } from '../../../test/onnx/arbitrary-model.ts'
import * as build from './build.ts'
import { decodeModel } from './decode.ts'
import { dtypeFacts } from './dtype.ts'
import { encodeChunks, encodeModel } from './encode.ts'
import type { Attribute, Dtype, Model, Tensor } from './model.ts'
import { joinBytes } from './protobuf.ts'
import { WireWriter } from './protobuf-writer.ts'

function finished(writer: WireWriter): Uint8Array {
  return joinBytes([...writer.finish().chunks()])
}

/** A model file with one initializer, given as the fields of its TensorProto. */
function withTensor(write: (tensor: WireWriter) => void): Uint8Array {
  const tensor = new WireWriter()
  write(tensor)
  const graph = new WireWriter()
  graph.bytes(5, finished(tensor))
  const model = new WireWriter()
  model.bytes(7, finished(graph))
  return finished(model)
}

function onlyTensor(bytes: Uint8Array): Tensor {
  return decodeModel(bytes).graph.initializers[0]!
}

/** Numbers of a repeated field as one packed field. */
function packed(values: readonly (number | bigint)[]): Uint8Array {
  const writer = new WireWriter()
  for (const value of values) writer.int(1, value)
  // Each entry was written as tag 8 and a varint: the tags go.
  const bytes = finished(writer)
  const kept: number[] = []
  for (let at = 0; at < bytes.length; ) {
    at += 1
    while (bytes[at]! >= 0x80) kept.push(bytes[at++]!)
    kept.push(bytes[at++]!)
  }
  return Uint8Array.from(kept)
}

test('any model comes back as it was, and encodes to the same bytes again', () => {
  fc.assert(
    fc.property(arbitraryModel, (model) => {
      const bytes = encodeModel(model)
      const read = decodeModel(bytes)
      expect(firstDifference(modelTree(model), modelTree(read))).toBeNull()
      expect(encodeModel(read)).toEqual(bytes)
    }),
  )
})

test.skipIf(!protoInstalled)(
  'onnx-proto (npm ci --prefix bench) reads in our files what we read',
  () => {
    fc.assert(
      fc.property(arbitraryModel, (model) => {
        const bytes = encodeModel(model)
        expect(firstDifference(pick(protoTree(bytes)), modelTree(decodeModel(bytes)))).toBeNull()
      }),
    )
  },
)

const typedCases: readonly [Dtype, number, readonly (number | bigint)[], ArrayBufferView][] = [
  ['int32', 5, [-1, 2 ** 31 - 1], Int32Array.of(-1, 2 ** 31 - 1)],
  ['int16', 5, [-32768, 7], Int16Array.of(-32768, 7)],
  ['int8', 5, [-128, 127], Int8Array.of(-128, 127)],
  ['uint16', 5, [0, 65535], Uint16Array.of(0, 65535)],
  ['uint8', 5, [0, 255], Uint8Array.of(0, 255)],
  ['bool', 5, [0, 1], Uint8Array.of(0, 1)],
  ['float16', 5, [0x3c00, 0xfc00], Uint16Array.of(0x3c00, 0xfc00)],
  ['bfloat16', 5, [0x3f80, 0xff80], Uint16Array.of(0x3f80, 0xff80)],
  ['float8e4m3fn', 5, [0x38, 0xff], Uint8Array.of(0x38, 0xff)],
  ['int64', 7, [-(2n ** 63n), 2n ** 63n - 1n], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
  ['uint32', 11, [0, 2 ** 32 - 1], Uint32Array.of(0, 2 ** 32 - 1)],
  ['uint64', 11, [1, 2n ** 64n - 1n], BigUint64Array.of(1n, 2n ** 64n - 1n)],
]

test.each(typedCases)(
  '%s in a typed field is read packed and unpacked',
  (dtype, field, values, expected) => {
    const want = new Uint8Array(expected.buffer)
    const head = (tensor: WireWriter) => {
      tensor.int(1, values.length)
      tensor.int(2, dtypeFacts[dtype].code)
    }
    const loose = withTensor((tensor) => {
      head(tensor)
      for (const value of values) tensor.int(field, value)
    })
    const tight = withTensor((tensor) => {
      head(tensor)
      tensor.bytes(field, packed(values))
    })
    const raw = withTensor((tensor) => {
      head(tensor)
      tensor.bytes(9, want)
    })
    for (const bytes of [loose, tight, raw]) expect(onlyTensor(bytes).bytes()).toEqual(want)
    expect(encodeModel(decodeModel(loose))).toEqual(encodeModel(decodeModel(raw)))
  },
)

test('float_data and double_data are read packed and unpacked, also as complex numbers', () => {
  const floats = Float32Array.of(1.5, -0, Number.NaN, Number.NEGATIVE_INFINITY)
  const raw = new Uint8Array(floats.buffer)
  const loose = withTensor((tensor) => {
    tensor.int(1, 4)
    tensor.int(2, 1)
    for (const value of floats) tensor.float(4, value)
  })
  const tight = withTensor((tensor) => {
    tensor.int(1, 2)
    tensor.int(2, dtypeFacts.complex64.code)
    tensor.bytes(4, raw)
  })
  expect(onlyTensor(loose).bytes()).toEqual(raw)
  expect(onlyTensor(tight).bytes()).toEqual(raw)
  const doubles = new Uint8Array(Float64Array.of(1.5, -2).buffer)
  const double = withTensor((tensor) => {
    tensor.int(1, 1)
    tensor.int(2, dtypeFacts.complex128.code)
    tensor.bytes(10, doubles)
  })
  expect(onlyTensor(double).bytes()).toEqual(doubles)
})

test.each(['int4', 'uint4', 'float4e2m1', 'int2', 'uint2'] as const)(
  '%s is packed in bytes, in raw_data and in int32_data alike',
  (dtype) => {
    const perByte = 8 / dtypeFacts[dtype].bits
    const count = 2 * perByte + 1
    const head = (tensor: WireWriter) => {
      tensor.int(1, count)
      tensor.int(2, dtypeFacts[dtype].code)
    }
    const raw = withTensor((tensor) => {
      head(tensor)
      tensor.bytes(9, Uint8Array.of(0x21, 0x43, 0x05))
    })
    const typed = withTensor((tensor) => {
      head(tensor)
      tensor.bytes(5, packed([0x21, 0x43, 0x05]))
    })
    expect(onlyTensor(raw).bytes()).toEqual(Uint8Array.of(0x21, 0x43, 0x05))
    expect(onlyTensor(typed).bytes()).toEqual(onlyTensor(raw).bytes())
  },
)

test('strings stay bytes, UTF-8 or not', () => {
  const bytes = withTensor((tensor) => {
    tensor.int(1, 2)
    tensor.int(2, 8)
    tensor.bytes(6, Uint8Array.of(0xff, 0xfe))
    tensor.text(6, 'ü')
  })
  expect(onlyTensor(bytes).strings).toEqual([Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xc3, 0xbc)])
  expect(onlyTensor(encodeModel(decodeModel(bytes))).strings).toEqual(onlyTensor(bytes).strings)
})

test('raw data are a view of the file, not a copy', () => {
  const file = encodeModel(
    build.model(
      build.graph({
        nodes: [],
        initializers: [build.float32Tensor('w', [3], [1, 2, 3])],
        inputs: [],
        outputs: [],
      }),
    ),
  )
  expect(onlyTensor(file).bytes().buffer).toBe(file.buffer)
})

/** A message whose fields are all unknown to the codec: 30 is free in every ONNX message. */
function noted(write: (writer: WireWriter) => void): WireWriter {
  const writer = new WireWriter()
  write(writer)
  writer.text(30, 'kept')
  return writer
}

test('unknown fields of every message are kept byte for byte, in their place', () => {
  const dim = noted((writer) => writer.int(1, 3))
  const shape = noted((writer) => writer.bytes(1, finished(dim)))
  const tensorType = noted((writer) => {
    writer.int(1, 1)
    writer.bytes(2, finished(shape))
  })
  const type = noted((writer) => {
    writer.bytes(1, finished(tensorType))
    writer.text(6, 'IMAGE')
  })
  const value = noted((writer) => {
    writer.text(1, 'x')
    writer.bytes(2, finished(type))
    writer.text(3, 'doc')
  })
  const attribute = noted((writer) => {
    writer.text(1, 'axis')
    writer.int(3, 1)
    writer.text(13, 'doc')
    writer.int(20, 2)
  })
  const node = noted((writer) => {
    writer.text(1, 'x')
    writer.text(2, 'y')
    writer.text(4, 'Softmax')
    writer.bytes(5, finished(attribute))
    writer.text(6, 'doc')
    writer.text(8, 'overload')
  })
  const tensor = noted((writer) => {
    writer.int(1, 1)
    writer.int(2, 2)
    writer.text(8, 'w')
    writer.bytes(9, Uint8Array.of(7))
    writer.text(12, 'doc')
  })
  const sparse = new WireWriter()
  sparse.int(3, 5)
  const graph = noted((writer) => {
    writer.bytes(1, finished(node))
    writer.text(2, 'g')
    writer.bytes(5, finished(tensor))
    writer.text(10, 'doc')
    writer.bytes(11, finished(value))
    writer.text(14, 'quantization')
    writer.bytes(15, finished(sparse))
  })
  const model = noted((writer) => {
    writer.int(1, 8)
    writer.text(4, 'domain')
    writer.int(5, 9)
    writer.bytes(7, finished(graph))
    writer.text(25, 'a function')
  })
  const bytes = finished(model)
  expect(encodeModel(decodeModel(bytes))).toEqual(bytes)
})

test('values that are not tensors keep their type', () => {
  const sequence = new WireWriter()
  sequence.text(4, 'whatever a sequence holds')
  const value = new WireWriter()
  value.text(1, 's')
  value.bytes(2, finished(sequence))
  const graph = new WireWriter()
  graph.bytes(11, finished(value))
  const model = new WireWriter()
  model.bytes(7, finished(graph))
  const bytes = finished(model)
  const read = decodeModel(bytes).graph.inputs[0]
  expect(read).toMatchObject({ name: 's', dtype: null, dims: null })
  expect(decodeModel(encodeModel(decodeModel(bytes))).graph.inputs[0]).toEqual(read)
  expect(read?.raw).toEqual(finished(sequence))
})

function fileWithAttribute(attribute: WireWriter): Uint8Array {
  const node = new WireWriter()
  node.bytes(5, finished(attribute))
  const graph = new WireWriter()
  graph.bytes(1, finished(node))
  const model = new WireWriter()
  model.bytes(7, finished(graph))
  return finished(model)
}

function onlyAttribute(bytes: Uint8Array): Attribute {
  return decodeModel(bytes).graph.nodes[0]!.attributes[0]!
}

test('an attribute without a type, as files before IR version 2 have it, is read by the field that is there', () => {
  const attribute = new WireWriter()
  attribute.text(1, 'axes')
  attribute.int(8, 1)
  attribute.int(8, -1)
  expect(onlyAttribute(fileWithAttribute(attribute))).toEqual({
    name: 'axes',
    kind: 'ints',
    value: [1n, -1n],
  })
})

test('numbers in attributes are read packed as well', () => {
  const attribute = new WireWriter()
  attribute.text(1, 'axes')
  attribute.bytes(8, packed([1, -1]))
  attribute.int(20, 7)
  expect(onlyAttribute(fileWithAttribute(attribute))).toMatchObject({ value: [1n, -1n] })
})

test('a type that is written after its value, or whose value is protobuf default, is read', () => {
  const late = new WireWriter()
  late.text(1, 'a')
  late.int(20, 2)
  expect(onlyAttribute(fileWithAttribute(late))).toEqual({ name: 'a', kind: 'int', value: 0n })
})

test('a reference to an attribute of a function is kept as it is', () => {
  const attribute = new WireWriter()
  attribute.text(1, 'alpha')
  attribute.int(20, 1)
  attribute.text(21, 'beta')
  const bytes = fileWithAttribute(attribute)
  expect(onlyAttribute(bytes)).toMatchObject({ name: 'alpha', kind: 'other' })
  expect(onlyAttribute(encodeModel(decodeModel(bytes)))).toEqual(onlyAttribute(bytes))
})

const small = (): Model =>
  build.model(
    build.graph({
      nodes: [
        build.node('Conv', ['x', 'w'], ['y'], {
          attributes: [build.intsAttribute('pads', [1, 1]), build.intAttribute('group', 1)],
        }),
      ],
      initializers: [build.float32Tensor('w', [2], [1, 2]), build.int64Tensor('a', [1], [3])],
      inputs: [build.valueInfo('x', 'float32', ['n', null])],
      outputs: [build.valueInfo('y', 'float32', null)],
    }),
    { metadata: { b: '1', a: '2' }, opsets: { 'com.microsoft': 1 } },
  )

test('a tensor that gives another number of bytes than it announced is not written', () => {
  const model = small()
  const liar: Tensor = { ...model.graph.initializers[0]!, bytes: () => new Uint8Array(3) }
  const broken = { ...model, graph: { ...model.graph, initializers: [liar] } }
  expect(() => encodeModel(broken)).toThrow(/announced 8 bytes and returned 3/)
})

test('the pieces of a model add up to the length that was announced before', () => {
  const encoded = encodeChunks(small())
  expect(joinBytes([...encoded.chunks()])).toHaveLength(encoded.byteLength)
})

test('a model of more than 2 GiB is not put into one array', () => {
  const huge: Tensor = {
    name: 'w',
    dtype: 'uint8',
    dims: [2 ** 32],
    byteLength: 2 ** 32,
    bytes: () => new Uint8Array(0),
  }
  const model = { ...small(), graph: { ...small().graph, initializers: [huge] } }
  expect(() => encodeModel(model)).toThrow(expect.objectContaining({ code: 'ONNX_TOO_LARGE' }))
})
