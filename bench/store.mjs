// What 1,000,000 stored outcomes add to the start of a run that asks for 20,000 of them.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const module = pathToFileURL(join(dist, 'adapters/store/libsql.js')).href

const STORED = 1_000_000
/** What a start asks for: 20 candidates on 1,000 items. */
const ASKED = 20_000
/** Large sorted batches only make the filling fast; what is measured is the start. */
const PER_BATCH = 100_000
const REPEATS = 5

const key = (i) => createHash('sha256').update(`outcome ${i}`).digest('hex')
const answer = JSON.stringify({
  ok: true,
  output: {
    kind: 'label',
    label: 'card_arrival',
    probabilities: { card_arrival: 0.93, other: 0.07 },
  },
  latencyS: 0.0123,
})

if (process.argv[2] === 'start') start(process.argv[3])
else await main()

/** One start in a process of its own: open, ask for what this run needs, count. */
async function start(path) {
  const { createLibsqlStore } = await import(module)
  const keys = Array.from({ length: ASKED }, (_, i) => key(i))
  const cpu = process.cpuUsage()
  const from = performance.now()
  const store = createLibsqlStore(path)
  const found = store.outcomes(keys).size
  const { outcomes } = store.stats()
  const wallS = (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(cpu)
  store.close()
  console.log(JSON.stringify({ found, outcomes, wallS, cpuS: (user + system) / 1e6 }))
}

function fill(createLibsqlStore, path, rows) {
  const store = createLibsqlStore(path)
  for (let at = 0; at < rows; at += PER_BATCH) {
    const batch = Array.from({ length: Math.min(PER_BATCH, rows - at) }, (_, i) => ({
      key: key(at + i),
      itemDigest: key(at + i),
      candidateDigest: key(i % 20),
      answer,
      at: '2026-01-01T00:00:00.000Z',
    }))
    store.putOutcomes(batch.sort((a, b) => (a.key < b.key ? -1 : 1)))
  }
  store.close()
}

function best(path) {
  const runs = Array.from({ length: REPEATS }, () => {
    const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'start', path], {
      encoding: 'utf8',
    })
    if (run.status !== 0) throw new Error(run.stderr)
    return JSON.parse(run.stdout)
  })
  return runs.reduce((least, run) => (run.wallS < least.wallS ? run : least))
}

async function main() {
  const { createLibsqlStore } = await import(module)
  const folder = mkdtempSync(join(tmpdir(), 'rightsize-bench-store-'))
  const [small, large] = [join(folder, 'small.db'), join(folder, 'large.db')]
  fill(createLibsqlStore, small, ASKED)
  const from = performance.now()
  fill(createLibsqlStore, large, STORED)
  const fillS = (performance.now() - from) / 1000
  const [few, many] = [best(small), best(large)]
  const bytes = statSync(large).size
  rmSync(folder, { recursive: true, force: true })

  const addedS = many.wallS - few.wallS
  console.log(`rows stored     start, s (wall)   CPU, s   found`)
  for (const run of [few, many])
    console.log(
      `${String(run.outcomes).padStart(11)}     ${run.wallS.toFixed(3).padStart(15)}   ${run.cpuS.toFixed(3)}   ${run.found}`,
    )
  console.log(
    `filling ${STORED} rows took ${fillS.toFixed(1)} s, ${(bytes / 2 ** 20).toFixed(0)} MiB on disk`,
  )
  const bars = [
    {
      name: 'seconds that 1,000,000 outcomes add to a start',
      value: addedS,
      target: '< 2',
      ok: addedS < 2,
    },
    {
      name: 'outcomes found again',
      value: many.found,
      target: ASKED,
      ok: many.found === ASKED && many.outcomes === STORED,
    },
  ]
  console.log(
    JSON.stringify({
      bench: 'store',
      figures: { fewS: few.wallS, manyS: many.wallS, fillS, bytes, asked: ASKED },
      bars,
    }),
  )
  process.exit(bars.every((bar) => bar.ok) ? 0 : 1)
}
