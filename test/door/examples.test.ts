import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mistakesIn } from './compiler.ts'

const root = join(import.meta.dirname, '../..')

const pages = ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')]
const sources = filesBelow('src', '.ts').filter((name) => !name.endsWith('.test.ts'))

function filesBelow(folder: string, ending: string): readonly string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith(ending)).map((name) => `${folder}/${name}`)
}

/** Blocks of TypeScript in a page, or in the docstrings of a source, by the line on which each begins. */
function examplesIn(file: string): readonly (readonly [string, string])[] {
  const lines = readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((line) => (file.endsWith('.ts') ? line.replace(/^\s*\* ?/, '') : line))
  const found: [string, string][] = []
  for (let at = lines.indexOf('```ts'); at >= 0; at = lines.indexOf('```ts', at + 1))
    found.push([`${file}:${at + 1}`, lines.slice(at + 1, lines.indexOf('```', at)).join('\n')])
  return found
}

const examples = Object.fromEntries([...pages, ...sources].flatMap(examplesIn))
const found = mistakesIn(examples)

test.each(Object.keys(examples))('%s compiles', (place) => {
  expect(found[place]).toEqual([])
})

test('every published path has an example, and the README too', () => {
  const files = Object.keys(examples).map((place) => place.replace(/:.*/, ''))
  const doors = ['index', 'stats', 'carbon', 'report', 'testing'].map((name) => `src/${name}.ts`)
  expect(files).toEqual(expect.arrayContaining(['README.md', ...doors]))
})
