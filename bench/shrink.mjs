// rightsize shrink on the example family's large encoder and on one of another seed: size, CPU, search time, hold-out.
// `--model FOLDER` (repeatable) takes other models; RIGHTSIZE_SHRINK_SECOND names the encoder of another seed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const example = join(here, '../examples/helpdesk-intents')
const MARGIN = 0.01
const SECONDS = 240
const given = process.argv.flatMap((arg, at) => (arg === '--model' ? [process.argv[at + 1]] : []))
const models =
  given.length > 0 ? given : [join(example, 'models/large'), process.env.RIGHTSIZE_SHRINK_SECOND]

const bars = []
const figures = []
let missing = false
const bar = (name, value, target, ok) => {
  bars.push({ name, value, target, ok })
  console.log(
    `${ok ? 'ok  ' : 'MISS'} ${name}: ${typeof value === 'number' ? value.toFixed(3) : value} (target ${target})`,
  )
}

function search(model, out) {
  const args = [
    join(dist, 'cli/main.js'),
    'shrink',
    model,
    '--task',
    join(example, 'rightsize.yaml'),
    '--margin',
    String(MARGIN),
    '--out',
    out,
    '--seconds',
    String(SECONDS),
  ]
  return spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status
}

for (const [at, model] of models.entries()) {
  const name = at === 0 ? 'large' : 'another seed'
  if (model === undefined || !existsSync(model)) {
    console.log(`not measured: ${name}, ${model ?? 'RIGHTSIZE_SHRINK_SECOND is not set'}`)
    missing = true
    continue
  }
  const out = mkdtempSync(join(tmpdir(), 'rightsize-shrink-'))
  const status = search(model, out)
  const found = JSON.parse(readFileSync(join(out, 'compression.json'), 'utf8'))
  rmSync(out, { recursive: true })
  const { result, original, cost, finalists, search: spent } = found
  const proof = finalists.find((one) => one.model === result?.model)?.holdout
  figures.push({
    name,
    status,
    outcome: found.outcome,
    original,
    result,
    cost,
    proof,
    spent,
    breakEvenCalls: found.breakEvenCalls,
  })
  const single = cost.find(({ batch }) => batch === 1)
  bar(
    `${name}: times smaller`,
    result === null ? 1 : original.bytes / result.bytes,
    '10',
    result !== null && original.bytes / result.bytes >= 10,
  )
  bar(
    `${name}: times less CPU per inference, batch 1`,
    single?.times ?? 1,
    '4',
    (single?.times ?? 1) >= 4,
  )
  bar(`${name}: search, wall seconds`, spent.wallS, 'below 300', spent.wallS < 300)
  bar(
    `${name}: hold-out loss, upper bound in points`,
    100 * (proof?.upper ?? 1),
    `${100 * MARGIN}`,
    proof?.proven === true,
  )
}
console.log(JSON.stringify({ bench: 'shrink', figures, bars }))
process.exit(!bars.every(({ ok }) => ok) ? 1 : missing ? 4 : 0)
