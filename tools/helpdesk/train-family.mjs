// Trains the example family with rightsize's own training code, fixed seeds, no Python: linear, static and four
// encoders, each into examples/helpdesk-intents/models/<name>. `node tools/helpdesk/train-family.mjs [name...]`.
// RIGHTSIZE_FAMILY_SEED trains with another seed than the committed one, RIGHTSIZE_FAMILY_OUT writes elsewhere.
// Reads train and calibration only. The test part is frozen by digest (FROZEN.json) and is not opened here.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = process.env.RIGHTSIZE_DIST ?? join(root, 'dist')
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const out = process.env.RIGHTSIZE_FAMILY_OUT ?? join(root, 'examples/helpdesk-intents/models')
const data = join(root, 'examples/helpdesk-intents/data')

/** One vocabulary size and one recipe; width, depth and step size differ. Chosen on the calibration part. */
const recipe = {
  vocabulary: 1000,
  maxLength: 64,
  dropout: 0.2,
  tokenDropout: 0.2,
  smoothing: 0.1,
  seed: Number(process.env.RIGHTSIZE_FAMILY_SEED ?? 1),
}
export const family = {
  linear: { kind: 'linear', limitBytes: 6e5 },
  static: { kind: 'static', vocabulary: 2000, width: 64 },
  tiny: { kind: 'encoder', width: 48, depth: 2, heads: 4, peak: 3e-3, epochs: 12 },
  small: { kind: 'encoder', width: 96, depth: 2, heads: 4, peak: 2e-3, epochs: 12 },
  medium: { kind: 'encoder', width: 128, depth: 3, heads: 4, peak: 1.5e-3, epochs: 12 },
  large: { kind: 'encoder', width: 240, depth: 3, heads: 8, peak: 8e-4, epochs: 12 },
}

