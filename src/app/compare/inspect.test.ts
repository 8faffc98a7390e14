import { existsSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { f16, f32, ggufBytes } from '../../../test/onnx/gguf-bytes.ts'
import { modelFiles, tensorFile } from '../../adapters/tensors/model-file.ts'
import { inspectModel } from '../../core/compress/inspection.ts'
import type { Target } from '../../core/compress/pass.ts'
import * as build from '../../core/onnx/build.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import { encodeSafetensors } from '../../core/onnx/safetensors.ts'
import { inspect } from './inspect.ts'

const target: Target = { runtime: 'onnxruntime-node', features: [], threads: 1 }

/** A lookup of 100 x 64 and a product 64 x 32; the product's weight is stored twice, another is dead. */
const model = build.model(
  build.graph({
    nodes: [
      build.node('Gather', ['table', 'ids'], ['e']),
      build.node('MatMul', ['e', 'w'], ['h']),
      build.node('MatMul', ['e', 'again'], ['g']),
      build.node('Add', ['h', 'g'], ['y']),
    ],
    initializers: [
      build.float32Tensor('table', [100, 64], new Float32Array(6400).fill(0.5)),
      build.float32Tensor('w', [64, 32], new Float32Array(2048).fill(0.25)),
      build.float32Tensor('again', [64, 32], new Float32Array(2048).fill(0.25)),
      build.float32Tensor('dead', [10], new Float32Array(10)),
    ],
    inputs: [build.valueInfo('ids', 'int64', ['batch', 'sequence'])],
    outputs: [build.valueInfo('y', 'float32', ['batch', 'sequence', 32])],
  }),
)

/** A server of one file that honours ranges, or does not. */
function server(file: Uint8Array, ranges: boolean) {
  const asked: (string | null)[] = []
  const get = (async (_url: unknown, init?: RequestInit) => {
    const range = new Headers(init?.headers).get('range')
    asked.push(range)
    const end = Number(/bytes=0-(\d+)/.exec(range ?? '')?.[1])
    const bytes = Uint8Array.from(ranges ? file.subarray(0, end + 1) : file)
    const headers: Record<string, string> = ranges
      ? { 'content-range': `bytes 0-${bytes.length - 1}/${file.length}` }
      : { 'content-length': String(file.length) }
    return new Response(bytes, { status: ranges ? 206 : 200, headers })
  }) as typeof fetch
  return { get, asked }
}

const effects = (get: typeof fetch = fetch) => ({
  files: modelFiles,
  source: tensorFile,
  fetch: get,
  text: async (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
})

test('a graph is counted: all, active, duplicated and dead weights, parts and multiply-adds', async () => {
  const { get } = server(encodeModel(model), true)
  const found = await inspect('https://models.example/a.onnx', target, effects(get))
  expect(found.parameters).toEqual({ total: 10506, active: 8448, duplicated: 2048, dead: 10 })
  expect(found.bytes).toBe(4 * 10506)
  expect(found.byPart.map(({ name }) => name)).toEqual([
    'embeddings',
    'dense',
    'unused or in inner graphs',
  ])
  expect(found.operations).toEqual({
    multiplyAdds: 2 * 128 * 64 * 32,
    batch: 1,
    length: 128,
    unknown: 0,
  })
  const int8 = found.prospects.find(({ pass }) => pass === 'int8')
  expect(int8?.bytes).toBe(3 * 4096)
  expect(found.prospects.find(({ pass }) => pass === 'heads')?.bytes).toBeNull()
})

test('of a remote safetensors file the header alone is read', async () => {
  const data = new Float32Array(2_000_000)
  const tensors = [build.float32Tensor('encoder.layer.0.attention.weight', [2000, 1000], data)]
  const file = Uint8Array.from(
    [...encodeSafetensors({ metadata: {}, tensors }).chunks()].reduce((a, b) => {
      const joined = new Uint8Array(a.length + b.length)
      joined.set(a)
      joined.set(b, a.length)
      return joined
    }, new Uint8Array(0)),
  )
  for (const ranges of [true, false]) {
    const { get, asked } = server(file, ranges)
    const found = await inspect('https://models.example/m.safetensors', target, effects(get))
    expect(asked).toEqual(['bytes=0-1048575'])
    expect(found.parameters).toMatchObject({ total: 2_000_000, active: null })
    expect(found.byPart).toEqual([{ name: 'attention', parameters: 2_000_000, bytes: 8_000_000 }])
  }
})

test('an address without a model, and one that cannot be reached, are named', async () => {
  const missing = (async () => new Response('no', { status: 404 })) as typeof fetch
  await expect(inspect('https://x.example/m.gguf', target, effects(missing))).rejects.toThrow(
    /answered 404/,
  )
  const down = (async () => {
    throw new Error('down')
  }) as typeof fetch
  await expect(inspect('https://x.example/m.onnx', target, effects(down))).rejects.toThrow(
    /could not be reached/,
  )
})

/** A GGUF file whose weights are longer than what is fetched first. */
const gguf = ggufBytes([
  { name: 'blk.0.attn_q.weight', dims: [1024, 1024], type: f16 },
  { name: 'blk.0.ffn_up.weight', dims: [1024, 1024], type: f16 },
  { name: 'blk.0.attn_norm.weight', dims: [1024], type: f32 },
])

/** Runs with a real server on this machine. */
async function served<T>(answer: RequestListener, act: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  try {
    return await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}/m.gguf`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const remote = (url: string) => inspect(url, target, effects())

test.each<[string, RequestListener]>([
  [
    'with ranges',
    (request, response) => {
      const end = Number(/bytes=0-(\d+)/.exec(request.headers.range ?? '')?.[1])
      const bytes = gguf.subarray(0, end + 1)
      response.writeHead(206, { 'content-range': `bytes 0-${bytes.length - 1}/${gguf.length}` })
      response.end(bytes)
    },
  ],
  [
    'without ranges',
    (_, response) => {
      response.writeHead(200, { 'content-length': gguf.length })
      response.end(gguf)
    },
  ],
  ['that states no length', (_, response) => void response.end(gguf)],
  [
    'that states an absurd length',
    (_, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-1048575/${'9'.repeat(30)}` })
      response.end(gguf.subarray(0, 1_048_576))
    },
  ],
  [
    'that states a length below what it sends',
    (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-1048575/7' })
      response.end(gguf.subarray(0, 1_048_576))
    },
  ],
])('a GGUF header is read from a server %s', async (_, answer) => {
  const found = await served(answer, remote)
  expect(found.parameters.total).toBe(2 * 1024 * 1024 + 1024)
  // Two matrices of 16 bits and a norm of 32.
  expect(found.bitsPerWeight).toBeCloseTo(16 + (16 * 1024) / (found.parameters.total ?? 0), 9)
  const q4 = found.quantised.find(({ type }) => type === 'Q4_K_S')
  const weights = (2 * 1024 * 1024 * 4.5) / 8 + 4096
  expect((q4?.bytes ?? 0) - weights).toBeGreaterThanOrEqual(0)
  expect((q4?.bytes ?? 0) - weights).toBeLessThan(1000)
})

