import { RightsizeError } from '../../core/error/error.ts'
import { networkReason } from '../../core/error/system.ts'

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
    throw failed(signal.aborted ? `no answer in ${longestS} s` : networkReason(cause), cause)
  }
}
