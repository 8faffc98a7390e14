import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isDirect, openFetch } from './fetch.ts'

const folder = mkdtempSync(join(tmpdir(), 'network-'))
const closing: Server[] = []
afterAll(() => {
  for (const server of closing) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(server)
  return (server.address() as AddressInfo).port
}

let model = 0
let secure = 0
let proxy = 0
/** What the proxy was asked to connect to. */
const tunnels: string[] = []
const file = (name: string): string => join(folder, name)

beforeAll(async () => {
  model = await listening(createServer((_, response) => response.end('plain')))
  const subject = ['-subj', '/CN=models.example', '-addext', 'subjectAltName=DNS:models.example']
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      file('key.pem'),
      '-out',
      file('ca.pem'),
      ...subject,
    ],
    { stdio: 'ignore' },
  )
  const tls = { key: readFileSync(file('key.pem')), cert: readFileSync(file('ca.pem')) }
  secure = await listening(
    createSecure(tls, (_, response) => response.end('secret')) as unknown as Server,
  )
  const tunnel = createServer()
  tunnel.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '')
    const port = request.url?.endsWith(':443') ? secure : model
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    socket.on('error', () => onward.destroy())
    onward.on('error', () => socket.destroy())
  })
  proxy = await listening(tunnel)
})

const text = async (env: Record<string, string>, url: string): Promise<string> =>
  (await openFetch(env)(url, { method: 'POST', body: '{}' })).text()

describe('a proxy', () => {
  test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])('named by %s is used', async (name) => {
    tunnels.length = 0
    expect(await text({ [name]: `http://127.0.0.1:${proxy}` }, 'http://models.example/v1')).toBe(
      'plain',
    )
    expect(tunnels).toEqual(['models.example:80'])
  })

  test('is not used for a host of NO_PROXY', async () => {
    tunnels.length = 0
    const env = { HTTP_PROXY: `127.0.0.1:${proxy}`, NO_PROXY: 'localhost,127.0.0.1' }
    expect(await text(env, `http://127.0.0.1:${model}/v1`)).toBe('plain')
    expect(tunnels).toEqual([])
  })

  test('that is down is an error of the connection', async () => {
    await expect(
      text({ HTTP_PROXY: 'http://127.0.0.1:9' }, 'http://models.example/'),
    ).rejects.toThrow('fetch failed')
  })
})

describe('a certificate authority of a company', () => {
  const env = () => ({ HTTPS_PROXY: `http://127.0.0.1:${proxy}` })
  test('that nobody named is not trusted', async () => {
    await expect(text(env(), 'https://models.example/v1')).rejects.toThrow('fetch failed')
  })

  test.each(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])(
    'named by %s is, through a proxy too',
    async (name) => {
      expect(await text({ ...env(), [name]: file('ca.pem') }, 'https://models.example/v1')).toBe(
        'secret',
      )
      expect(tunnels).toContain('models.example:443')
    },
  )

  test('whose file is missing is named', async () => {
    await expect(
      text({ SSL_CERT_FILE: file('none.pem') }, 'https://models.example/'),
    ).rejects.toThrow('none.pem')
  })
})

test("without any of these variables it is Node's own", () => {
  expect(openFetch({ NO_PROXY: '*', NODE_EXTRA_CA_CERTS: file('ca.pem') })).toBe(fetch)
})

test.each([
  ['http://api.example.com/', 'example.com', true],
  ['http://api.example.com/', '.example.com', true],
  ['http://api.example.com/', '*.example.com', true],
  ['http://notexample.com/', 'example.com', false],
  ['http://h:8080/', 'h:8080', true],
  ['http://h:8081/', 'h:8080', false],
  ['https://h/', 'h:443', true],
  ['http://[::1]:1/', '::1', true],
  ['http://h/', '*', true],
  ['http://h/', '', false],
])('%s with NO_PROXY=%s: direct is %s', (url, noProxy, direct) => {
  expect(isDirect(new URL(url), noProxy)).toBe(direct)
})
