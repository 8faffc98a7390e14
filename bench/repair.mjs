// repair: what structural cuts cost before any training: statistics inside the graph against plain inference, and the least-squares repair of a layer.
import { fileURLToPath } from 'node:url'
import { miniLm, weightsFrom } from '../tools/minilm.mjs'

const dist = process.env.RIGHTSIZE_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const load = (path) => import(`${dist}/${path}.js`)
const build = await load('core/onnx/build')
const { encodeModel } = await load('core/onnx/encode')
const { openEngine } = await load('adapters/tensors/onnxruntime')
const { collectStats } = await load('app/shrink/collect-stats')
const { inactive } = await load('core/compress/inactive')
const { neurons } = await load('core/compress/structural-neurons')
const { repairedInputs } = await load('core/compress/structural-repair')
const { heads } = await load('core/compress/structural-heads')

const SEED = 1
const ROUNDS = 5
const figures = { seed: SEED, node: process.version }
const bars = []
const bar = (name, value, target, ok) => bars.push({ name, value, target, ok })
const print = (name, text) => console.log(`${name.padEnd(62)} ${text}`)
const engine = await openEngine()

const cpuS = (start) => {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

/** The least CPU time of several ways to do something, taken in turns. */
async function best(ways) {
  const least = Object.fromEntries(
    Object.keys(ways).map((name) => [name, Number.POSITIVE_INFINITY]),
  )
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, act] of Object.entries(ways)) {
      const start = process.cpuUsage()
      await act()
      least[name] = Math.min(least[name], cpuS(start))
    }
  return least
}

/** Token ids and mask; every third row ends in padding where asked. */
function feedsOf(rows, length, padded) {
  const draw = weightsFrom(SEED + 1)(rows * length, 1)
  const ids = BigInt64Array.from(draw, (value) => BigInt(Math.floor(((value + 1) / 2) * 30000)))
  const mask = BigInt64Array.from(ids, (_, at) =>
    padded && Math.floor(at / length) % 3 === 0 && at % length >= length / 2 ? 0n : 1n,
  )
  const dims = [rows, length]
  return {
    input_ids: { dtype: 'int64', dims, data: ids },
    attention_mask: { dtype: 'int64', dims, data: mask },
  }
}

async function statistics() {
  const model = miniLm(build)
  const artefact = { model, tokenizer: null, config: {} }
  const target = { runtime: 'onnxruntime-node', features: [], threads: 1 }
  const asked = [neurons, heads].flatMap((pass) => {
    const offers = pass.propose(artefact, target)
    if ('why' in offers) throw new Error(offers.why)
    return pass.needs(
      artefact,
      offers.find(({ params }) => params.importance !== 'taylor'),
    )
  })
  const stillness = inactive.needs(artefact, inactive.propose(artefact, target)[0])
  for (const padded of [false, true]) {
    const batches = Array.from({ length: 12 }, () => feedsOf(8, 64, padded))
    const [fetch] = model.graph.outputs.map(({ name }) => name)
    const plain = async () => {
      const session = await engine.open(encodeModel(model), { intraThreads: 1 })
      for (const feeds of batches) await session.run(feeds, [fetch])
      await session.close()
    }
    const collect = (requests) => () => collectStats(model, requests, { batches, engine })
    const grams = asked.map(({ value }) => ({ value, kind: 'gram' }))
    const least = await best({
      plain,
      asked: collect(asked),
      still: collect(stillness),
      ...(padded ? {} : { grams: collect(grams) }),
    })
    const how = padded ? 'with padding' : 'without padding'
    const [energy, still] = [least.asked / least.plain, least.still / least.plain]
    Object.assign(figures, { [`energy ${how}`]: energy, [`still ${how}`]: still })
    print(
      `statistics of ${asked.length} values for neurons and heads, ${how}`,
      `${energy.toFixed(3)} x plain inference`,
    )
    print(
      `  of ${stillness.length} values with distances from the first row, for inactive`,
      `${still.toFixed(3)} x`,
    )
    if (!padded) {
      figures['Gram matrices'] = least.grams / least.plain
      print(
        '  with Gram matrices, which least squares reads',
        `${figures['Gram matrices'].toFixed(3)} x`,
      )
    }
    bar(`statistics / plain inference, CPU, ${how}`, energy, '<= 1.15', energy <= 1.15)
    bar(`stillness / plain inference, CPU, ${how}`, still, '<= 1.15', still <= 1.15)
  }
}

/** Means and x^T x / rows of seeded values with some correlation between neighbours. */
function statsOf(width) {
  const rows = 2 * width
  const x = weightsFrom(SEED + 2)(rows * width, 1)
  for (let at = 1; at < x.length; at++) x[at] += 0.5 * x[at - 1]
  const gram = new Float64Array(width * width)
  const mean = new Float64Array(width)
  for (let at = 0; at < x.length; at++) mean[at % width] += x[at] / rows
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++) {
      const value = x[row * width + i] / rows
      for (let j = 0; j < width; j++) gram[i * width + j] += value * x[row * width + j]
    }
  return { count: rows, mean, gram }
}

async function repair() {
  for (const [inWidth, outWidth, stay] of [
    [768, 384, 384],
    [768, 768, 384],
    [768, 768, 576],
    [1536, 384, 768],
  ]) {
    const draw = weightsFrom(SEED + 3)
    const tensor = (name, dims) =>
      build.float32Tensor(
        name,
        dims,
        draw(
          dims.reduce((a, b) => a * b, 1),
          0.05,
        ),
      )
    const dense = {
      input: 'x',
      weight: tensor('weight', [inWidth, outWidth]),
      bias: tensor('bias', [outWidth]),
      transposed: false,
      inWidth,
      outWidth,
    }
    const stats = new Map([['x', statsOf(inWidth)]])
    const at = (odd) => Array.from({ length: inWidth }, (_, i) => i).filter((i) => odd(i))
    const step = stay / inWidth
    const keeps = (i) => Math.floor((i + 1) * step) > Math.floor(i * step)
    const kept = at(keeps)
    const { once } = await best({ once: () => repairedInputs(dense, kept, stats, 'least-squares') })
    const name = `least squares, ${inWidth} neurons to ${kept.length}, ${outWidth} outputs`
    print(name, `${once.toFixed(3)} CPU-s`)
    figures[name] = once
    if (inWidth === 768) bar(`${name}, CPU s`, once, '< 0.5', once < 0.5)
  }
}

await statistics()
await repair()
for (const { name, value, target, ok } of bars)
  console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value.toFixed(3)} (${target})`)
console.log(JSON.stringify({ bench: 'repair', figures, bars }))
process.exit(bars.every(({ ok }) => ok) ? 0 : 1)
