import { expect, test } from 'vitest'
import { RightsizeError } from '../error/error.ts'
import * as build from './build.ts'
import { decodeModel } from './decode.ts'
import { encodeModel } from './encode.ts'
import { joinBytes, limitsFor } from './protobuf.ts'
import { WireWriter } from './protobuf-writer.ts'

function finished(writer: WireWriter): Uint8Array<ArrayBuffer> {
  return joinBytes([...writer.finish().chunks()])
}

/** A model whose graph is the given fields. */
function withGraph(write: (graph: WireWriter) => void): Uint8Array<ArrayBuffer> {
  const graph = new WireWriter()
  write(graph)
  const model = new WireWriter()
  model.bytes(7, finished(graph))
  return finished(model)
}

function withTensor(write: (tensor: WireWriter) => void): Uint8Array<ArrayBuffer> {
  return withGraph((graph) => {
    const tensor = new WireWriter()
    tensor.text(8, 'w')
    write(tensor)
    graph.bytes(5, finished(tensor))
  })
}

function refusal(bytes: Uint8Array, limits = {}): RightsizeError {
  try {
    const model = decodeModel(bytes, { limits })
    for (const tensor of model.graph.initializers) tensor.bytes()
  } catch (error) {
    if (error instanceof RightsizeError) return error
    throw error
  }
  throw new Error('the file was accepted')
}

const field = (number: number, type: number) => number * 8 + type

test('every beginning of a file is refused with the byte where it ends, or is a shorter model', () => {
  const bytes = encodeModel(
    build.model(
      build.graph({
        nodes: [
          build.node('Gemm', ['x', 'w'], ['y'], { attributes: [build.floatAttribute('alpha', 2)] }),
        ],
        initializers: [build.float32Tensor('w', [2, 2], [1, 2, 3, 4])],
        inputs: [build.valueInfo('x', 'float32', ['n', 2])],
        outputs: [build.valueInfo('y', 'float32', ['n', 2])],
      }),
    ),
  )
  let accepted = 0
  for (let length = 1; length < bytes.length; length += 1) {
    try {
      decodeModel(bytes.subarray(0, length))
      accepted += 1
    } catch (error) {
      expect(error).toBeInstanceOf(RightsizeError)
      expect((error as RightsizeError).at ?? 'a whole-file reason').toMatch(/byte \d+|whole-file/)
    }
  }
  // Whole: after the graph, and nowhere else, since the opset follows it.
  expect(accepted).toBe(1)
})

test.each([
  [
    'a length beyond the end',
    Uint8Array.of(field(7, 2), 9, 0),
    '9 bytes announced, 1 left (truncated?)',
    'byte 2',
  ],
  [
    'a number that never ends',
    Uint8Array.of(field(1, 0), ...new Array(11).fill(0xff)),
    'a number of more than ten bytes',
    'byte 11',
  ],
  ['a tag that never ends', new Uint8Array(12).fill(0xff), 'number above 2^53', 'byte 8'],
  ['field number zero', Uint8Array.of(2, 0), '2 is not a field tag', 'byte 1'],
  [
    'a group',
    Uint8Array.of((field(30, 3) % 128) | 0x80, 1, 0),
    'wire type 3, which ONNX does not use',
    'byte 2',
  ],
  [
    'a graph that is a number',
    Uint8Array.of(field(7, 0), 1),
    'field graph has wire type 0 instead of 2',
    'byte 1',
  ],
  ['no graph', Uint8Array.of(field(1, 0), 8), 'the file holds no graph', 'byte 2'],
  ['two graphs', Uint8Array.of(field(7, 2), 0, field(7, 2), 0), 'a second graph', 'byte 3'],
])('%s is refused', (_what, bytes, message, at) => {
  expect(refusal(bytes)).toMatchObject({ code: 'ONNX_INVALID', message, at })
})

test('the refusal names the field inside the graph', () => {
  const bytes = withGraph((graph) => {
    graph.bytes(1, finished(new WireWriter()))
    const attribute = new WireWriter()
    attribute.int(1, 3)
    const node = new WireWriter()
    node.bytes(5, finished(new WireWriter()))
    node.bytes(5, finished(attribute))
    graph.bytes(1, finished(node))
  })
  expect(refusal(bytes)).toMatchObject({
    message: 'field name has wire type 0',
    at: expect.stringMatching(/^byte \d+, graph\.node\[1\]\.attribute\[1\]$/),
  })
})