const endless = ggufBytes([]).fill(0xff, 8, 16)

test.each<[string, RequestListener, RegExp]>([
  [
    'an announced count beyond all bounds',
    (_, response) => void response.end(endless),
    /above 2\^53/,
  ],
  [
    'a text that never ends',
    (_, response) => {
      const head = ggufBytes([], { key: 1 })
      new DataView(head.buffer).setBigUint64(24, 2n ** 23n, true)
      response.end(head)
    },
    /announced|truncated/,
  ],
  [
    'another range than the one asked for',
    (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 500-999/1000' })
      response.end(gguf.subarray(500, 1000))
    },
    /sent another range/,
  ],
  [
    'less than it stated',
    (_, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-1048575/${gguf.length}` })
      response.end(gguf.subarray(0, 100))
    },
    /sent 100 bytes and the header continues/,
  ],
  [
    'a connection that breaks',
    (_, response) => {
      response.writeHead(200, { 'content-length': 5000 })
      response.write(gguf.subarray(0, 100))
      setTimeout(() => response.destroy(), 20)
    },
    /connection broke/,
  ],
  ['a page', (_, response) => void response.end('<html>'), /begins with the letters GGUF|left/],
])('a server that sends %s is refused in words', async (_, answer, why) => {
  await expect(served(answer, remote)).rejects.toThrow(why)
})

test('a server that never stops sending is cut off after the header', async () => {
  const answer: RequestListener = (_, response) => {
    response.write(gguf)
    const more = setInterval(() => response.write(new Uint8Array(65_536)), 1)
    response.on('close', () => clearInterval(more))
  }
  expect((await served(answer, remote)).parameters.total).toBe(2 * 1024 * 1024 + 1024)
})

const data = process.env['RIGHTSIZE_DATA'] ?? '../shared/data'

// Skipped where the folder RIGHTSIZE_DATA is absent.
test.skipIf(!existsSync(data))('a GGUF file is read locally and remotely alike', async () => {
  const path = join(data, 'llm-tiny/tinyllm.gguf')
  const local = await inspect(path, target, effects())
  const { get } = server(new Uint8Array(readFileSync(path)), true)
  const remote = await inspect('https://models.example/tinyllm.gguf', target, effects(get))
  expect(remote).toEqual(local)
  expect(local.parameters.total).toBeGreaterThan(200_000)
})

// Skipped where the folder RIGHTSIZE_DATA is absent.
test.skipIf(!existsSync(data))(
  'real graphs are inspected with what each pass would give',
  async () => {
    for (const file of ['kws/kws_ref_model.onnx', 'vad/silero_vad.onnx', 'kws/model_kws.onnx']) {
      const found = await inspect(join(data, file), target, effects())
      expect(found.prospects.length).toBeGreaterThanOrEqual(10)
      expect(found.parameters.total).toBeGreaterThan(5000)
    }
  },
)

test('what lies beside a model is known to the passes: its tokenizer and its classes', async () => {
  const large = fileURLToPath(
    new URL('../../../examples/helpdesk-intents/models/large', import.meta.url),
  )
  for (const path of [large, `${large}/onnx/model.onnx`]) {
    const { prospects } = await inspect(path, target, effects())
    const text = (pass: string) => prospects.find((one) => one.pass === pass)?.text
    expect(text('vocabulary')).toContain('the tokens of the texts are unknown')
    expect(text('student-encoder')).toContain('an encoder of width 48')
  }
})

test('values in the attributes of an operator are unknown, not none', async () => {
  const scores = build.floatsAttribute('coefficients', [0.5, -0.5, 0.25, -0.25])
  const classifier = build.model(
    build.graph({
      nodes: [
        build.node('LinearClassifier', ['x'], ['label', 'scores'], {
          ...{ domain: 'ai.onnx.ml', attributes: [scores] },
        }),
      ],
      initializers: [],
      inputs: [build.valueInfo('x', 'float32', ['batch', 2])],
      outputs: [build.valueInfo('scores', 'float32', ['batch', 2])],
    }),
  )
  const artefact = { model: classifier, tokenizer: null, config: {} }
  expect(inspectModel(artefact, target, [])).toMatchObject({
    parameters: { total: null, active: null, duplicated: null, dead: null },
    ...{ bytes: null, bitsPerWeight: null, operations: null },
    notes: [expect.stringMatching(/^LinearClassifier holds its values in attributes/)],
  })
})
