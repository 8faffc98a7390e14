// inputs: what goes in; every section of bench/inputs holds its bar. `npm run bench -- inputs corpus` runs one of them.
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = join(dirname(fileURLToPath(import.meta.url)), 'inputs')
const asked = process.argv.slice(2)
const all = readdirSync(here).flatMap((file) => (file.endsWith('.mjs') ? [file.slice(0, -4)] : []))
const unknown = asked.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`there is no section ${unknown.join(', ')}; there are ${all.join(', ')}`)
  process.exit(3)
}

let held = true
for (const name of asked.length > 0 ? asked : all) {
  // A section exports `bar`, a sentence, and `measure`, which resolves to whether it holds and to lines of figures.
  const { bar, measure } = await import(pathToFileURL(join(here, `${name}.mjs`)).href)
  const result = await measure()
  console.log(`${result.held ? 'holds' : 'FAILS'}  ${name}: ${bar}`)
  for (const line of result.lines) console.log(`       ${line}`)
  held &&= result.held
}
process.exit(held ? 0 : 1)
