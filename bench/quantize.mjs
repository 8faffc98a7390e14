// quantize: a 90 MB model in int8 (time, memory), what each number format gives on this processor, statistics inside the graph, 1 GB beside its model.
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { miniLm } from '../tools/minilm.mjs'

const dist = process.env.RIGHTSIZE_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const load = (path) => import(`${dist}/${path}.js`)
const build = await load('core/onnx/build')
const { encodeModel } = await load('core/onnx/encode')
const { modelFiles } = await load('adapters/tensors/model-file')
const { openEngine } = await load('adapters/tensors/onnxruntime')
const { processorFeatures } = await load('adapters/machine/this-machine')
const { passes } = await load('core/compress/table')
const { collectStats } = await load('app/shrink/collect-stats')
const { saturationRisks } = await load('core/compress/saturation')

const SEED = 1
const features = processorFeatures()
const vector = features.filter((name) => /avx|amx|vnni|asimd|i8mm|dotprod/.test(name))
const vnni = features.some((name) => /vnni/.test(name))
const figures = { seed: SEED, node: process.version, features: vector }
const bars = []
const bar = (name, value, target, ok) => bars.push({ name, value, target, ok })
const target = { runtime: 'onnxruntime-node', features, threads: 1 }

console.log(`processor: ${vector.join(' ')}`)

/** CPU and wall time and peak memory of a process that reads, quantises and writes, Node and its modules counted in. */
function quantiseApart(input, output) {
  const script = `
    const { readFileSync } = await import('node:fs')
    const { modelFiles } = await import('${dist}/adapters/tensors/model-file.js')
    const { int8 } = await import('${dist}/core/compress/int8.js')
    const { int8Embedding } = await import('${dist}/core/compress/int8-embedding.js')
    const target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
    const [wall, cpu] = [performance.now(), process.cpuUsage()]
    let artefact = { model: await modelFiles.read(process.argv[1]), tokenizer: null, config: {} }
    for (const pass of [int8, int8Embedding]) {
      const proposals = pass.propose(artefact, target)
      if ('why' in proposals) continue
      artefact = pass.apply(artefact, proposals[0], new Map()).artefact
    }
    await modelFiles.write(process.argv[2], artefact.model)
    const { user, system } = process.cpuUsage(cpu)
    const wallMs = performance.now() - wall
    let rss = process.resourceUsage().maxRSS * 1024
    try { rss = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024 } catch {}
    console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs, rss }))`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script, input, output], {
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(run.stderr)
  return JSON.parse(run.stdout)
}

function least(list, key) {
  return list.reduce((best, one) => (one[key] < best[key] ? one : best))
}

function quantising(input, folder) {
  const output = join(folder, 'int8.onnx')
  const runs = Array.from({ length: 5 }, () => quantiseApart(input, output))
  const best = least(runs, 'cpuMs')
  const size = statSync(input).size
  const ratio = best.rss / size
  Object.assign(figures, {
    modelBytes: size,
    quantisedBytes: statSync(output).size,
    cpuMs: best.cpuMs,
    wallMs: least(runs, 'wallMs').wallMs,
    peakRssBytes: best.rss,
  })
  console.log(
    `int8 of ${(size / 1e6).toFixed(1)} MB to ${(statSync(output).size / 1e6).toFixed(1)} MB: ${best.cpuMs.toFixed(0)} ms CPU, ${figures.wallMs.toFixed(0)} ms wall with the disk (best of five), peak ${(best.rss / 1e6).toFixed(0)} MB = ${ratio.toFixed(2)} times the model`,
  )
  bar('quantise 90 MB, CPU ms', best.cpuMs, '< 1000', best.cpuMs < 1000)
  bar('quantise 90 MB, peak RSS / model', ratio, '< 2.2', ratio < 2.2)
}

/** A model whose 1 GB of weights lie beside it, made one tensor at a time; quantised by reading one tensor at a time. */
function largeModel(folder) {
  const [count, rows, columns] = [64, 2048, 2048]
  const each = rows * columns * 4
  const data = openSync(join(folder, 'large.onnx_data'), 'w')
  const values = Float32Array.from({ length: rows * columns }, (_, at) => Math.sin(at * 0.37) / 30)
  for (let at = 0; at < count; at++)
    writeSync(data, new Uint8Array(values.buffer), 0, each, at * each)
  closeSync(data)
  return { count, rows, columns, each }
}

