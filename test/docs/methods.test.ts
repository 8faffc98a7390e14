import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { commands } from '../../src/cli/table.ts'
import { specSchema } from '../../src/core/spec/schema.ts'

/** Every formula on a page of docs/methods has code, a caller, and a way to reach it from command line or spec. */

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'docs/methods')
const pages = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')])
const schema = JSON.parse(JSON.stringify(z.toJSONSchema(specSchema, { io: 'input' })))

const ticked = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
/** The paragraph that begins with a word. */
const paragraph = (text: string, start: string) =>
  text.split('\n\n').find((part) => part.startsWith(start)) ?? ''

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly $ref?: string
}

/** Whether a dotted key exists in the spec, in any branch of a union. */
function inSpec(keys: readonly string[], node: Node = schema): boolean {
  const [key, ...rest] = keys
  if (key === undefined) return true
  const own = node.properties?.[key]
  if (own !== undefined && inSpec(rest, own)) return true
  return [...(node.anyOf ?? []), ...(node.items ? [node.items] : [])].some((one) =>
    inSpec(keys, one),
  )
}

async function isCommand(words: readonly string[]): Promise<boolean> {
  const [name, ...flags] = words
  const row = commands.find((one) => one.name === name)
  if (row === undefined) return false
  const { flags: known } = await row.load()
  const dashed = Object.keys(known).map(
    (key) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
  return flags.every((flag) => dashed.includes(flag))
}

test.each(pages)('docs/methods/%s names code that exists', (_, text) => {
  const named = ticked(paragraph(text ?? '', 'Code:').split('Figures:')[0] ?? '')
  expect(named.length).toBeGreaterThan(0)
  let last = ''
  for (const path of named.filter((one) => /\/|\.ts$|\.json$/.test(one))) {
    const whole = path.includes('/') ? path : join(last, path)
    expect(existsSync(join(root, whole)), whole).toBe(true)
    last = path.endsWith('.ts') && path.includes('/') ? join(path, '..') : last
  }
})

test.each(pages)('docs/methods/%s names how to reach what it describes', async (_, text) => {
  const ways = ticked(paragraph(text ?? '', 'Reached from:'))
  expect(ways.length, 'a line "Reached from:" with commands or spec keys').toBeGreaterThan(0)
  for (const way of ways) {
    const words = way.split(' ')
    const found =
      words[0] === 'rightsize' ? await isCommand(words.slice(1)) : inSpec(way.split('.'))
    expect(found, way).toBe(true)
  }
})

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .filter((path) => !/^(index|stats|carbon|report|testing)\.ts$|^testing\//.test(path))
  .map((path) => ({ path: `src/${path}`, text: withoutComments(join(root, 'src', path)) }))

/** A mention in a comment, or a door of the library, is no caller. */
function withoutComments(path: string): string {
  return readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

test('every function of the accounting rooms is called by src', () => {
  const rooms = /^src\/core\/(carbon|account|energy|hosted)\//
  const idle = sources
    .filter(({ path }) => rooms.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^export (?:async )?function (\w+)/gm)].flatMap(([, name = '']) => {
        const word = new RegExp(`\\b${name}\\b`, 'g')
        const own = (text.match(word) ?? []).length > 1
        const others = sources.some((one) => one.path !== path && one.text.search(word) >= 0)
        return own || others ? [] : [`${path}: ${name}`]
      }),
    )
  expect(idle).toEqual([])
})

test('every key of account and deployment is read by src', () => {
  const keys = ['account', 'deployment'].flatMap((part) =>
    Object.keys(schema.properties[part].properties).map((key) => `${part}.${key}`),
  )
  expect(keys.length).toBeGreaterThan(15)
  const readers = sources.filter(({ path }) => !path.startsWith('src/core/spec/sch'))
  const unread = keys.filter((path) => {
    const key = new RegExp(`\\b${path.split('.')[1]}\\b`)
    return !readers.some(({ path: file, text }) => !file.endsWith('fill.ts') && key.test(text))
  })
  expect(unread).toEqual([])
})
