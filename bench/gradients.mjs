// Gradients: rules against finite differences, the encoder's training step against a bare MatMul, bit reproducibility.
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const load = (path) => import(pathToFileURL(join(dist, path)).href)

const { openEngine } = await load('adapters/tensors/onnxruntime.js')
const { model, graph: graphWith, valueInfo } = await load('core/onnx/build.js')
const { encodeModel } = await load('core/onnx/encode.js')
const { gradient, gradientName } = await load('core/train/gradient.js')
const { graphWriter } = await load('core/onnx/graph-writer.js')
const { seededRandom } = await load('core/random/random.js')
const { vjpRules } = await load('core/train/rules.js')
const { withLoss } = await load('core/train/loss.js')
const { encoderArchitecture } = await load('core/train/build-encoder.js')
const { freshTrainable } = await load('core/train/trainable.js')
const { adamStart, adamStep, globalNorm } = await load('core/train/adam.js')
const { openStep } = await load('app/train/step-session.js')
const { maskFeeds } = await load('app/train/mask-feeds.js')
const { trainEncoder } = await load('app/train/train-encoder.js')

const SEED = 20261120
const ROUNDS = 5
const opsets = { 'com.microsoft': 1 }
const bars = []
const figures = { seed: SEED }
const engine = await openEngine()
console.log(`${engine.name} ${engine.version}, seed ${SEED}\n`)

const bar = (name, value, target, ok) => bars.push({ name, value, target, ok })
const product = (dims) => dims.reduce((all, dim) => all * dim, 1)
const draw = (dims, seed, low = -1, high = 1) => {
  const source = seededRandom(SEED, seed)
  const data = Float32Array.from(
    { length: product(dims) },
    () => low + (high - low) * source.next(),
  )
  return { dtype: 'float32', dims, data }
}

// 1. One case per rule: inputs, the interval they are drawn from, the op. Kinks (Relu, Abs) are kept clear of.
const one = (op, options = {}, domain = '') => [
  { x: [4, 6] },
  (w) => w.emit(op, ['x'], { domain, ...options }),
]
const two = (op, a, b, options = {}) => [{ a, b }, (w) => w.emit(op, ['a', 'b'], options)]
const above = [0.5, 2]
const rules = {
  Add: two('Add', [4, 6], [6]),
  Sum: two('Sum', [4, 6], [4, 1]),
  Sub: two('Sub', [4, 1, 6], [3, 1]),
  Mul: two('Mul', [4, 6], [6]),
  Div: [...two('Div', [4, 6], [4, 1]), above],
  Pow: [...two('Pow', [4, 6], [6]), above],
  Neg: one('Neg'),
  Sqrt: [...one('Sqrt'), above],
  Exp: one('Exp'),
  Log: [...one('Log'), above],
  Abs: [...one('Abs'), above],
  Erf: one('Erf'),
  Tanh: one('Tanh'),
  Sigmoid: one('Sigmoid'),
  Relu: [...one('Relu'), above],
  Gelu: one('Gelu', {}, 'com.microsoft'),
  MatMul: two('MatMul', [2, 3, 4], [4, 5]),
  FusedMatMul: two('FusedMatMul', [2, 3, 4], [2, 5, 4], {
    domain: 'com.microsoft',
    attributes: { transB: 1, alpha: { float: 0.5 } },
  }),
  Gemm: [{ a: [3, 4], b: [5, 4], c: [5] }, (w) => w.op('Gemm', ['a', 'b', 'c'], { transB: 1 })],
  Softmax: one('Softmax'),
  LogSoftmax: one('LogSoftmax'),
  LayerNormalization: [
    { x: [4, 6], scale: [6], bias: [6] },
    (w) => w.emit('LayerNormalization', ['x', 'scale', 'bias']),
  ],
  Reshape: [{ x: [4, 6] }, (w) => w.emit('Reshape', ['x', w.ints([3, -1])])],
  Flatten: [{ x: [2, 3, 4] }, (w) => w.emit('Flatten', ['x'])],
  Squeeze: [{ x: [4, 1, 6] }, (w) => w.emit('Squeeze', ['x', w.ints([1])])],
  Unsqueeze: [{ x: [4, 6] }, (w) => w.emit('Unsqueeze', ['x', w.ints([0])])],
  Identity: one('Identity'),
  Transpose: [{ x: [2, 3, 4] }, (w) => w.op('Transpose', ['x'], { perm: [1, 2, 0] })],
  Concat: [{ a: [4, 2], b: [4, 3] }, (w) => w.op('Concat', ['a', 'b', 'a'], { axis: 1 })],
  Split: [
    { x: [4, 6] },
    (w) => {
      w.emit('Split', ['x', w.ints([2, 4])], {
        attributes: { axis: 1 },
        outputs: ['left', 'right'],
      })
      return 'right'
    },
  ],
  Slice: [
    { x: [4, 6] },
    (w) => w.emit('Slice', ['x', w.ints([5]), w.ints([0]), w.ints([1]), w.ints([-2])]),
  ],
  Expand: [{ x: [4, 1] }, (w) => w.emit('Expand', ['x', w.ints([2, 4, 3])])],
  Cast: one('Cast', { attributes: { to: 1 } }),
  Max: two('Max', [4, 6], [4, 1]),
  ReduceMax: [{ x: [4, 6] }, (w) => w.op('ReduceMax', ['x', w.ints([1])], { keepdims: 0 })],
  ReduceL2: [{ x: [4, 6] }, (w) => w.op('ReduceL2', ['x', w.ints([1])], { keepdims: 0 })],
  ReduceSum: [{ x: [4, 6] }, (w) => w.emit('ReduceSum', ['x', w.ints([0])])],
  ReduceMean: [{ x: [4, 6] }, (w) => w.op('ReduceMean', ['x', w.ints([1])], { keepdims: 0 })],
  Gather: [{ x: [5, 4] }, (w) => w.emit('Gather', ['x', w.ints([1, 3, 1, 1])])],
  Where: [
    { a: [4, 3], b: [3] },
    (w) => w.emit('Where', [w.emit('Greater', [w.ints([1, -1, 1]), w.ints([0])]), 'a', 'b']),
  ],
  Dropout: one('Dropout'),
}

