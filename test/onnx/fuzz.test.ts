import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { RightsizeError } from '../../src/core/error/error.ts'
import * as build from '../../src/core/onnx/build.ts'
import { decodeModel } from '../../src/core/onnx/decode.ts'
import { encodeModel } from '../../src/core/onnx/encode.ts'
import { graphProblems } from '../../src/core/onnx/graph-check.ts'
import { removeDead } from '../../src/core/onnx/graph-edit.ts'
import type { Model } from '../../src/core/onnx/model.ts'
import { inferShapes } from '../../src/core/onnx/shapes.ts'
import { graphsWithin } from '../../src/core/onnx/walk.ts'
import { canonicalModel } from './canonical.ts'
import { modelsUnder, realDataFolder, testdataFolder } from './model-corpus.ts'

/** Seconds to run: RIGHTSIZE_FUZZ_S (60 in CI), 1 otherwise. RIGHTSIZE_FUZZ_SEED repeats a run. */
const seconds = Number(process.env.RIGHTSIZE_FUZZ_S ?? 1)
const seed = Number(process.env.RIGHTSIZE_FUZZ_SEED ?? Date.now() % 2 ** 31)

/**
 * The stated bound for one file: what decoding may keep (limitsFor with a base of 1 MiB here, so that it bites), its garbage, a
 * re-encoding, and typed data at 8 bytes an entry. Measured by heap and array buffers before and after.
 */
const base = 2 ** 20
const bound = (bytes: number) => 6 * base + 160 * bytes

/** Mulberry32, by Tommy Ettinger (public domain): 32 bits of state are enough to name a run. */
function generator(state: number): () => number {
  let a = state
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function ownModel(): Model {
  const branch = build.graph({
    name: 'branch',
    nodes: [build.node('Identity', ['x'], ['b'])],
    inputs: [],
    outputs: [build.valueInfo('b', 'float32', [2])],
  })
  const attributes = [
    build.graphAttribute('then_branch', branch),
    build.graphAttribute('else_branch', branch),
  ]
  const constants = [
    build.tensorAttribute('value', build.int64Tensor('', [2], [1, -1])),
    build.stringsAttribute('names', ['a', 'ü']),
    build.floatsAttribute('scales', [1, 2]),
    build.intsAttribute('axes', [0, -1]),
  ]
  const graph = build.graph({
    nodes: [
      build.node('If', ['c'], ['y'], { attributes }),
      build.node('Constant', [], ['k'], { attributes: constants }),
    ],
    initializers: [
      build.float32Tensor('w', [2], [1, 2]),
      build.tensor('s', { dtype: 'string', dims: [1], data: ['t'] }),
    ],
    inputs: [build.valueInfo('x', 'float32', ['n', 2]), build.valueInfo('c', 'bool', [])],
    outputs: [build.valueInfo('y', 'float32', null)],
  })
  return build.model(graph, { metadata: { a: 'b' } })
}

function corpus(): readonly Uint8Array[] {
  const files = [...modelsUnder(testdataFolder), ...modelsUnder(realDataFolder)]
  const small = files.filter(
    (file, index) => statSync(file).size < 60_000 && (index % 10 === 0 || file.includes('loop')),
  )
  return [encodeModel(ownModel()), ...small.map((file) => new Uint8Array(readFileSync(file)))]
}

const interesting = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x3a, 0x2a]

/** One to six changes, mostly one: bits, bytes, lengths, cuts, doubled and foreign pieces. */
function mutated(random: () => number, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit)
  let list = Array.from(bytes)
  for (let changes = 1 + Math.floor(6 * random() ** 3); changes > 0; changes -= 1) {
    const at = below(list.length + 1)
    const length = below(Math.min(40, list.length - at) + 1)
    const kind = below(7)
    if (kind === 0) list[at] = (list[at] ?? 0) ^ (1 << below(8))
    else if (kind === 1) list[at] = interesting[below(interesting.length)]!
    else if (kind === 2) list.splice(at, length)
    else if (kind === 3) list.splice(at, 0, ...list.slice(at, at + length))
    else if (kind === 4) list.splice(at, 0, ...new Array(1 + below(9)).fill(0xff), below(128))
    else if (kind === 5)
      list.splice(at, length, ...other.subarray(below(other.length)).subarray(0, 60))
    else list = list.slice(0, Math.max(1, at))
  }
  return Uint8Array.from(list)
}

/** Everything a stranger's file goes through: reading, every tensor, writing, reading again, looking at the graph. Returns whether it was accepted. */
function exercise(bytes: Uint8Array): boolean {
  try {
    const limits = { heapBytes: base + 32 * bytes.length }
    const model = decodeModel(bytes, { limits })
    for (const graph of graphsWithin(model.graph)) {
      for (const tensor of graph.initializers) tensor.bytes()
    }
    const once = encodeModel(model)
    const twice = encodeModel(decodeModel(once))
    if (Buffer.compare(once, twice) !== 0)
      throw new Error('writing what was written gives other bytes')
    encodeModel(canonicalModel(model))
    graphProblems(model.graph)
    inferShapes(removeDead(model.graph).graph)
    return true
  } catch (error) {
    if (error instanceof RightsizeError) return false
    throw error
  }
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test(
  `mutated models crash nothing, hang nothing and stay within memory (seed ${seed})`,
  () => {
    const random = generator(seed)
    const models = corpus()
    const counts = { tried: 0, accepted: 0 }
    let worst = { over: Number.NEGATIVE_INFINITY, grew: 0, bytes: 0 }
    const end = performance.now() + seconds * 1000
    while (performance.now() < end) {
      const pick = () => models[Math.floor(random() * models.length)]!
      const bytes = mutated(random, pick(), pick())
      const before = memory()
      if (exercise(bytes)) counts.accepted += 1
      const grew = memory() - before
      const over = grew - bound(bytes.length)
      if (over > worst.over) worst = { over, grew, bytes: bytes.length }
      counts.tried += 1
    }
    expect(worst.over, `a file of ${worst.bytes} bytes took ${worst.grew}`).toBeLessThanOrEqual(0)
    expect(counts.tried).toBeGreaterThan(50)
    // Some must get through: if nothing did, nothing behind the decoder would be tried.
    expect(counts.accepted).toBeGreaterThan(0)
    expect(counts.accepted).toBeLessThan(counts.tried)
  },
  seconds * 1000 + 30_000,
)