test.each<[string, (tensor: WireWriter) => void, RegExp]>([
  [
    'too few bytes',
    (t) => {
      t.int(1, 3)
      t.int(2, 1)
      t.bytes(9, new Uint8Array(8))
    },
    /float32\[3\], which takes 12 bytes, and holds 8 bytes/,
  ],
  [
    'too many bytes',
    (t) => {
      t.int(2, 1)
      t.bytes(9, new Uint8Array(8))
    },
    /float32\[\], which takes 4 bytes, and holds 8 bytes/,
  ],
  [
    'no bytes',
    (t) => {
      t.int(1, 3)
      t.int(2, 1)
    },
    /which takes 12 bytes, and holds 0 bytes/,
  ],
  [
    'too few entries',
    (t) => {
      t.int(1, 3)
      t.int(2, 7)
      t.int(7, 5)
    },
    /holds 1 entries of int64_data/,
  ],
  [
    'too few strings',
    (t) => {
      t.int(1, 3)
      t.int(2, 8)
      t.text(6, 'a')
    },
    /which takes 3 strings, and holds 1 strings/,
  ],
  [
    'a negative dimension',
    (t) => {
      t.int(1, -1)
      t.int(2, 1)
    },
    /negative dimension -1/,
  ],
  [
    'dims whose product overflows',
    (t) => {
      t.int(1, 2 ** 40)
      t.int(1, 2 ** 40)
      t.int(2, 1)
    },
    /more than 2\^49 elements/,
  ],
  [
    'a dimension beyond 2^53',
    (t) => {
      t.int(1, 2n ** 60n)
      t.int(2, 1)
    },
    /outside \+-\(2\^53 - 1\)/,
  ],
  [
    'an unknown type',
    (t) => {
      t.int(2, 99)
    },
    /data type 99, which is unknown/,
  ],
  [
    'data in the field of another type',
    (t) => {
      t.int(1, 1)
      t.int(2, 7)
      t.float(4, 1)
    },
    /int64 keeps its data in float_data/,
  ],
  [
    'data twice',
    (t) => {
      t.int(1, 1)
      t.int(2, 7)
      t.int(7, 1)
      t.bytes(9, new Uint8Array(8))
    },
    /both raw_data and int64_data/,
  ],
  [
    'data in two fields',
    (t) => {
      t.int(1, 1)
      t.int(2, 7)
      t.float(4, 1)
      t.int(7, 1)
    },
    /both float_data and int64_data/,
  ],
  [
    'a number too large for its type',
    (t) => {
      t.int(1, 1)
      t.int(2, 2)
      t.int(5, 256)
    },
    /256 does not fit into 8 bits/,
  ],
  [
    'a packed field cut short',
    (t) => {
      t.int(1, 1)
      t.int(2, 1)
      t.bytes(4, new Uint8Array(3))
    },
    /holds 0.75 entries of float_data/,
  ],
])('a tensor with %s is refused', (_what, write, message) => {
  const error = refusal(withTensor(write))
  expect(error.code).toBe('ONNX_INVALID')
  expect(error.message).toMatch(message)
  expect(error.at).toMatch(/^byte \d+/)
})

test('names that are not UTF-8 are refused', () => {
  const bytes = withGraph((graph) => graph.bytes(2, Uint8Array.of(0xc3, 0x28)))
  expect(refusal(bytes).message).toBe('a name that is not UTF-8')
})

test('graphs nested without end are refused at the depth limit', () => {
  let graph = new WireWriter()
  for (let level = 0; level < 40; level += 1) {
    const attribute = new WireWriter()
    attribute.bytes(6, finished(graph))
    attribute.int(20, 5)
    const node = new WireWriter()
    node.bytes(5, finished(attribute))
    graph = new WireWriter()
    graph.bytes(1, finished(node))
  }
  const model = new WireWriter()
  model.bytes(7, finished(graph))
  const error = refusal(finished(model))
  expect(error.code).toBe('ONNX_TOO_LARGE')
  expect(error.message).toBe('messages are nested more than 64 deep (limits.depth)')
  expect(() => decodeModel(finished(model), { limits: { depth: 200 } })).not.toThrow()
})

const many = 20_000
const dense: readonly [string, Uint8Array][] = [
  [
    'nodes',
    withGraph((graph) => {
      for (let i = 0; i < many; i += 1) graph.bytes(1, finished(new WireWriter()))
    }),
  ],
  [
    'inputs',
    withGraph((graph) => {
      for (let i = 0; i < many; i += 1) graph.bytes(11, finished(new WireWriter()))
    }),
  ],
  [
    'unknown fields',
    withGraph((graph) => {
      for (let i = 0; i < many; i += 1) graph.int(30, 0)
    }),
  ],
  [
    'dims',
    withTensor((tensor) => {
      for (let i = 0; i < many; i += 1) tensor.int(1, 1)
      tensor.int(2, 3)
      tensor.bytes(9, new Uint8Array(1))
    }),
  ],
  [
    'strings',
    withTensor((tensor) => {
      tensor.int(1, many)
      tensor.int(2, 8)
      for (let i = 0; i < many; i += 1) tensor.text(6, '')
    }),
  ],
]

test.each(dense)('a file of nothing but %s stops at the heap limit', (_what, bytes) => {
  expect(refusal(bytes, { heapBytes: 100_000 })).toMatchObject({
    code: 'ONNX_TOO_LARGE',
    message: 'the decoded structure would need more than 100000 bytes (limits.heapBytes)',
  })
})

test('the default limit grows with the file', () => {
  expect(limitsFor(0)).toEqual({ heapBytes: 64 * 2 ** 20, depth: 64 })
  expect(limitsFor(2 ** 20).heapBytes).toBe(96 * 2 ** 20)
})

test.each([
  [
    'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
    'the file is a Git-LFS pointer, not an ONNX model',
    /git lfs pull/,
  ],
  ['\n <!DOCTYPE html><html>', 'the file is an HTML page, not an ONNX model', /direct download/],
  ['<html><head>', 'the file is an HTML page, not an ONNX model', /direct download/],
  [
    'PK\u0003\u0004 archive',
    'the file is a zip archive (PyTorch and NumPy files are zip archives), not an ONNX model',
    /Export/,
  ],
  ['GGUF\u0003', 'the file is a GGUF file (llama.cpp), not an ONNX model', /git lfs pull/],
  ['{"error":"Not found"}', 'the file is JSON, not an ONNX model', /git lfs pull/],
  [
    '\u0020\u0000\u0000\u0000TFL3',
    'the file is a TensorFlow Lite model, not an ONNX model',
    /Export/,
  ],
  [
    '\u0010\u0000\u0000\u0000\u0000\u0000\u0000\u0000{"a":{}}',
    'the file is a safetensors file, not an ONNX model',
    /git lfs pull/,
  ],
  ['', 'the file is empty', /git lfs pull/],
])('%j is recognised', (text, message, next) => {
  const error = refusal(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))
  expect(error).toMatchObject({ code: 'ONNX_NOT_A_MODEL', message })
  expect(error.next).toMatch(next)
})
