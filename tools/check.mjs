// `npm run check`: types, lint, import walls, dead code and the quick tests, two at a time. What a change should pass before it is
// shown to anybody; `npm test` and .ci/run do the rest.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (name) => join(root, 'node_modules/.bin', name)
const cache = join(root, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })

/** Rooms whose tests train models, search, or start programs. */
const slowTests = [
  'src/app/{shrink,train,compare}/**',
  'src/core/{compress,train,student,account}/**',
  'src/core/report/shrink/**',
  'src/core/select/decide.test.ts',
  'src/adapters/{tensors,processes}/**',
]

const types = (name) => {
  const info = ['--incremental', '--tsBuildInfoFile', join(cache, `${name}.tsbuildinfo`)]
  return [`types, ${name}`, 'tsc', '-p', name, '--noEmit', ...info]
}

const steps = [
  [
    'quick tests',
    'vitest',
    // Without isolation the pure modules are loaded once a worker: a third of the CPU time.
    ...['run', 'src', '--reporter=dot', '--maxWorkers=2', '--pool=threads', '--no-isolate'],
    ...slowTests.flatMap((pattern) => ['--exclude', pattern]),
  ],
  types('tsconfig.test.json'),
  types('tsconfig.json'),
  types('tsconfig.core.json'),
  ['lint', 'biome', 'check', '.'],
  ['walls', 'depcruise', 'src', '--config', '.dependency-cruiser.cjs'],
  ['dead code', 'knip'],
  [
    'dead code in production',
    'knip',
    // Exports are judged above, with their tests; here a file that only tests reach is dead.
    ...['--production', '--workspace', '.', '--include', 'files,dependencies,unlisted,unresolved'],
  ],
]

const started = performance.now()
const seconds = (from) => `${((performance.now() - from) / 1000).toFixed(1)} s`

/** True when the step passes; its output is shown only where it does not. */
function passes([name, program, ...args]) {
  const from = performance.now()
  const child = spawn(bin(program), args, {
    ...{ cwd: root, shell: process.platform === 'win32' },
    env: { ...process.env, NO_COLOR: '1' },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  return new Promise((done) =>
    child.on('close', (code) => {
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}, ${seconds(from)}`)
      if (code !== 0) console.log(said)
      done(code === 0)
    }),
  )
}

const queue = [...steps]
let good = true
const lane = async () => {
  for (let step = queue.shift(); step; step = queue.shift()) good = (await passes(step)) && good
}
await Promise.all([lane(), lane()])
console.log(`${good ? 'all good' : 'not yet'}, ${seconds(started)}`)
process.exit(good ? 0 : 1)
