import { rootCertificates } from 'node:tls'
import type { Dispatcher } from 'undici'
import { systemError } from '../../core/error/system.ts'
import { systemText } from '../files/read-file.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * `fetch` as the environment wants it: through HTTPS_PROXY, HTTP_PROXY or ALL_PROXY except for the hosts of NO_PROXY, and
 * trusting the certificates of SSL_CERT_FILE and NODE_EXTRA_CA_CERTS beside the usual ones. Node 20 reads only the last of
 * these itself. Without any of them it is Node's own, and undici is not loaded. Rejects with READ_FAILED for a
 * certificate file that cannot be read.
 */
export function openFetch(env: Env): typeof fetch {
  const proxies = proxiesOf(env)
  if (proxies.size === 0 && !env['SSL_CERT_FILE']) return fetch
  let opening: Promise<typeof fetch> | null = null
  return async (input, init) => {
    opening ??= routed(proxies, env)
    return (await opening)(input, init)
  }
}

/** Proxies by protocol of the address that is asked for; small letters win, as in curl. */
function proxiesOf(env: Env): ReadonlyMap<string, string> {
  const named = (name: string): string | undefined =>
    env[name.toLowerCase()] || env[name] || undefined
  const all = named('ALL_PROXY')
  const found = new Map<string, string>()
  for (const [protocol, name] of [
    ['https:', 'HTTPS_PROXY'],
    ['http:', 'HTTP_PROXY'],
  ] as const) {
    const proxy = named(name) ?? all
    if (proxy !== undefined)
      found.set(protocol, /^\w+:\/\//.test(proxy) ? proxy : `http://${proxy}`)
  }
  return found
}

async function routed(proxies: ReadonlyMap<string, string>, env: Env): Promise<typeof fetch> {
  const undici = await import('undici')
  const ca = authorities(env)
  const trust = ca === null ? {} : { connect: { ca }, requestTls: { ca }, proxyTls: { ca } }
  const direct = new undici.Agent(trust)
  const through = new Map<string, Dispatcher>(
    [...proxies].map(([protocol, uri]) => [protocol, new undici.ProxyAgent({ uri, ...trust })]),
  )
  const without = env['no_proxy'] || env['NO_PROXY'] || ''
  return (async (input: string | URL | Request, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const proxy = isDirect(url, without) ? undefined : through.get(url.protocol)
    const how = { ...init, dispatcher: proxy ?? direct } as unknown as Parameters<
      typeof undici.fetch
    >[1]
    return undici.fetch(url, how)
  }) as unknown as typeof fetch
}

/** All certificates to trust; null where Node's own are enough. */
function authorities(env: Env): string[] | null {
  const files = [env['SSL_CERT_FILE'], env['NODE_EXTRA_CA_CERTS']].filter((file) => !!file)
  return files.length === 0
    ? null
    : [...rootCertificates, ...files.map((file) => textOf(file ?? ''))]
}

function textOf(path: string): string {
  try {
    return systemText(path)
  } catch (cause) {
    throw systemError(cause, { path }) ?? cause
  }
}

/** Whether NO_PROXY names the host: `*`, a host with its subdomains, `.domain`, `*.domain`, each with a port or without. */
export function isDirect({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const at = port || (protocol === 'https:' ? '443' : '80')
  return noProxy
    .toLowerCase()
    .split(/[,\s]+/)
    .some((entry) => {
      if (entry === '*') return true
      const [, name = entry, only] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? []
      const domain = name.replace(/^\*?\./, '').replace(/^\[|\]$/g, '')
      if (domain === '' || (only !== undefined && only !== at)) return false
      return host === domain || host.endsWith(`.${domain}`)
    })
}
