import { RightsizeError } from '../../core/error/error.ts'

/**
 * `fetch` to the hosts that are named and to no other: `host:port`, or `host` alone for the usual port of http or https, since
 * other services of a machine are other hosts. Rejects with UNTRUSTED_HOST.
 */
export function allowedFetch(plain: typeof fetch, hosts: readonly string[]): typeof fetch {
  const allowed = new Set(hosts.map((host) => host.toLowerCase()))
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    if (allowed.has(url.host) || allowed.has(`${url.hostname}:${port}`)) return plain(input, init)
    throw new RightsizeError('UNTRUSTED_HOST', `the spec asks ${url.host}, which is not allowed`, {
      next: `If you trust that host with the data, add --allow-host ${url.host}.`,
    })
  }
}
