// Draws the house into ARCHITECTURE.md, from the imports that dependency-cruiser finds:
//   node tools/architecture.mjs            write the drawings
//   node tools/architecture.mjs --check    compare them, and end with 1 where they differ
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cruise } from 'dependency-cruiser'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)

/** The rooms of each tier of core, as the walls name them. */
const walls = readFileSync('.dependency-cruiser.cjs', 'utf8')
const tiers = Object.fromEntries(
  [...walls.matchAll(/^const (\w+) = '([\w|]+)'$/gm)].map(([, tier, rooms]) => [
    tier,
    rooms.split('|'),
  ]),
)
tiers.judgments = tiers.judgements
tiers.proof = ['proof']
tiers.report = ['report']
const doors = ['index', 'stats', 'carbon', 'report', 'testing']

/** The band of a file: a folder of src, or `doors` for what a user of the library imports. */
function bandOf(path) {
  const name = path
    .replace(/^src\//, '')
    .split('/')[0]
    .replace(/\.ts$/, '')
  return doors.includes(name) ? 'doors' : name
}

/** The tier of a file of core. */
function tierOf(path) {
  const room = path.split('/')[2]
  return Object.keys(tiers).find((tier) => tiers[tier].includes(room)) ?? room
}

/** Mermaid lines of the arrows between groups, in the order of `names`. */
function arrows(modules, names, groupOf) {
  const seen = new Set()
  for (const { source, dependencies } of modules)
    for (const { resolved } of dependencies) {
      const [from, to] = [groupOf(source), groupOf(resolved)]
      if (from !== to && names.includes(from) && names.includes(to)) seen.add(`${from} --> ${to}`)
    }
  return [...seen].sort(
    (a, b) => names.indexOf(a.split(' ')[0]) - names.indexOf(b.split(' ')[0]) || (a < b ? -1 : 1),
  )
}

const { output } = await cruise(['src'], {
  includeOnly: { path: '^src/' },
  exclude: { path: '[.]test[.]ts$' },
  tsPreCompilationDeps: 'specify',
  tsConfig: { fileName: 'tsconfig.json' },
  ruleSet: {},
})
const { modules } = output
if (modules.length < 100) throw new Error(`only ${modules.length} modules were seen`)
const inCore = modules
  .filter(({ source }) => source.startsWith('src/core/'))
  .map(({ source, dependencies }) => ({
    source,
    dependencies: dependencies.filter(({ resolved }) => resolved.startsWith('src/core/')),
  }))

const bands = ['cli', 'doors', 'worker', 'wire', 'app', 'adapters', 'contract', 'core']
const tierNames = ['report', 'judgments', 'proof', 'sciences', 'ground']
const present = new Set(inCore.map(({ source }) => source.split('/')[2]))
const box = (name) => {
  const rooms = wrapped(tiers[name].filter((room) => room !== name && present.has(room)))
  return `  ${name}["${[`<b>${name}</b>`, ...rooms].join('<br>')}"]`
}

/** Rooms, six a line. */
function wrapped(rooms) {
  const lines = []
  for (let at = 0; at < rooms.length; at += 6) lines.push(rooms.slice(at, at + 6).join(', '))
  return lines
}

const mermaid = (lines) => ['```mermaid', 'flowchart TD', ...lines, '```'].join('\n')
const drawings = {
  bands: mermaid(arrows(modules, bands, bandOf).map((line) => `  ${line}`)),
  core: mermaid([
    ...tierNames.map(box),
    ...arrows(inCore, tierNames, tierOf).map((line) => `  ${line}`),
  ]),
}

const page = readFileSync('ARCHITECTURE.md', 'utf8')
const drawn = Object.entries(drawings).reduce(
  (text, [name, drawing]) =>
    text.replace(
      new RegExp(`(<!-- drawing: ${name} -->\n)[\\s\\S]*?(\n<!-- end -->)`),
      (_all, open, close) => `${open}${drawing}${close}`,
    ),
  page,
)
if (process.argv.includes('--check')) {
  if (drawn === page) process.exit(0)
  console.error('the drawings in ARCHITECTURE.md are stale: node tools/architecture.mjs')
  process.exit(1)
}
writeFileSync('ARCHITECTURE.md', drawn)
console.log(`${modules.length} files drawn`)
