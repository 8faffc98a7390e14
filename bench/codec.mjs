// codec: ONNX round trips against onnx-proto on 300 files and more; a 90 MB model decoded and re-encoded, beside a plain copy.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { miniLm } from '../tools/minilm.mjs'
import {
  firstDifference,
  modelTree,
  pick,
  protoInstalled,
  protoTree,
} from './peers/onnx-agreement.mjs'

const dist = process.env.RIGHTSIZE_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const core = (name) => import(`${dist}/core/onnx/${name}.js`)
const { decodeModel } = await core('decode')
const { encodeModel } = await core('encode')
const build = await core('build')

const SEED = 1
const figures = { seed: SEED }
const bars = []
const bar = (name, value, target, ok) => bars.push({ name, value, target, ok })

/** Model files that nobody here wrote: ONNX's own cases (Debian, libonnx-testdata) and the real ones. */
function corpus() {
  const folders = [
    '/usr/share/libonnx-testdata/data',
    process.env.RIGHTSIZE_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url)),
  ]
  return folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith('.onnx') && !name.endsWith('lfs_pointer.onnx'))
      .map((name) => join(folder, name)),
  )
}

function roundTrips() {
  if (!protoInstalled)
    return bar('agrees with onnx-proto', null, 'npm ci --prefix bench', undefined)
  const files = corpus()
  let identical = 0
  let exact = 0
  let agreeing = 0
  for (const file of files) {
    const bytes = new Uint8Array(readFileSync(file))
    const model = decodeModel(bytes)
    const again = encodeModel(model)
    if (Buffer.compare(bytes, again) === 0) exact++
    if (Buffer.compare(again, encodeModel(decodeModel(again))) === 0) identical++
    const theirs = protoTree(bytes)
    if (
      (firstDifference(theirs, protoTree(again)) ??
        firstDifference(pick(theirs), modelTree(model))) === null
    )
      agreeing++
  }
  Object.assign(figures, {
    files: files.length,
    settled: identical,
    byteIdentical: exact,
    agreeing,
  })
  console.log(
    `${files.length} files: ${identical} identical once written by us (${exact} byte for byte as they were), ${agreeing} agree with onnx-proto`,
  )
  if (files.length < 300)
    return bar(
      'files round trip and agree with onnx-proto',
      null,
      '300 or more: install libonnx-testdata',
      undefined,
    )
  bar('files that round trip', identical, files.length, identical === files.length)
  bar('files that agree with onnx-proto', agreeing, files.length, agreeing === files.length)
}

/** Least CPU time of five, in ms. */
function bestMs(act) {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 5; run++) {
    globalThis.gc?.()
    const start = process.cpuUsage()
    act()
    const { user, system } = process.cpuUsage(start)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

/** Peak resident bytes of this process. Linux hands maxRSS of the parent down through fork, so VmHWM is read where there is one. */
function peakRss() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

/** Peak memory of a process of its own that does nothing but this, in bytes, above nothing: Node itself is counted in. */
function peakOf(step, input, output) {
  const script = `
    const { readFileSync } = await import('node:fs')
    ${peakRss}
    const { modelFiles } = await import('${dist}/adapters/tensors/model-file.js')
    const step = process.argv[1]
    const model = step === 'bare' ? null : await modelFiles.read(process.argv[2])
    if (step === 'rewrite') await modelFiles.write(process.argv[3], model)
    console.log(peakRss())`
  const run = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script, step, input, output],
    { encoding: 'utf8' },
  )
  if (run.status !== 0) throw new Error(run.stderr)
  return Number(run.stdout)
}

function speeds(folder) {
  const path = join(folder, 'minilm.onnx')
  writeFileSync(path, encodeModel(miniLm(build, { seed: SEED })))
  const bytes = new Uint8Array(readFileSync(path))
  const start = performance.now()
  const model = decodeModel(bytes)
  const firstDecodeMs = performance.now() - start
  const target = new Uint8Array(bytes.length)
  const copyMs = bestMs(() => target.set(bytes))
  const decodeMs = bestMs(() => decodeModel(bytes))
  const encodeMs = bestMs(() => encodeModel(model))
  Object.assign(figures, {
    modelBytes: bytes.length,
    nodes: model.graph.nodes.length,
    copyMs,
    firstDecodeMs,
    decodeMs,
    encodeMs,
  })
  console.log(
    `model of ${(bytes.length / 1e6).toFixed(1)} MB, ${model.graph.nodes.length} nodes, ${model.graph.initializers.length} tensors (seed ${SEED}); CPU ms, best of five`,
  )
  console.log(`  plain copy        ${copyMs.toFixed(1)}`)
  console.log(
    `  decode            ${decodeMs.toFixed(1)}   (the first, cold: ${firstDecodeMs.toFixed(1)} wall)`,
  )
  console.log(`  encode, one array ${encodeMs.toFixed(1)}`)
  bar('decode 90 MB, ms', decodeMs, 30, decodeMs < 30)
  bar('decode / plain copy of the file', decodeMs / copyMs, 1, decodeMs < copyMs)
  const again = join(folder, 'again.onnx')
  const bare = peakOf('bare', path, again)
  const read = peakOf('read', path, again)
  const rewrite = peakOf('rewrite', path, again)
  if (Buffer.compare(readFileSync(path), readFileSync(again)) !== 0)
    throw new Error('the rewritten model differs')
  const ratio = rewrite / statSync(path).size
  Object.assign(figures, { bareRssBytes: bare, readRssBytes: read, rewriteRssBytes: rewrite })
  console.log(
    `peak memory: bare node ${(bare / 1e6).toFixed(0)} MB, decoded ${(read / 1e6).toFixed(0)} MB, decoded and written ${(rewrite / 1e6).toFixed(0)} MB = ${ratio.toFixed(2)} times the file`,
  )
  bar('decode and re-encode, peak RSS / file', ratio, 2.2, ratio < 2.2)
}

roundTrips()
const folder = mkdtempSync(join(tmpdir(), 'rightsize-codec-'))
try {
  speeds(folder)
} finally {
  rmSync(folder, { recursive: true })
}
const unmeasured = bars.some(({ ok }) => ok === undefined)
console.log(
  JSON.stringify({
    bench: 'codec',
    figures,
    bars: bars.map((one) => ({ ...one, ok: one.ok ?? false })),
  }),
)
process.exit(bars.some(({ ok }) => ok === false) ? 1 : unmeasured ? 4 : 0)
