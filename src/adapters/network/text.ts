import { RightsizeError } from '../../core/error/error.ts'

/** Seconds until a text must be here. */
const longestS = 60

/** The text at an address. Throws FETCH_FAILED with the reason: no answer, a status, too slow; and REPLY_TOO_LARGE. */
export async function textAt(fetch: typeof globalThis.fetch, url: string): Promise<string> {
  const failed = (reason: string, cause?: unknown) =>
    new RightsizeError('FETCH_FAILED', `${url}: ${reason}`, { cause })
  const signal = AbortSignal.timeout(longestS * 1000)
  try {
    const response = await fetch(url, { signal })
    if (!response.ok) throw failed(`the server answered ${response.status}`)
    return await response.text()
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    throw failed(signal.aborted ? `no answer in ${longestS} s` : reasonOf(cause), cause)
  }
}

/** Node says "fetch failed" and puts the reason into `cause`. */
function reasonOf(cause: unknown): string {
  const { message = String(cause), cause: inner } = cause as Error & { cause?: Error }
  return (inner as { code?: string } | undefined)?.code ?? inner?.message ?? message
}
