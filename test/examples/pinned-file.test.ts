import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  DownloadError,
  downloadFile,
  downloadFiles,
  type PinnedFile,
} from '../../examples/pinned-file.mjs'

const bytes = Buffer.from('text,label\nwhere is my parcel,track\n'.repeat(500))
const digest = createHash('sha256').update(bytes).digest('hex')
const hits: string[] = []
const pages: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/good': (_, response) => response.end(bytes),
  '/other': (_, response) => response.end(Buffer.from(bytes).fill('x', 3, 4)),
  '/long': (_, response) => response.end(Buffer.concat([bytes, Buffer.alloc(300_000)])),
  '/short': (_, response) => response.end(bytes.subarray(0, 100)),
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length })
    response.write(bytes.subarray(0, 1000), () => response.destroy())
  },
  '/cut-once': (request, response) => {
    const again = hits.filter((hit) => hit === '/cut-once').length > 1
    pages[again ? '/good' : '/cut']?.(request, response)
  },
  '/busy-once': (request, response) => {
    if (hits.filter((hit) => hit === '/busy-once').length > 1)
      return pages['/good']?.(request, response)
    response.writeHead(503).end()
  },
  '/html': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end('<!DOCTYPE html><title>Sign in</title>')
  },
  '/lfs': (_, response) =>
    response.end('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n'),
  '/moved': (_, response) => response.writeHead(302, { location: '/good' }).end(),
  '/silent': () => undefined,
}
const server = createServer((request, response) => {
  hits.push(request.url ?? '')
  const page = pages[request.url ?? '']
  if (page === undefined) response.writeHead(404).end('not here')
  else page(request, response)
})

let base = ''
let folder = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  hits.length = 0
  folder = mkdtempSync(join(tmpdir(), 'download-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const pin = (page: string, more: Partial<PinnedFile> = {}): PinnedFile => ({
  path: 'data/rows.csv',
  url: `${base}${page}`,
  sha256: digest,
  bytes: bytes.length,
  ...more,
})
const options = () => ({ folder, fetch, sleep: async () => undefined })
const failure = async (file: PinnedFile, more = {}): Promise<DownloadError> => {
  const error = await downloadFile(file, { ...options(), ...more }).catch(
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(DownloadError)
  return error as DownloadError
}
const left = () =>
  readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('.'))

test('a good file is written under its name and not fetched twice', async () => {
  expect(await downloadFile(pin('/good'), options())).toBe('downloaded')
  expect(readFileSync(join(folder, 'data/rows.csv'))).toEqual(bytes)
  expect(await downloadFile(pin('/good'), options())).toBe('cached')
  expect(hits).toEqual(['/good'])
  expect(left()).toEqual(['data/rows.csv'])
})

test('a damaged file in the folder is fetched again', async () => {
  await downloadFile(pin('/good'), options())
  writeFileSync(join(folder, 'data/rows.csv'), 'damaged')
  expect(await downloadFile(pin('/good'), options())).toBe('downloaded')
  expect(readFileSync(join(folder, 'data/rows.csv'))).toEqual(bytes)
})

test('a file that is present needs no network', async () => {
  await downloadFile(pin('/good'), options())
  const never = () => Promise.reject(new Error('no network may be used'))
  expect(await downloadFile(pin('/good'), { ...options(), fetch: never as typeof fetch })).toBe(
    'cached',
  )
})

test('a redirect is followed and the bytes are checked all the same', async () => {
  expect(await downloadFile(pin('/moved'), options())).toBe('downloaded')
  expect(hits).toEqual(['/moved', '/good'])
})

test.each([
  ['/other', 'DOWNLOAD_MISMATCH', 'pinned'],
  ['/long', 'DOWNLOAD_MISMATCH', 'more than the pinned'],
  ['/missing', 'DOWNLOAD_REFUSED', '404'],
  ['/html', 'DOWNLOAD_PAGE', 'HTML'],
  ['/lfs', 'DOWNLOAD_POINTER', 'pointer'],
])('%s is refused with %s, once, and leaves nothing behind', async (page, code, word) => {
  const error = await failure(pin(page))
  expect(error.code).toBe(code)
  expect(error.message).toContain(word)
  expect(hits).toEqual([page])
  expect(left()).toEqual([])
})

test.each(['/short', '/cut'])(
  '%s is truncated, tried three times, and leaves nothing behind',
  async (page) => {
    const error = await failure(pin(page))
    expect(error.code).toBe('DOWNLOAD_TRUNCATED')
    expect(error.message).toContain(`of ${bytes.length} bytes`)
    expect(hits).toEqual([page, page, page])
    expect(left()).toEqual([])
  },
)

test.each(['/cut-once', '/busy-once'])('%s passes at the second attempt', async (page) => {
  expect(await downloadFile(pin(page), options())).toBe('downloaded')
  expect(hits).toEqual([page, page])
})

test('without a connection the error carries the hint of the caller', async () => {
  const closed = pin('/good', { url: 'http://127.0.0.1:1/rows.csv' })
  const error = await failure(closed, { offlineHint: 'Set RIGHTSIZE_DATA.' })
  expect(error.code).toBe('DOWNLOAD_OFFLINE')
  expect(error.next).toBe('Set RIGHTSIZE_DATA.')
})

test('a host that never answers is given up after the timeout', async () => {
  const error = await failure(pin('/silent'), { timeoutS: 0.1, attempts: 1 })
  expect(error.code).toBe('DOWNLOAD_OFFLINE')
})

test.each(['../rows.csv', '/tmp/rows.csv', 'data/../../rows.csv', '.'])(
  'the path %s is refused before anything is asked',
  async (path) => {
    expect((await failure(pin('/good', { path }))).code).toBe('DOWNLOAD_PATH')
    expect(hits).toEqual([])
  },
)

test('an abort ends the attempts with the reason of the caller', async () => {
  const stop = new AbortController()
  const pending = downloadFile(pin('/silent'), { ...options(), signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(pending).rejects.toThrow('enough')
})

test('many files come a few at a time, each reported, and a second run fetches none', async () => {
  const files = Array.from({ length: 20 }, (_, i) => pin('/good', { path: `many/${i}.csv` }))
  const seen: number[] = []
  const onFile = (done: number) => seen.push(done)
  expect(await downloadFiles(files, { ...options(), onFile })).toEqual({
    cached: 0,
    downloaded: 20,
  })
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  expect(await downloadFiles(files, options())).toEqual({ cached: 20, downloaded: 0 })
  expect(hits).toHaveLength(20)
})

test('one bad file among many stops the rest with its own error', async () => {
  const files = [pin('/silent', { path: 'a.csv' }), pin('/other', { path: 'b.csv' })]
  const pending = downloadFiles(files, options())
  await expect(pending).rejects.toMatchObject({ code: 'DOWNLOAD_MISMATCH' })
  expect(left()).toEqual([])
})
