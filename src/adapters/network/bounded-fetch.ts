import { RightsizeError } from '../../core/error/error.ts'

export interface ReplyBounds {
  /** Of the body once it is decompressed. */
  readonly bytes: number
  /** From the request to the last byte, where the caller sets no signal of its own. */
  readonly seconds: number
  /** Whether redirects are followed: only for requests that hold neither prompt nor key. */
  readonly follow: boolean
}

const usual: ReplyBounds = { bytes: 16 * 1024 * 1024, seconds: 600, follow: false }

/** For public files, such as models on a hub, which answer with a redirect to where they are stored. */
export const publicFiles: ReplyBounds = { bytes: 2 ** 30, seconds: 3600, follow: true }

/**
 * `fetch` whose replies end: after so many bytes (REPLY_TOO_LARGE, when the body is read) and after so long. A redirect is
 * refused and never followed (REPLY_REDIRECTED): the request holds prompts and keys, which go to the address that the user
 * named and to no other. With `follow`, one without a body and without headers of its own is sent on.
 */
export function boundedFetch(plain: typeof fetch, bounds: Partial<ReplyBounds> = {}): typeof fetch {
  const { bytes, seconds, follow } = { ...usual, ...bounds }
  return async (input, init) => {
    const signal = init?.signal ?? AbortSignal.timeout(seconds * 1000)
    const redirect = follow && isPublic(init) ? 'follow' : 'manual'
    const response = await plain(input, { ...init, signal, redirect })
    if (response.status >= 300 && response.status < 400 && response.status !== 304)
      throw await redirected(response)
    return response.body === null ? response : limited(response, bytes)
  }
}

/** A request for a file, or a range of it, that tells nothing of the user. */
const isPublic = ({ body, headers, method = 'GET' }: RequestInit = {}): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  (body === undefined || body === null) &&
  [...new Headers(headers).keys()].every((name) => name === 'range' || name === 'accept')

async function redirected(response: Response): Promise<RightsizeError> {
  await response.body?.cancel().catch(() => undefined)
  const location = response.headers.get('location')
  const to = location === null ? 'nowhere' : location.slice(0, 200)
  return new RightsizeError('REPLY_REDIRECTED', `${response.status}: it redirects to ${to}`)
}

/** The same response, whose body fails once it is too long. */
function limited(response: Response, most: number): Response {
  let seen = 0
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      seen += piece.byteLength
      if (seen > most)
        controller.error(
          new RightsizeError('REPLY_TOO_LARGE', `the reply has more than ${most} bytes`),
        )
      else controller.enqueue(piece)
    },
  })
  const { status, statusText, headers, url } = response
  const body = response.body?.pipeThrough(counter) ?? null
  const copy = new Response(body, { status, statusText, headers: new Headers([...headers]) })
  return Object.defineProperty(copy, 'url', { value: url })
}
