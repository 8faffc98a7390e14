// `npm run demo`: the shipped example family, real inference on this machine, nothing recorded, a store that forgets.
// Decides in demo/, a copy that it makes anew: the lock lies beside the spec, and examples/ stays as it is. With --assert it also checks what came out, for CI.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'demo')
const cli = join(root, 'dist/cli/main.js')
if (!existsSync(cli)) {
  console.error('dist/ is not built: run `npm ci` (or `npm run build`) first')
  process.exit(3)
}
rmSync(out, { recursive: true, force: true })
cpSync(join(root, 'examples/helpdesk-intents'), out, { recursive: true })
console.error(
  '5 models answer 3,000 messages each, then 12 s of metered windows: about 30 s on two free cores.',
)
const started = performance.now()
const args = [cli, 'run', 'demo.yaml', '--fresh']
const { status } = spawnSync(process.execPath, args, { cwd: out, stdio: 'inherit' })
const seconds = (performance.now() - started) / 1000
console.error(`
${seconds.toFixed(0)} s. Open demo/report.html for the proof.

Next, on your own rows (CSV or JSONL with a text and a label column):
  npx rightsize plan data.csv --input text --expected label --try linear --floor 0.9   # what your labels can show
  npx rightsize run data.csv --input text --expected label --try linear --floor 0.9    # the decision, and rightsize.yaml
  npx rightsize shrink path/to/onnx-model --task rightsize.yaml                        # a smaller model, with its proof`)
if (!process.argv.includes('--assert')) process.exit(status ?? 3)
const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'))
const faults = []
const expect = (holds, what) => holds || faults.push(what)
expect(status === 0, `exit code ${status}`)
expect(
  ['certified', 'supported'].includes(result.decision.kind),
  `decision ${result.decision.kind}`,
)
expect(result.decision.chosen !== result.incumbent, 'the largest was kept')
expect(result.decision.saving?.ratio.value > 1, 'no saving')
// A few repeated texts count once in n.
expect(
  result.candidates.every((one) => one.n >= 0.95 * result.task.items),
  'not every item was judged',
)
expect(
  result.candidates.every((one) => one.verdict !== 'broken'),
  'a candidate is broken',
)
expect(result.overhead.reused === 0, 'answers were taken from a store')
expect(result.task.synthetic, 'synthetic data are not called so')
for (const file of ['report.html', 'report.md', 'rightsize.lock']) {
  expect(existsSync(join(out, file)), `${file} is missing`)
}
for (const fault of faults) console.error(`demo: ${fault}`)
process.exit(faults.length > 0 ? 1 : 0)