function ruleGraph(inputs, build) {
  const writer = graphWriter([...Object.keys(inputs), 'value', 'loss', 'direction'])
  writer.emit('Identity', [build(writer)], { outputs: ['value'] })
  const weighted = writer.emit('Mul', ['value', 'direction'])
  writer.emit('ReduceSum', [weighted], { attributes: { keepdims: 0 }, outputs: ['loss'] })
  const infos = Object.entries(inputs).map(([name, dims]) => valueInfo(name, 'float32', dims))
  return graphWith({
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: [...infos, valueInfo('direction', 'float32', null)],
    outputs: [valueInfo('value', 'float32', null)],
  })
}

/** Central differences at h and h/2 combined to fourth order, summed in float64. */
async function differences(session, feeds, name, direction) {
  const { data: original } = feeds[name]
  const at = async (index, step) => {
    const data = original.slice()
    data[index] += step
    const { value } = await session.run({ ...feeds, [name]: { ...feeds[name], data } }, ['value'])
    return value.data.reduce((sum, v, place) => sum + v * direction.data[place], 0)
  }
  const slope = async (index, h) => ((await at(index, h)) - (await at(index, -h))) / (2 * h)
  const found = []
  for (let index = 0; index < original.length; index++)
    found.push((4 * (await slope(index, 2 ** -6)) - (await slope(index, 2 ** -5))) / 3)
  return found
}

const relative = (found, expected) => {
  const gap = Math.hypot(...expected.map((value, index) => found[index] - value))
  return gap / Math.max(Math.hypot(...expected), 1e-3)
}

async function ruleError([inputs, build, [low, high] = [-1, 1]]) {
  const graph = ruleGraph(inputs, build)
  const names = Object.keys(inputs)
  const open = (made) => engine.open(encodeModel(model(made, { opsets })))
  const [forward, backward] = [await open(graph), await open(gradient(graph, 'loss', names))]
  const feeds = Object.fromEntries(
    names.map((name, at) => [name, draw(inputs[name], at, low, high)]),
  )
  const { value } = await forward.run({ ...feeds, direction: draw([], 0) }, ['value'])
  const direction = draw(value.dims, 99)
  const outputs = await backward.run({ ...feeds, direction })
  let worst = 0
  for (const name of names) {
    const expected = await differences(forward, { ...feeds, direction }, name, direction)
    worst = Math.max(worst, relative(outputs[gradientName(name)].data, expected))
  }
  await forward.close()
  await backward.close()
  return worst
}

const errors = {}
for (const op of Object.keys(vjpRules))
  errors[op] = rules[op] ? await ruleError(rules[op]) : Number.NaN