const rowsOf = (part) =>
  readFileSync(join(data, `${part}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const digestOf = (part) =>
  createHash('sha256')
    .update(readFileSync(join(data, `${part}.jsonl`)))
    .digest('hex')
const cpuS = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Share right on the calibration part, overall and by kind of item. */
function judged(rows, answers) {
  const byKind = {}
  let right = 0
  rows.forEach((row, i) => {
    byKind[row.kind] ??= [0, 0]
    const tally = byKind[row.kind]
    tally[1] += 1
    if (answers[i] !== row.intent) return
    tally[0] += 1
    right += 1
  })
  const kinds = Object.entries(byKind).map(
    ([kind, [good, all]]) => `${kind} ${(good / all).toFixed(3)}`,
  )
  return { accuracy: right / rows.length, kinds: kinds.join(', ') }
}

/** Runs a training to its end. */
function drain(training) {
  for (;;) {
    const next = training.next()
    if (next.done) return next.value
  }
}

async function teachLinear(train, calibration, { limitBytes }) {
  const { linearTraining } = await load('core/student/linear.js')
  const { encodeLinear } = await load('core/student/student-forms.js')
  const { LinearClassifier } = await load('core/student/runtime-linear.js')
  const rows = train.map((row) => ({ text: row.text, label: row.intent }))
  const { model } = drain(linearTraining(rows, { seed: 1, limitBytes }))
  const reader = new LinearClassifier(model)
  const answers = calibration.map((row) => reader.classify(row.text).label)
  return {
    files: { 'model.safetensors': encodeLinear(model) },
    answers,
    parameters: model.weights.length + model.bias.length,
    settings: `defaults of the linear student, at most ${limitBytes} bytes`,
  }
}

async function teachStatic(train, calibration, { vocabulary, width }) {
  const { staticTraining } = await load('core/student/static.js')
  const { encodeStatic } = await load('core/student/student-forms.js')
  const { StaticClassifier } = await load('core/student/runtime-static.js')
  const { trainWordPiece } = await load('core/text/train-wordpiece.js')
  const tokenizer = trainWordPiece(
    train.map((row) => row.text),
    { vocabSize: vocabulary },
  )
  const rows = train.map((row) => ({ text: row.text, label: row.intent }))
  const { model } = drain(staticTraining(rows, { tokenizer, width, seed: 1 }))
  const reader = new StaticClassifier(model)
  const answers = calibration.map((row) => reader.classify(row.text).label)
  return {
    files: { 'model.safetensors': encodeStatic(model) },
    answers,
    parameters: model.embeddings.length,
    settings: `vocabulary ${vocabulary}, width ${width}`,
  }
}

async function teachEncoder(train, calibration, { width, depth, heads, peak, epochs }) {
  const { trainEncoder } = await load('app/train/train-encoder.js')
  const { openEngine } = await load('adapters/tensors/onnxruntime.js')
  const { encodeModel } = await load('core/onnx/encode.js')
  const { trainWordPiece } = await load('core/text/train-wordpiece.js')
  const { openWordPiece } = await load('core/text/open-wordpiece.js')
  const { tokenFeeds } = await load('core/train/token-batch.js')
  const engine = await openEngine()
  const labels = [...new Set(train.map((row) => row.intent))].sort()
  const tokenizerJson = trainWordPiece(
    train.map((row) => row.text),
    { vocabSize: recipe.vocabulary },
  )
  const tokenizer = openWordPiece(tokenizerJson)
  const examples = (rows) => ({
    ids: rows.map((row) => tokenizer.encode(row.text).ids),
    labels: rows.map((row) => labels.indexOf(row.intent)),
  })
  const shape = {
    vocabulary: tokenizer.vocabSize,
    maxLength: recipe.maxLength,
    width,
    depth,
    heads,
    classes: labels.length,
    pooling: 'gated',
    positions: 'relative',
  }
  const held = examples(calibration)
  const trained = await trainEncoder({
    engine,
    shape,
    examples: examples(train),
    held,
    labels,
    padId: tokenizer.padId,
    seed: recipe.seed,
    threads: 1,
    epochs,
    batch: 32,
    dropout: recipe.dropout,
    tokenDropout: { rate: recipe.tokenDropout, id: 4, from: 5 },
    loss: { kind: 'cross-entropy', smoothing: recipe.smoothing },
    schedule: { peak, warmup: 0.1, shape: 'cosine' },
    optimiser: { decay: 0.01, clipNorm: 1 },
    // The whole schedule is run and its last values are kept: nothing is picked by the calibration part here.
    earlyStopping: { share: 0, patience: 99 },
    cpuS,
    onEvent: (event) => {
      if (event.kind !== 'epoch') return
      console.error(
        `  epoch ${event.epoch}: loss ${event.trainLoss.toFixed(3)}, calibration ${event.heldAccuracy?.toFixed(4)}, ${event.cpuS.toFixed(0)} CPU-s`,
      )
    },
  })
  const model = encodeModel(trained.model)
  const session = await engine.open(model)
  const answers = []
  for (let at = 0; at < calibration.length; at += 64) {
    const rows = Array.from({ length: Math.min(64, calibration.length - at) }, (_, i) => at + i)
    const { logits } = await session.run(
      tokenFeeds(held.ids, rows, shape.maxLength, tokenizer.padId),
    )
    rows.forEach((_, i) => {
      const scores = logits.data.subarray(i * labels.length, (i + 1) * labels.length)
      answers.push(labels[scores.indexOf(Math.max(...scores))])
    })
  }
  await session.close()
  const config = {
    model_type: 'rightsize-encoder',
    id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
    max_position_embeddings: shape.maxLength,
    vocab_size: shape.vocabulary,
    pad_token_id: tokenizer.padId,
  }
  return {
    files: {
      'onnx/model.onnx': model,
      'tokenizer.json': JSON.stringify(tokenizerJson),
      'config.json': JSON.stringify(config, null, 1),
    },
    answers,
    parameters: trained.metrics.parameterCount,
    settings: `width ${width}, depth ${depth}, heads ${heads}, vocabulary ${shape.vocabulary}, gated pooling, relative positions, ${epochs} epochs, peak step ${peak}, dropout ${recipe.dropout}, token dropout ${recipe.tokenDropout}, label smoothing ${recipe.smoothing}`,
  }
}

function card(name, made, score, seconds) {
  return `# ${name}

Part of rightsize's example family. **Synthetic data**: trained on messages that a grammar wrote (tools/helpdesk), so its accuracy says nothing about real support messages.

| fact | value |
|---|---|
| made by | \`node tools/helpdesk/train-family.mjs ${name}\`, seed ${recipe.seed}, one thread |
| learned from | data/train.jsonl, sha256 ${digestOf('train')} |
| architecture and settings chosen on | data/calibration.jsonl, sha256 ${digestOf('calibration')} |
| settings | ${made.settings} |
| parameters | ${made.parameters} |
| training | ${seconds.toFixed(0)} CPU seconds |
| calibration accuracy | ${(score.accuracy * 100).toFixed(1)} % (${score.kinds}) |
`
}

const teachers = { linear: teachLinear, static: teachStatic, encoder: teachEncoder }

async function make(name) {
  const options = family[name]
  const train = rowsOf('train')
  const calibration = rowsOf('calibration')
  const started = { cpu: cpuS(), wall: performance.now() }
  const made = await teachers[options.kind](train, calibration, options)
  const score = judged(calibration, made.answers)
  const seconds = cpuS() - started.cpu
  let bytes = 0
  for (const [file, content] of Object.entries({
    ...made.files,
    'README.md': card(name, made, score, seconds),
  })) {
    const path = join(out, name, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    bytes += content.length
  }
  console.log(
    `${name.padEnd(8)} ${String(made.parameters).padStart(8)} parameters, ${(bytes / 1e6).toFixed(2)} MB, calibration ${(score.accuracy * 100).toFixed(1)} % (${score.kinds}), ${seconds.toFixed(0)} CPU-s, ${((performance.now() - started.wall) / 1000).toFixed(0)} s`,
  )
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2)
  for (const name of names.length > 0 ? names : Object.keys(family)) await make(name)
}
