import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGzip, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boundedFetch, publicFiles } from './bounded-fetch.ts'

const asked: string[] = []
let written = 0
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  const piece = Buffer.alloc(1 << 16, 0x20)
  const endless = (to: NodeJS.WritableStream): void => {
    written += piece.byteLength
    if (to.write(piece)) setImmediate(() => endless(to))
    else to.once('drain', () => endless(to))
  }
  const paths: Record<string, () => void> = {
    '/plain': () => response.end('{"a":1}'),
    '/gzip': () => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}')),
    '/empty': () => response.writeHead(204).end(),
    '/endless': () => endless(response),
    '/bomb': () => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      const packed = createGzip()
      packed.pipe(response)
      endless(packed)
    },
    '/slow': () => void response.write(' '),
    '/away': () => response.writeHead(307, { location: '/plain' }).end(),
  }
  paths[request.url ?? '']?.()
})
let origin = ''
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const ask = boundedFetch(fetch, { bytes: 1 << 20, seconds: 0.5 })

test('a reply within its bounds is as it was', async () => {
  for (const path of ['/plain', '/gzip']) {
    const reply = await ask(origin + path)
    expect(reply).toMatchObject({ ok: true, status: 200, url: origin + path })
    expect(await reply.json()).toEqual({ a: 1 })
  }
  expect((await ask(`${origin}/empty`)).status).toBe(204)
})

test.each(['/endless', '/bomb'])('%s ends after so many decompressed bytes', async (path) => {
  const before = written
  const reply = await ask(origin + path)
  await expect(reply.text()).rejects.toMatchObject({ code: 'REPLY_TOO_LARGE' })
  // What is on its way is not taken.
  expect(written - before).toBeLessThan(path === '/bomb' ? 2 ** 28 : 2 ** 24)
})

test('a reply without an end is given up', async () => {
  const reply = await ask(`${origin}/slow`)
  await expect(reply.text()).rejects.toMatchObject({ name: 'TimeoutError' })
})

test('a redirect is named and not followed', async () => {
  asked.length = 0
  await expect(ask(`${origin}/away`, { method: 'POST', body: 'secret' })).rejects.toMatchObject({
    code: 'REPLY_REDIRECTED',
    message: '307: it redirects to /plain',
  })
  expect(asked).toEqual(['/away'])
})

test('public files are followed to where they are stored; a prompt or a key is not', async () => {
  asked.length = 0
  const download = boundedFetch(fetch, publicFiles)
  const reply = await download(`${origin}/away`, { headers: { range: 'bytes=0-9' } })
  expect(await reply.json()).toEqual({ a: 1 })
  expect(asked).toEqual(['/away', '/plain'])
  asked.length = 0
  for (const init of [
    { method: 'POST', body: 'a prompt' },
    { headers: { authorization: 'Bearer a key' } },
    { headers: { 'x-api-key': 'a key' } },
  ])
    await expect(download(`${origin}/away`, init)).rejects.toMatchObject({
      code: 'REPLY_REDIRECTED',
    })
  expect(asked).toEqual(['/away', '/away', '/away'])
})