async function large(folder) {
  const { count, rows, columns, each } = largeModel(folder)
  const { encodeChunks } = await load('core/onnx/encode')
  const zero = {
    dtype: 'float32',
    dims: [rows, columns],
    byteLength: each,
    bytes: () => new Uint8Array(0),
  }
  const initializers = Array.from({ length: count }, (_, at) => ({ ...zero, name: `w${at}` }))
  const nodes = initializers.map(({ name }, at) =>
    build.node(
      'MatMul',
      [at === 0 ? 'x' : `h${at - 1}`, name],
      [at === count - 1 ? 'y' : `h${at}`],
    ),
  )
  const value = (name) => build.valueInfo(name, 'float32', ['n', columns])
  const graph = build.graph({ nodes, initializers, inputs: [value('x')], outputs: [value('y')] })
  const place = ({ name }) => ({ path: 'large.onnx_data', offset: Number(name.slice(1)) * each })
  const input = join(folder, 'large.onnx')
  writeFileSync(input, Buffer.concat([...encodeChunks(build.model(graph), place).chunks()]))
  const got = quantiseApart(input, join(folder, 'large-int8.onnx'))
  const size = count * each
  Object.assign(figures, { largeBytes: size, largeRssBytes: got.rss, largeCpuMs: got.cpuMs })
  console.log(
    `int8 of ${(size / 1e9).toFixed(2)} GB beside its model: ${(got.cpuMs / 1000).toFixed(1)} s CPU, peak ${(got.rss / 1e6).toFixed(0)} MB = ${(got.rss / size).toFixed(2)} times the weights`,
  )
  bar(
    'quantise 1 GB with external data, peak RSS / model',
    got.rss / size,
    '< 0.5',
    got.rss < size / 2,
  )
  rmSync(join(folder, 'large.onnx_data'))
}

/** Inputs of the MiniLM shape, no padding. */
function feedsOf(batch, length) {
  const ids = BigInt64Array.from({ length: batch * length }, (_, at) => BigInt((at * 7919) % 30522))
  const mask = new BigInt64Array(batch * length).fill(1n)
  return {
    input_ids: { dtype: 'int64', dims: [batch, length], data: ids },
    attention_mask: { dtype: 'int64', dims: [batch, length], data: mask },
  }
}

async function patched(model, ids) {
  let artefact = { model, tokenizer: null, config: {} }
  for (const [id, wanted] of ids) {
    const pass = await passes[id]()
    const proposals = pass.propose(artefact, target)
    if ('why' in proposals) throw new Error(`${id}: ${proposals.why}`)
    const fits = ({ params }) =>
      Object.entries(wanted).every(([key, value]) => params[key] === value)
    const proposal = proposals.find(fits)
    artefact = pass.apply(artefact, proposal, new Map()).artefact
  }
  return artefact.model
}

/** CPU ms of one run, best of five rounds of several; sessions take turns so that a busy machine is busy for all. */
async function takeTurns(sessions, feeds, runs) {
  const best = sessions.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < 6; round++) {
    for (const [at, session] of sessions.entries()) {
      const start = process.cpuUsage()
      for (let run = 0; run < runs; run++) await session.run(feeds)
      const { user, system } = process.cpuUsage(start)
      // The first round warms up.
      if (round > 0) best[at] = Math.min(best[at], (user + system) / 1000 / runs)
    }
  }
  return best
}

function cosine(a, b) {
  let [ab, aa, bb] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    ab += a[at] * b[at]
    aa += a[at] * a[at]
    bb += b[at] * b[at]
  }
  return ab / Math.sqrt(aa * bb)
}

async function formats(model) {
  const engine = await openEngine()
  const variants = [
    ['fp32', []],
    ['int8, 7-bit', [['int8', { limit: 63 }]]],
    ...(vnni ? [['int8, 8-bit', [['int8', { limit: 127 }]]]] : []),
    [
      'int8 + embedding',
      [
        ['int8', { limit: 63 }],
        ['int8-embedding', {}],
      ],
    ],
    ['blocks 4b/32', [['blocks', { bits: 4, size: 32 }]]],
    ['blocks 4b/128', [['blocks', { bits: 4, size: 128 }]]],
    ['blocks 8b/128', [['blocks', { bits: 8, size: 128 }]]],
    ['float16 stored', [['half', { type: 'float16' }]]],
  ]
  const made = []
  for (const [name, ids] of variants) {
    const after = await patched(model, ids)
    const bytes = encodeModel(after)
    made.push({
      name,
      bytes: bytes.length,
      risks: saturationRisks(after).length,
      session: await engine.open(bytes),
    })
  }
  const feeds = feedsOf(1, 64)
  const expected = Object.values(await made[0].session.run(feeds))[0].data
  const ms = await takeTurns(
    made.map(({ session }) => session),
    feeds,
    8,
  )
  console.log('format             MB      CPU ms at 1x64   faster   cosine    may saturate')
  figures.formats = {}
  for (const [at, { name, bytes, risks, session }] of made.entries()) {
    const got = Object.values(await session.run(feeds))[0].data
    const one = {
      bytes,
      cpuMs: ms[at],
      faster: ms[0] / ms[at],
      cosine: cosine(expected, got),
      risks,
    }
    figures.formats[name] = one
    console.log(
      `${name.padEnd(17)} ${(bytes / 1e6).toFixed(1).padStart(5)} ${one.cpuMs.toFixed(1).padStart(14)} ${one.faster.toFixed(2).padStart(10)}x ${one.cosine.toFixed(5).padStart(10)} ${String(risks).padStart(8)}`,
    )
    await session.close()
  }
  const { 'int8, 7-bit': int8, 'int8 + embedding': both } = figures.formats
  if (vnni)
    bar(
      'int8 faster than fp32 at 1x64 (2.4 to 3.0 on VNNI)',
      int8.faster,
      '>= 2.0',
      int8.faster >= 2,
    )
  else
    bar(
      'int8 faster than fp32 at 1x64 (2.4 to 3.0 on VNNI)',
      null,
      'a processor with VNNI',
      undefined,
    )
  bar('7-bit weights that may saturate', int8.risks, 0, int8.risks === 0)
  bar('cosine of int8 + embedding to fp32', both.cosine, '>= 0.995', both.cosine >= 0.995)
  bar(
    'int8 + embedding, size / fp32',
    both.bytes / figures.formats.fp32.bytes,
    '< 0.27',
    both.bytes < 0.27 * figures.formats.fp32.bytes,
  )
}

