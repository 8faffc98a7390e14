// one-proof: shrink a family model, then run on its output with the same rows and margin: one identity, one set of counts, one bound, looks 1 and 2 (1 to 3 minutes).
//   npm run bench -- one-proof [--keep FOLDER]
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const dist = process.env.RIGHTSIZE_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const example = fileURLToPath(new URL('../examples/helpdesk-intents', import.meta.url))
const { values: flags } = parseArgs({ options: { keep: { type: 'string' } } })
const MARGIN = 0.02
const bars = []
const bar = (name, value, target, ok) => bars.push({ name, value, target, ok })
const same = (name, [ran, shrunk]) => bar(name, ran, shrunk, ran === shrunk)

/** Exit codes 0, 1 and 2 are decisions; 3 is a failure. */
function rightsize(folder, args) {
  try {
    const options = {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1e9,
      stdio: ['ignore', 'pipe', 'pipe'],
    }
    return execFileSync(process.execPath, [join(dist, 'cli/main.js'), ...args], options)
  } catch (error) {
    if (error.status === 1 || error.status === 2) return error.stdout
    throw new Error(`${args.join(' ')}: ${error.stderr}`)
  }
}

const spec = (candidates) =>
  JSON.stringify({
    task: 'support-intent',
    dataset: {
      ...{ synthetic: true, test: 'data/test.jsonl', calibration: 'data/calibration.jsonl' },
      ...{ train: 'data/train.jsonl', input: 'text', expected: 'intent', id: 'id' },
      slices: ['locale'],
    },
    ...{ scorer: 'exact', candidates, incumbent: 'large', bar: { margin: MARGIN } },
    ...{ regime: 'full', budget: { meterS: 2 }, account: { volumePerMonth: 400000 } },
  })

/** A folder with the example's data and its large model. */
function taskIn(folder) {
  mkdirSync(join(folder, 'models'), { recursive: true })
  cpSync(join(example, 'data'), join(folder, 'data'), { recursive: true })
  cpSync(join(example, 'models/large'), join(folder, 'models/large'), { recursive: true })
  const large = { id: 'large', runtime: 'onnx', model: 'models/large' }
  writeFileSync(join(folder, 'rightsize.yaml'), spec([large]))
  return large
}

/** What the ledger of a folder holds. */
const looksIn = (folder) =>
  JSON.parse(readFileSync(join(folder, 'rightsize.lock'), 'utf8')).entries.flatMap((entry) =>
    entry?.look ? [entry.look] : [],
  )

function ran(folder) {
  const result = JSON.parse(rightsize(folder, ['run', 'run.yaml', '--json']))
  const of = (id) => result.candidates.find((one) => one.id === id)
  return { result, small: of('small'), large: of('large'), claim: of('small').loss }
}

const root = flags.keep ? resolve(flags.keep) : mkdtempSync(join(tmpdir(), 'one-proof-'))
const [first, fresh] = ['first', 'fresh'].map((name) => join(root, name))
try {
  const large = taskIn(first)
  taskIn(fresh)
  const passes = ['--only', 'vocabulary', '--only', 'int8', '--seconds', '60']
  rightsize(first, ['shrink', 'models/large', '--out', 'small', ...passes])
  const found = JSON.parse(readFileSync(join(first, 'small/compression.json'), 'utf8'))
  if (found.result === null) throw new Error(`nothing smaller was found: ${found.why}`)
  const shrunk = found.finalists.find(({ model }) => model === found.result.model).claim
  const { runtime, settings } = found.result
  const small = { id: 'small', runtime, model: 'small', settings }
  for (const folder of [first, fresh]) writeFileSync(join(folder, 'run.yaml'), spec([large, small]))
  cpSync(join(first, 'small'), join(fresh, 'small'), { recursive: true })

  const second = ran(first)
  const again = ran(first)
  const alone = ran(fresh)
  const looks = looksIn(first)

  same('identity of the smaller model', [second.small.identity.revision, found.result.identity])
  same('identity of the incumbent', [second.large.identity.revision, found.incumbent.identity])
  for (const key of ['n', 'lose', 'win'])
    same(`${key} on the hold-out`, [second.claim[key], shrunk[key]])
  same('bound of the loss at look 1, by run in a folder without looks', [
    alone.claim.upper,
    shrunk.upper,
  ])
  same('level at look 1', [alone.claim.level, shrunk.level])
  same('claim at look 1', [alone.claim.kind, shrunk.kind])
  // Which model is chosen depends on metered costs too; the verdict on the loss does not.
  const passed = found.outcome === 'certified' || found.outcome === 'supported'
  same('verdict at look 1', [alone.small.verdict, passed ? 'meets' : 'not meets'])
  bar(
    'looks of shrink and run',
    looks.map(({ number }) => number).join(', '),
    '1, 2',
    looks.map(({ number }) => number).join() === '1,2',
  )
  bar('look of the run', second.claim.look, 2, second.claim.look === 2)
  bar('level at look 2', second.claim.level, 0.9975, Math.abs(second.claim.level - 0.9975) < 1e-12)
  bar('the same run again is the same look', again.claim.look, 2, again.claim.look === 2)
  const recipe = found.recipe.map(({ pass }) => pass)
  const figures = {
    ...{ recipe, shrink: shrunk, run: second.claim, alone: alone.claim, looks },
    bytes: [found.incumbent.bytes, found.result.bytes],
  }
  const points = (share) => (100 * share).toFixed(3)
  console.log(`${recipe.join(', ')}: ${(figures.bytes[0] / figures.bytes[1]).toFixed(1)}x smaller`)
  console.log('by                      look  level    items  worse  better  loss    at most  claim')
  for (const [by, claim] of [
    ['shrink', shrunk],
    ['run, same folder', second.claim],
    ['run, no looks before', alone.claim],
  ])
    console.log(
      by.padEnd(22),
      String(claim.look).padStart(5),
      `${+(100 * claim.level).toFixed(3)} %`.padStart(8),
      String(claim.n).padStart(6),
      String(claim.lose).padStart(6),
      String(claim.win).padStart(7),
      points(claim.expected).padStart(7),
      points(claim.upper).padStart(8),
      ` ${claim.kind}`,
    )
  for (const { name, value, target, ok } of bars)
    console.log(
      `${ok ? 'ok  ' : 'MISS'} ${name}: ${String(value).slice(0, 24)} (${String(target).slice(0, 24)})`,
    )
  console.log(JSON.stringify({ bench: 'one-proof', figures, bars }))
} finally {
  if (flags.keep === undefined) rmSync(root, { recursive: true, force: true })
}
process.exit(bars.every(({ ok }) => ok) ? 0 : 1)