console.log('rule                 relative error of the gradient')
for (const [op, error] of Object.entries(errors))
  console.log(`${op.padEnd(20)} ${error.toExponential(1)}`)
const worst = Math.max(...Object.values(errors))
figures.rules = Object.keys(errors).length
figures.worstRuleError = worst
bar('every rule within 1e-3 of finite differences', worst, '<= 1e-3', worst <= 1e-3)

// 2. A whole encoder: the slope of the loss along a random direction of each parameter tensor.
const shape = { vocabulary: 40, maxLength: 12, width: 16, depth: 2, heads: 4, classes: 5 }
const integers = (dims, of) => ({
  dtype: 'int64',
  dims,
  data: BigInt64Array.from({ length: product(dims) }, (_, index) => BigInt(of(index))),
})
const batchFeeds = (batch, length, vocabulary, classes) => ({
  input_ids: integers([batch, length], (index) => (index * 7919) % vocabulary),
  attention_mask: integers([batch, length], () => 1),
  labels: integers([batch], (index) => index % classes),
  weights: { dtype: 'float32', dims: [batch], data: new Float32Array(batch).fill(1) },
})

async function encoderError(settings) {
  const architecture = encoderArchitecture({ ...shape, ...settings })
  const trainable = freshTrainable(architecture, SEED)
  const loss = { kind: 'cross-entropy' }
  const data = batchFeeds(4, 9, shape.vocabulary, shape.classes)
  const masks = maskFeeds(architecture.masks, data, 0, SEED, 1)
  const step = await openStep({ engine, trainable, loss, batch: 4 })
  const { gradients } = await step.run(trainable.start, { ...data, ...masks })
  const forward = withLoss(architecture.graph('infer'), 'logits', loss)
  const session = await engine.open(encodeModel(model(forward, { opsets })))
  const feedsOf = (values) =>
    Object.fromEntries(
      architecture.parameters.map(({ name, dims }) => [
        name,
        { dtype: 'float32', dims, data: values.get(name) },
      ]),
    )
  const lossAt = async (name, direction, h) => {
    const values = new Map(trainable.start)
    values.set(
      name,
      trainable.start.get(name).map((value, index) => value + h * direction[index]),
    )
    return (await session.run({ ...feedsOf(values), ...data }, ['loss'])).loss.data[0]
  }
  let [gap, size] = [0, 0]
  for (const [at, { name, dims }] of architecture.parameters.entries()) {
    const direction = draw(dims, 500 + at).data
    const scale = 1 / Math.hypot(...direction)
    for (let index = 0; index < direction.length; index++) direction[index] *= scale
    const slopeAt = async (h) =>
      ((await lossAt(name, direction, h)) - (await lossAt(name, direction, -h))) / (2 * h)
    const slope = (4 * (await slopeAt(2 ** -6)) - (await slopeAt(2 ** -5))) / 3
    const grad = gradients.get(name)
    const found = grad.reduce((sum, value, index) => sum + value * direction[index], 0)
    gap += (found - slope) ** 2
    size += slope ** 2
  }
  await step.close()
  await session.close()
  return Math.sqrt(gap / size)
}

const encoderErrors = {
  'pre-norm, mean': await encoderError({}),
  'post-norm, first token': await encoderError({ norm: 'post', pooling: 'first' }),
  'post-norm, ReLU': await encoderError({ norm: 'post', activation: 'relu' }),
}
const whole = Math.max(...Object.values(encoderErrors))
console.log('\nwhole encoder, every parameter along a random direction')
for (const [name, error] of Object.entries(encoderErrors))
  console.log(`  ${name.padEnd(24)} ${error.toExponential(1)}`)
figures.encoderError = whole
bar('whole encoder within 1e-2 of finite differences', whole, '<= 1e-2', whole <= 1e-2)

// 3. The training step, H 384, 3 layers, batch 32 x 32 tokens, against a bare MatMul in the same run.
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e3
}
const timed = async (act, repeats = 1) => {
  const start = cpuMs()
  for (let index = 0; index < repeats; index++) await act()
  return (cpuMs() - start) / repeats
}
const [batch, length, width, depth, heads, classes, vocabulary] = [32, 32, 384, 3, 12, 10, 5000]
const tokens = batch * length
const big = encoderArchitecture({ vocabulary, maxLength: 64, width, depth, heads, classes })
const trainable = freshTrainable(big, SEED)
const step = await openStep({ engine, trainable, loss: { kind: 'cross-entropy' }, batch })
const data = batchFeeds(batch, length, vocabulary, classes)
let adam = adamStart(trainable.start)
const decayed = new Set(big.parameters.flatMap(({ name, dims }) => (dims.length > 1 ? [name] : [])))
let stepNumber = 0
const trainingStep = async () => {
  stepNumber += 1
  const masks = maskFeeds(big.masks, data, 0.1, SEED, stepNumber)
  const { gradients } = await step.run(trainable.start, { ...data, ...masks })
  const inputs = { rate: 1e-5, norm: globalNorm(gradients.values()), decayed }
  adam = adamStep(trainable.start, gradients, adam, inputs, { decay: 0.01, clipNorm: 1 })
}