/** Collecting figures of every value that is multiplied with a stored weight, against plain inference on the same inputs. */
async function statistics(model) {
  const engine = await openEngine()
  const weights = new Set(model.graph.initializers.map(({ name }) => name))
  const inputs = model.graph.nodes
    .filter(({ opType, inputs: names }) => opType === 'MatMul' && weights.has(names[1]))
    .map(({ inputs: names }) => names[0])
  const values = [...new Set(inputs)]
  const batches = Array.from({ length: 16 }, () => feedsOf(8, 64))
  const plain = async () => {
    const session = await engine.open(encodeModel(model))
    for (const feeds of batches) await session.run(feeds)
    await session.close()
  }
  const collect = (kind) => () =>
    collectStats(
      model,
      values.map((value) => ({ value, kind })),
      { batches, engine },
    )
  const ways = { plain, energy: collect('energy'), moments: collect('moments') }
  const best = { plain: Infinity, energy: Infinity, moments: Infinity }
  for (let round = 0; round < 5; round++) {
    for (const [name, act] of Object.entries(ways)) {
      const start = process.cpuUsage()
      await act()
      const { user, system } = process.cpuUsage(start)
      best[name] = Math.min(best[name], (user + system) / 1e6)
    }
  }
  const [energy, moments] = [best.energy / best.plain, best.moments / best.plain]
  Object.assign(figures, { statValues: values.length, energyRatio: energy, momentsRatio: moments })
  console.log(
    `statistics of ${values.length} values inside the graph, 128 items of 64 tokens: energies ${energy.toFixed(3)}, with extremes ${moments.toFixed(3)} times plain inference`,
  )
  bar('energies (what pruning reads) / plain inference, CPU', energy, '< 1.15', energy < 1.15)
  bar('moments with extremes / plain inference, CPU', moments, '< 1.15', moments < 1.15)
}

/** The Python tools, where they can be imported. */
function peers(input, folder) {
  const tools = [
    [
      'onnxruntime.quantization',
      `from onnxruntime.quantization import quantize_dynamic, QuantType
quantize_dynamic(I, O, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)`,
    ],
    [
      'onnxslim',
      `import onnxslim
onnxslim.slim(I, O)`,
    ],
  ]
  figures.peers = {}
  for (const [name, code] of tools) {
    const script = `import sys, resource, time
I, O = sys.argv[1:3]
import ${name}
t = time.process_time()
${code}
print(time.process_time() - t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)`
    const run = spawnSync('python3', ['-c', script, input, join(folder, 'peer.onnx')], {
      encoding: 'utf8',
    })
    if (run.status !== 0) {
      const why = (run.stderr ?? 'no python3').trim().split('\n').at(-1)
      figures.peers[name] = { absent: why }
      console.log(`peer ${name}: absent (${why})`)
      continue
    }
    const [cpuS, rss] = run.stdout.trim().split('\n').at(-1).split(' ').map(Number)
    figures.peers[name] = { cpuS, rss }
    console.log(`peer ${name}: ${cpuS.toFixed(2)} s CPU, peak ${(rss / 1e6).toFixed(0)} MB`)
    bar(
      `faster than ${name}, CPU`,
      cpuS / (figures.cpuMs / 1000),
      '> 1',
      cpuS * 1000 > figures.cpuMs,
    )
  }
}

const folder = mkdtempSync(join(tmpdir(), 'rightsize-quantize-'))
try {
  const input = join(folder, 'minilm.onnx')
  const model = miniLm(build, { seed: SEED })
  await modelFiles.write(input, model)
  quantising(input, folder)
  peers(input, folder)
  await formats(model)
  await statistics(model)
  if (existsSync(input)) rmSync(input)
  await large(folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const unmeasured = bars.some(({ ok }) => ok === undefined)
console.log(
  JSON.stringify({
    bench: 'quantize',
    figures,
    bars: bars.map((one) => ({ ...one, ok: one.ok ?? false })),
  }),
)
process.exit(bars.some(({ ok }) => ok === false) ? 1 : unmeasured ? 4 : 0)
