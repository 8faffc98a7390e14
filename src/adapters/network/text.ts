import { RightsizeError } from '../../core/error/error.ts'

/** Most bytes of a text, after decompression, and most seconds until it is here. */
const limits = { bytes: 64 * 2 ** 20, seconds: 60 } as const

/** The text at an address. Throws FETCH_FAILED with the reason: no answer, a status, too long, too slow. */
export async function textAt(fetch: typeof globalThis.fetch, url: string): Promise<string> {
  const failed = (reason: string, cause?: unknown) =>
    new RightsizeError('FETCH_FAILED', `${url}: ${reason}`, { cause })
  const signal = AbortSignal.timeout(limits.seconds * 1000)
  try {
    const response = await fetch(url, { signal })
    if (!response.ok) throw failed(`the server answered ${response.status}`)
    const decoder = new TextDecoder()
    let [text, bytes] = ['', 0]
    for await (const piece of response.body ?? []) {
      bytes += piece.length
      if (bytes > limits.bytes) throw failed(`more than ${limits.bytes / 2 ** 20} MiB`)
      text += decoder.decode(piece, { stream: true })
    }
    return text + decoder.decode()
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    throw failed(signal.aborted ? `no answer in ${limits.seconds} s` : reasonOf(cause), cause)
  }
}

/** Node says "fetch failed" and puts the reason into `cause`. */
function reasonOf(cause: unknown): string {
  const { message = String(cause), cause: inner } = cause as Error & { cause?: Error }
  return (inner as { code?: string } | undefined)?.code ?? inner?.message ?? message
}
