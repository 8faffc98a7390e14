// startup: `--help` under 250 ms, `import 'rightsize'` under 120 ms, best of seven, beside `node -e 0`.
import { execFileSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const dist = process.env.RIGHTSIZE_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const best = (args) => {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 7; i++) {
    const start = performance.now()
    execFileSync(process.execPath, args, { stdio: 'ignore' })
    least = Math.min(least, performance.now() - start)
  }
  return least
}
const bare = best(['-e', '0'])
const help = best([`${dist}/cli/main.js`, '--help'])
const imported = best(['--input-type=module', '-e', `await import('${dist}/index.js')`])
const importMs = imported - best(['--input-type=module', '-e', '0'])
console.log(
  `node -e 0        ${bare.toFixed(0)} ms\nrightsize --help ${help.toFixed(0)} ms\nimport rightsize ${importMs.toFixed(0)} ms on top of node`,
)
const bars = [
  { name: '--help, ms', value: help, target: 250, ok: help < 250 },
  {
    name: "import 'rightsize', ms above a bare node",
    value: importMs,
    target: 120,
    ok: importMs < 120,
  },
]
console.log(
  JSON.stringify({ bench: 'startup', figures: { bareMs: bare, helpMs: help, importMs }, bars }),
)
process.exit(bars.every((bar) => bar.ok) ? 0 : 1)
