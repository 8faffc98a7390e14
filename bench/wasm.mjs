// wasm: number formats on a MiniLM-shaped encoder under WebAssembly (onnxruntime-web, one thread) beside the native runtime, as CPU ratios.
import { fileURLToPath } from 'node:url'
import { miniLm } from '../tools/minilm.mjs'

const dist = process.env.RIGHTSIZE_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const load = (path) => import(`${dist}/${path}.js`)
const build = await load('core/onnx/build')
const { encodeModel } = await load('core/onnx/encode')
const { openEngine } = await load('adapters/tensors/onnxruntime')
const { openWebEngine } = await load('adapters/tensors/onnxruntime/web')
const { processorFeatures } = await load('adapters/machine/this-machine')
const { int8 } = await load('core/compress/int8')
const { blocks } = await load('core/compress/blocks')

const SEED = 1
const ROUNDS = 5
/** Layers of the bench: a third of MiniLM's, which keeps the ratios and the bench under a minute. */
const LAYERS = 2
const shapes = [
  [1, 16],
  [1, 64],
  [8, 64],
]
const features = processorFeatures()
const figures = { seed: SEED, node: process.version, layers: LAYERS }
const bars = []
const bar = (name, value, target, ok) => bars.push({ name, value, target, ok })

const base = miniLm(build, { seed: SEED, layers: LAYERS })
const artefact = { model: base, tokenizer: null, config: {} }

/** The first proposal of a pass that fits, applied. The block pass itself refuses WebAssembly, so it is asked about the native runtime. */
function made(pass, fits) {
  const proposals = pass.propose(artefact, { runtime: 'onnxruntime-node', features, threads: 1 })
  const proposal = 'why' in proposals ? undefined : proposals.find(fits)
  if (proposal === undefined) throw new Error(`${pass.id} has nothing to offer`)
  return pass.apply(artefact, proposal, new Map()).artefact.model
}

const forms = {
  fp32: base,
  int8: made(int8, () => true),
  '8-bit blocks': made(blocks, ({ params }) => params.bits === 8),
  '4-bit blocks': made(blocks, ({ params }) => params.bits === 4),
}

function feedsOf([batch, length]) {
  const dims = [batch, length]
  const ids = BigInt64Array.from({ length: batch * length }, (_, at) =>
    BigInt(1000 + ((at * 37) % 20000)),
  )
  const mask = new BigInt64Array(batch * length).fill(1n)
  return {
    input_ids: { dtype: 'int64', dims, data: ids },
    attention_mask: { dtype: 'int64', dims, data: mask },
  }
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Best of five CPU times of each form, the forms taking turns. */
async function timesOf(sessions, shape) {
  const feeds = feedsOf(shape)
  const calls = Math.max(1, Math.round(128 / (shape[0] * shape[1])))
  const best = {}
  for (let round = 0; round <= ROUNDS; round++)
    for (const [form, session] of Object.entries(sessions)) {
      const start = cpuMs()
      for (let at = 0; at < calls; at++) await session.run(feeds)
      const used = (cpuMs() - start) / calls
      // The first round warms up.
      if (round > 0) best[form] = Math.min(best[form] ?? Number.POSITIVE_INFINITY, used)
    }
  return best
}

async function ratiosUnder(engine) {
  const sessions = {}
  for (const [form, model] of Object.entries(forms))
    sessions[form] = await engine.open(encodeModel(model), { intraThreads: 1 })
  console.log(`\n${engine.name} ${engine.version}: CPU ms per call, and how many times fp32`)
  const ratios = {}
  for (const shape of shapes) {
    const times = await timesOf(sessions, shape)
    const name = shape.join('x')
    ratios[name] = Object.fromEntries(
      Object.entries(times).map(([form, ms]) => [form, ms / times.fp32]),
    )
    const cells = Object.entries(times).map(
      ([form, ms]) => `${form} ${ms.toFixed(1)} (${(ms / times.fp32).toFixed(2)})`,
    )
    console.log(`  ${name.padEnd(5)} ${cells.join('   ')}`)
  }
  const outputs = {}
  for (const [form, session] of Object.entries(sessions)) {
    outputs[form] = Object.values(await session.run(feedsOf([1, 16])))[0].data
    await session.close()
  }
  return { ratios, outputs }
}

function apart(left, right) {
  let most = 0
  for (let at = 0; at < left.length; at++) most = Math.max(most, Math.abs(left[at] - right[at]))
  return most
}

const web = await openWebEngine(() => import('onnxruntime-web')).catch((error) => error)
if (web instanceof Error) {
  console.log(`not measured: ${web.message}`)
  bar('onnxruntime-web', null, 'npm ci --prefix bench', false)
  console.log(JSON.stringify({ bench: 'wasm', figures, bars }))
  process.exit(4)
}
const native = await ratiosUnder(await openEngine())
const wasm = await ratiosUnder(web)
Object.assign(figures, { native: native.ratios, wasm: wasm.ratios })
const all = (form) => shapes.map((shape) => wasm.ratios[shape.join('x')][form])
bar(
  'wasm and native agree, fp32',
  apart(native.outputs.fp32, wasm.outputs.fp32),
  '< 1e-4',
  apart(native.outputs.fp32, wasm.outputs.fp32) < 1e-4,
)
bar(
  'int8 under wasm, worst share of fp32',
  Math.max(...all('int8')),
  '< 0.8',
  Math.max(...all('int8')) < 0.8,
)
// The study's figure for 4-bit blocks under WebAssembly: 1.1 to 2.9 times slower than fp32. Above 1 is why the pass refuses that target.
bar(
  '4-bit blocks under wasm, least times fp32',
  Math.min(...all('4-bit blocks')),
  '> 1',
  Math.min(...all('4-bit blocks')) > 1,
)
const refused = blocks.propose(artefact, { runtime: 'onnxruntime-web', features, threads: 1 })
bar('blocks are refused for wasm', 'why' in refused, 'true', 'why' in refused)
console.log('')
for (const { name, value, target, ok } of bars)
  console.log(
    `${ok ? 'ok  ' : 'MISS'} ${name}: ${typeof value === 'number' ? value.toPrecision(3) : value} (${target})`,
  )
console.log(JSON.stringify({ bench: 'wasm', figures, bars }))
process.exit(bars.every(({ ok }) => ok) ? 0 : 1)
