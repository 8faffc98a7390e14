import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Every Markdown page of the repository that a reader may open. */
function pages(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return pages(join(folder, entry.name))
    return entry.name.endsWith('.md') ? [join(folder, entry.name)] : []
  })
}

const top = readdirSync('.').filter((name) => name.endsWith('.md'))
const all = [...top, ...pages('docs')]

describe('the pages', () => {
  test('are there to be read', () => expect(all.length).toBeGreaterThan(35))

  test.each(all)('%s links to files that exist', (page) => {
    const text = readFileSync(page, 'utf8').replace(/```[\s\S]*?```/g, '')
    const targets = [...text.matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)].map(
      ([, target]) => target ?? '',
    )
    const local = targets.filter((target) => !/^[a-z]+:/i.test(target))
    expect(local.filter((target) => !existsSync(join(dirname(page), target)))).toEqual([])
  })

  test('of methods, guides and reference can all be reached from docs/README.md', () => {
    const start = readFileSync('docs/README.md', 'utf8')
    const missing = ['guide', 'methods', 'reference'].flatMap((folder) =>
      readdirSync(join('docs', folder)).filter((name) => !start.includes(`${folder}/${name}`)),
    )
    expect(missing).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  const page = readFileSync('ARCHITECTURE.md', 'utf8')
  const rooms = readdirSync('src/core', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

  test('names every room of core, and no other', () => {
    const described = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, room]) => room)
    expect(described.toSorted()).toEqual(rooms.toSorted())
  })

  test('names only files and folders that exist', () => {
    const named = [...page.matchAll(/`((?:src|test|docs|tools)\/[\w./-]+)`/g)].map(
      ([, path]) => path ?? '',
    )
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter((path) => !existsSync(path))).toEqual([])
  })
})
