// `npm run bench` lists the benchmarks; `npm run bench -- NAME` runs one. Exit 0 only if every bar holds.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const [name, ...rest] = process.argv.slice(2)
const file = name === undefined ? '' : join(here, `${name}.mjs`)

if (name === undefined) {
  for (const entry of readdirSync(here).sort()) {
    if (!entry.endsWith('.mjs') || entry === 'main.mjs') continue
    const first =
      readFileSync(join(here, entry), 'utf8')
        .split('\n')[0]
        ?.replace(/^\/\/ ?/, '') ?? ''
    console.log(`${entry.replace('.mjs', '').padEnd(12)} ${first}`)
  }
} else if (!existsSync(file)) {
  console.error(`there is no benchmark "${name}"; \`npm run bench\` lists them`)
  process.exit(3)
} else {
  const flags = process.execArgv.includes('--expose-gc') ? [] : ['--expose-gc']
  process.exit(
    spawnSync(process.execPath, [...flags, file, ...rest], { stdio: 'inherit' }).status ?? 3,
  )
}
