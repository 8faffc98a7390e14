import { RightsizeError } from '../../../core/error/error.ts'
import type { Endpoint } from './address.ts'
import type { Json } from './reply.ts'
import { exchange, retried, type SendOptions } from './request.ts'

/** Longest line of a file of results, characters: one answer. */
const longestLine = 16 * 2 ** 20

/** Hands every line of a file of JSON lines to `each`, as it comes; after a retry from the beginning. Throws ENDPOINT_INVALID. */
export function eachLine(
  endpoint: Endpoint,
  path: string,
  options: SendOptions,
  each: (line: Json) => void,
): Promise<null> {
  const { 'content-type': _, ...headers } = endpoint.headers
  const request = { url: `${endpoint.baseUrl}${path}${endpoint.query}`, headers, body: null }
  const read = async (response: Response) => {
    for await (const line of linesOf(response)) if (line.trim() !== '') each(parsed(line))
    return null
  }
  return retried(async () => {
    const tried = await exchange(endpoint, request, options, read)
    return 'error' in tried ? tried : { done: tried.done.reply }
  }, options)
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of response.body ?? []) {
    rest += decoder.decode(piece, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine)
      throw new RightsizeError('ENDPOINT_INVALID', 'a line of the results has no end')
    yield* lines
  }
  yield rest + decoder.decode()
}

function parsed(line: string): Json {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Json
  } catch {
    // Said below.
  }
  throw new RightsizeError('ENDPOINT_INVALID', `a line of the results: ${line.slice(0, 80)}`)
}
