// Writes docs/reference from the command table, the tables of parts, the spec's schema and the error catalog. Run after
// a build:
//   node tools/docs.mjs            write the pages
//   node tools/docs.mjs --check    compare them, and end with 1 where one differs
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pages } from './docs/pages.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const load = (path) => import(join(root, 'dist', `${path}.js`))
const house = Object.assign(
  {},
  ...(await Promise.all(
    [
      'cli/table',
      'core/error/catalogue',
      'core/part/runtimes',
      'core/part/scorers',
      'core/part/meters',
      'core/part/meter-recipes',
      'core/energy/known-series',
      'core/part/datasets',
      'core/compress/table',
      'app/account/exports',
      'adapters/importer/table',
      'adapters/energy-import/table',
    ].map(load),
  )),
)

const read = (path) => readFileSync(join(root, path), 'utf8')
const scorerSources = ['src/core/score', 'src/adapters/scorer'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .map((name) => read(join(folder, name))),
)
const specSchema = JSON.parse(read('schema/spec.schema.json'))

const folder = join(root, 'docs/reference')
mkdirSync(folder, { recursive: true })
const written = Object.entries(await pages(house, { specSchema, scorerSources }))
const stale = written.filter(([name, text]) => {
  const old = readdirSync(folder).includes(name) ? read(`docs/reference/${name}`) : ''
  return old !== text
})
if (process.argv.includes('--check')) {
  for (const [name] of stale) console.error(`docs/reference/${name} is stale: node tools/docs.mjs`)
  process.exit(stale.length === 0 ? 0 : 1)
}
for (const [name, text] of stale) {
  writeFileSync(join(folder, name), text)
  console.log(`docs/reference/${name}`)
}