const bareWriter = graphWriter(['x', 'w', 'y'])
bareWriter.emit('ReduceMax', [bareWriter.emit('MatMul', ['x', 'w'])], {
  attributes: { keepdims: 0 },
  outputs: ['y'],
})
const bare = await engine.open(
  encodeModel(
    model(
      graphWith({
        nodes: bareWriter.nodes,
        inputs: [
          valueInfo('x', 'float32', [tokens, width]),
          valueInfo('w', 'float32', [width, 4 * width]),
        ],
        outputs: [valueInfo('y', 'float32', [])],
      }),
    ),
  ),
)
const bareFeeds = { x: draw([tokens, width], 1), w: draw([width, 4 * width], 2) }
const bareMatMul = () => bare.run(bareFeeds)

await trainingStep()
await bareMatMul()
// Both windows last about as long, so that a busy neighbour hits both alike.
let [bestStep, bestBare] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
for (let round = 0; round < ROUNDS; round++) {
  bestBare = Math.min(bestBare, await timed(bareMatMul, 35))
  bestStep = Math.min(bestStep, await timed(trainingStep))
}
// Multiply-adds count as two; projections and feed-forward, then scores and mixing; backward costs twice the forward.
const forward =
  2 * tokens * depth * (4 * width ** 2 + 8 * width ** 2) + 4 * tokens * length * width * depth
const stepGflops = (3 * forward) / bestStep / 1e6
const bareGflops = (2 * tokens * width * 4 * width) / bestBare / 1e6
const share = stepGflops / bareGflops
console.log(
  `\ntraining step (forward, backward, dropout masks, clipping, AdamW; 1 thread, CPU time, best of ${ROUNDS}):`,
)
console.log(`  ${bestStep.toFixed(0)} ms, ${stepGflops.toFixed(0)} GFLOPS`)
console.log(`  bare MatMul ${tokens} x ${width} x ${4 * width}: ${bareGflops.toFixed(0)} GFLOPS`)
console.log(`  share ${(100 * share).toFixed(0)} %`)
Object.assign(figures, { stepMs: bestStep, stepGflops, bareGflops, share })
bar('training step at 60 % of a bare MatMul', share, '>= 0.6', share >= 0.6)
await step.close()
await bare.close()

// 4. The same seed gives the same bytes, at one thread and at two; another seed gives others.
const rows = Array.from({ length: 200 }, (_, row) => {
  const source = seededRandom(SEED, 77, row)
  return Array.from({ length: 5 + (source.bits() % 7) }, () => source.bits() % shape.vocabulary)
})
const examples = { ids: rows, labels: rows.map((row) => row[0] % shape.classes) }
const trainedBytes = async (threads, seed) => {
  const settings = { engine, shape, examples, threads, seed, epochs: 2, dropout: 0.2, batch: 16 }
  return Buffer.from(encodeModel((await trainEncoder(settings)).model))
}
const same = []
for (const threads of [1, 2]) {
  const first = await trainedBytes(threads, SEED)
  same.push((await trainedBytes(threads, SEED)).equals(first))
  same.push(!(await trainedBytes(threads, SEED + 1)).equals(first))
}
const reproducible = same.every(Boolean)
console.log(
  `\nsame seed, same bytes at 1 and 2 threads; another seed, other bytes: ${reproducible}`,
)
figures.reproducible = reproducible
bar('bit-reproducible for seed and threads', Number(reproducible), '1', reproducible)

console.log('')
for (const { name, value, target, ok } of bars)
  console.log(`${ok ? 'holds' : 'FAILS'}  ${name}: ${Number(value.toPrecision(3))} (${target})`)
console.log(JSON.stringify({ bench: 'gradients', figures, bars }))
process.exit(bars.every(({ ok }) => ok) ? 0 : 1)
