import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('../../src', import.meta.url))

/** What reads files and the network, and the only files that may name it. */
const walls = [
  {
    what: 'reading a file: read-file.ts knows regular files and their limits',
    named: /\b(readFile|readFileSync|createReadStream|readSync|readv?|openAsBlob)\b/,
    from: /^node:fs/,
    may: /^adapters\/(files\/(read-file|file-source)|store\/jsonl\/(journal|line-file))\.ts$/,
  },
  {
    what: 'opening a file: a pipe would be waited for',
    named: /\b(open|openSync)\b/,
    from: /^node:fs/,
    may: /^adapters\/(files\/(read-file|file-source|whole-file|lock-file)|store\/jsonl\/journal|tensors\/model-file\/write-chunks)\.ts$/,
  },
  {
    what: 'another client of the network: replies are bounded in adapters/network',
    named: /./,
    from: /^(node:(http|https|http2|net|tls|dgram)|undici|ws)$/,
    may: /^adapters\/network\/fetch\.ts$/,
  },
]

interface Import {
  readonly file: string
  readonly names: string
  readonly from: string
}

/** Imports of values, static and dynamic. */
function importsOf(file: string, text: string): readonly Import[] {
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, '')
  const fixed = [...plain.matchAll(/^import (?!type)([^;]*?) from '([^']+)'$/gm)]
  const late = [...plain.matchAll(/\bimport\('([^']+)'\)/g)].map(([, from]) => ['', '*', from])
  return [...fixed, ...late].map(([, names = '', from = '']) => ({ file, names, from }))
}

const breaches = (imports: readonly Import[]): readonly string[] =>
  walls.flatMap(({ what, named, from, may }) =>
    imports
      .filter((one) => from.test(one.from) && named.test(one.names) && !may.test(one.file))
      .map(({ file }) => `${file}: ${what}`),
  )

/** The global by its long name, as a value: its short one is refused by the linter, which knows what is a parameter. */
const globalFetch = (text: string): boolean =>
  /globalThis\s*(\.|\[['"])fetch/.test(text.replace(/typeof globalThis\.fetch/g, ''))

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => ({ name, text: readFileSync(join(src, name), 'utf8') }))

test('files and the network are read in one place each', () => {
  expect(files.length).toBeGreaterThan(500)
  expect(breaches(files.flatMap(({ name, text }) => importsOf(name, text)))).toEqual([])
})

test('the global fetch is named where it is bounded, and nowhere else', () => {
  const users = files.filter(({ text }) => globalFetch(text)).map(({ name }) => name)
  expect(users).toEqual([])
})

test('breaches are found', () => {
  const planted = [
    "import { readFileSync } from 'node:fs'",
    "import { open } from 'node:fs/promises'",
    "const { request } = await import('node:https')",
  ]
  for (const text of planted) expect(breaches(importsOf('app/new.ts', text))).toHaveLength(1)
  expect(globalFetch("a = globalThis['fetch']")).toBe(true)
  expect(globalFetch('a = (fetch: typeof globalThis.fetch) => 1')).toBe(false)
})
