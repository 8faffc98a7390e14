import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The examples' data: pinned in data.json, taken from a local folder or downloaded, checked either way.
const root = join(import.meta.dirname, '../..')
const packs = process.env.RIGHTSIZE_DATA ?? join(root, '../shared/data')
const hasPacks = existsSync(join(packs, 'kws'))
const examples = ['banking77', 'language-id', 'keyword-spotting']

interface Manifest {
  readonly name: string
  readonly sources: readonly {
    readonly commit: string
    readonly base: string
    readonly licence: string
    readonly files: readonly {
      local: string
      from: string
      path: string
      sha256: string
      bytes: number
    }[]
  }[]
}
const manifestOf = (example: string): Manifest =>
  JSON.parse(readFileSync(join(root, 'examples', example, 'data.json'), 'utf8')) as Manifest

let work = ''
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'examples-'))
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** Runs an example's prepare.mjs in a copy of the examples, so that the real .data/ folders stay as they are. */
function prepare(example: string, env: NodeJS.ProcessEnv, manifest?: unknown) {
  const home = mkdtempSync(join(work, 'copy-'))
  for (const file of ['pinned-data.mjs', 'pinned-file.mjs'])
    cpSync(join(root, 'examples', file), join(home, 'examples', file))
  for (const file of ['prepare.mjs', 'data.json'])
    cpSync(join(root, 'examples', example, file), join(home, 'examples', example, file))
  if (manifest !== undefined)
    writeFileSync(join(home, 'examples', example, 'data.json'), JSON.stringify(manifest))
  const child = spawn(process.execPath, [join(home, 'examples', example, 'prepare.mjs')], {
    env: { ...process.env, ...env },
  })
  let talk = ''
  child.stderr.on('data', (chunk: Buffer) => {
    talk += chunk.toString()
  })
  return new Promise<{ code: number | null; talk: string; data: string }>((resolve) => {
    child.on('close', (code) =>
      resolve({ code, talk, data: join(home, 'examples', example, '.data') }),
    )
  })
}

test.each(examples)('%s pins every file by commit, size and sha256', (example) => {
  const { sources } = manifestOf(example)
  expect(sources.length).toBeGreaterThan(0)
  for (const { commit, base, licence, files } of sources) {
    expect(commit).toMatch(/^[0-9a-f]{40}$/)
    expect(base).toMatch(new RegExp(`^https://raw\\.githubusercontent\\.com/.+/${commit}/$`))
    expect(licence).not.toBe('')
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/)
    for (const file of files) expect(file.bytes).toBeGreaterThan(0)
  }
})

test.skipIf(!hasPacks).each(examples)(
  '%s takes its data from RIGHTSIZE_DATA and checks it',
  async (example) => {
    const { code, talk, data } = await prepare(example, { RIGHTSIZE_DATA: packs })
    expect(talk).toContain('sha256 checked')
    expect(code).toBe(0)
    const file = ['test.csv', 'test.jsonl'].map((name) => join(data, name)).find(existsSync)
    const rows = readFileSync(file ?? '', 'utf8')
      .trim()
      .split('\n').length
    expect(rows).toBeGreaterThan(1000)
  },
)

test('a local file that is not the pinned one is refused', async () => {
  const wrong = join(work, 'wrong')
  mkdirSync(join(wrong, 'banking77'), { recursive: true })
  for (const name of ['train.csv', 'test.csv'])
    writeFileSync(join(wrong, 'banking77', name), 'text\n')
  const { code, talk } = await prepare('banking77', { RIGHTSIZE_DATA: wrong })
  expect(code).toBe(3)
  expect(talk).toContain('is not the pinned file')
})

test.skipIf(!hasPacks)(
  'without a local folder the files are downloaded from the address in data.json',
  async () => {
    const server = createServer((request, response) => {
      const name = (request.url ?? '').split('/').at(-1) ?? ''
      response.end(readFileSync(join(packs, 'banking77', name)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pinned/`
    const { sources, ...rest } = manifestOf('banking77')
    const local = { ...rest, sources: sources.map((source) => ({ ...source, base })) }
    const { code, talk, data } = await prepare(
      'banking77',
      { RIGHTSIZE_DATA: join(work, 'none') },
      local,
    )
    server.close()
    expect(talk).toContain('2 files, downloaded')
    expect(code).toBe(0)
    expect(readFileSync(join(data, 'test.csv'))).toEqual(
      readFileSync(join(packs, 'banking77/test.csv')),
    )
  },
)

test('without a connection the way out is said', async () => {
  const { sources, ...rest } = manifestOf('banking77')
  const closed = { ...rest, sources: sources.map((s) => ({ ...s, base: 'http://127.0.0.1:1/' })) }
  const { code, talk } = await prepare('banking77', { RIGHTSIZE_DATA: join(work, 'none') }, closed)
  expect(code).toBe(3)
  expect(talk).toContain('DOWNLOAD_OFFLINE')
  expect(talk).toContain('set RIGHTSIZE_DATA')
})
