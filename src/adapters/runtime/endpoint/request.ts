import { isTooDeep } from '../../../core/data/nesting.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { plainText } from '../../../core/error/safe-text.ts'
import { redact } from '../../../core/error/secret.ts'
import { networkReason } from '../../../core/error/system.ts'
import { mostTries } from '../../../core/plan/outlay.ts'
import type { Endpoint } from './address.ts'
import { charactersPerToken, type Pacing } from './pacing.ts'
import { type Json, readReply } from './reply.ts'

/** Time and chance, as effects. */
export interface Pace {
  /** Monotonic seconds. */
  readonly nowS: () => number
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>
  /** 0 to 1. */
  readonly random: () => number
}

export interface SendOptions {
  readonly fetch: typeof globalThis.fetch
  readonly pace: Pace
  /** Of one attempt. */
  readonly timeoutS: number
  /** Limits of the account; questions without a body do not count. */
  readonly pacing: Pacing | null
  readonly signal?: AbortSignal
}

export interface Sent {
  readonly reply: Json
  /** Of the attempt that succeeded; waiting between attempts is not the model's time. */
  readonly latencyS: number
}

/** Attempts per request, by what went wrong; what is not listed is not tried again. */
const attempts: Readonly<Record<string, number>> = {
  ENDPOINT_RATE_LIMITED: mostTries,
  ENDPOINT_SERVER_ERROR: 5,
  ENDPOINT_DOWN: 4,
  ENDPOINT_CUT: 3,
  ENDPOINT_TIMEOUT: 2,
  ENDPOINT_EMPTY: 2,
  ENDPOINT_INVALID: 2,
}
/** A wait that doubles from here, with up to as much again at random so that clients do not march in step. */
const firstWaitS = 0.5
const longestWaitS = 30
/** A server that asks for more than this has better be asked another day. */
const longestRetryAfterS = 120

/** Sends one JSON request, with retries. Rejects with the last catalogued error; secrets are cut out of its message. */
export function send(
  endpoint: Endpoint,
  path: string,
  body: Json | null,
  options: SendOptions,
): Promise<Sent> {
  const request: HttpRequest = {
    url: `${endpoint.baseUrl}${path}${endpoint.query}`,
    headers: endpoint.headers,
    body: body === null ? null : JSON.stringify(body),
  }
  return retried(() => attempt(endpoint, request, options), options)
}

/** Tries until it works, as often as what went wrong allows. Rejects with the last error. */
export async function retried<T>(once: () => Promise<Tried<T>>, options: SendOptions): Promise<T> {
  for (let tries = 1; ; tries++) {
    const tried = await once()
    if (!('error' in tried)) return tried.done
    const { error, retryAfterS } = tried
    const again = tries < (attempts[error.code] ?? 1) && (retryAfterS ?? 0) <= longestRetryAfterS
    if (!again || options.signal?.aborted) throw error
    await options.pace.sleep(retryAfterS ?? waitS(tries, options.pace), options.signal)
  }
}

function waitS(attempt: number, { random }: Pace): number {
  return Math.min(longestWaitS, firstWaitS * 2 ** (attempt - 1)) * (1 + random())
}

export type Tried<T> =
  | { readonly done: T }
  | { readonly error: RightsizeError; readonly retryAfterS: number | null }

/** A GET where there is no body, else a POST. */
export interface HttpRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** One request, read to its end. Its failure is a value; it rejects only where the caller aborts. */
export async function attempt(
  endpoint: Endpoint,
  request: HttpRequest,
  options: SendOptions,
): Promise<Tried<Sent>> {
  return exchange(endpoint, request, options, readReply)
}

/** The same, read in another way. */
export async function exchange<T extends Json | null>(
  endpoint: Endpoint,
  { url, headers, body }: HttpRequest,
  { fetch, pace, pacing, timeoutS, signal }: SendOptions,
  read: (response: Response) => Promise<T>,
): Promise<Tried<{ readonly reply: T; readonly latencyS: number }>> {
  const settle = await entered(body, pacing, signal)
  const started = pace.nowS()
  const limit = AbortSignal.timeout(timeoutS * 1000)
  try {
    const response = await fetch(url, {
      method: body === null ? 'GET' : 'POST',
      headers,
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
      ...(body === null ? {} : { body }),
    })
    if (!response.ok)
      return { error: await refusal(endpoint, response), retryAfterS: retryAfterOf(response) }
    const reply = await read(response)
    settle(reply)
    return { done: { reply, latencyS: pace.nowS() - started } }
  } catch (cause) {
    if (signal?.aborted) throw signal.reason
    return { error: asError(endpoint, cause, { limit, timeoutS }), retryAfterS: null }
  }
}

/** Waits for its turn; tokens are counted from the text until the reply counts them. */
async function entered(body: string | null, pacing: Pacing | null, signal?: AbortSignal) {
  if (body === null || pacing === null) return () => undefined
  return pacing.enter(body.length / charactersPerToken, signal)
}

function asError(
  { baseUrl, secrets }: Endpoint,
  cause: unknown,
  { limit, timeoutS }: { limit: AbortSignal; timeoutS: number },
): RightsizeError {
  if (limit.aborted) return new RightsizeError('ENDPOINT_TIMEOUT', `no reply within ${timeoutS} s`)
  if (cause instanceof RightsizeError)
    return new RightsizeError(cause.code, redact(cause.message, secrets), { next: cause.next })
  return new RightsizeError('ENDPOINT_DOWN', redact(`${baseUrl}: ${networkReason(cause)}`, secrets))
}

async function refusal(endpoint: Endpoint, response: Response): Promise<RightsizeError> {
  return refusalOf(endpoint, response, await response.text().catch(() => ''))
}

/** Of what a server says with a refusal: characters that are shown, and looked at for secrets. */
const [longestWord, readOfWord] = [300, 4000]

/** What a refusal means, by its status and its words; those of one question of a batch are read alike. */
export function refusalOf(
  endpoint: Endpoint,
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  text: string,
): RightsizeError {
  // Cut after the secrets are out: half of a key is no longer recognized.
  const said = plainText(redact(messageIn(text), endpoint.secrets), longestWord)
  return new RightsizeError(refusalCode({ status, headers }, text), `${status}: ${said}`)
}

/** Codes and sentences by which vendors say that nobody pays any more (source: their pages on error codes). */
const unpaid =
  /insufficient_quota|billing_(hard_limit_reached|not_active)|exceeded your current quota|check your plan and billing|credit balance is too low|insufficient (credits|funds|balance)|out of credits|requires more credits|PerDay/i
/** Gemini words its limits a minute like an empty account, and says when to come back. */
const comesBack = /retry in \d|"retryDelay"/i

/** What a refused request means: waiting cures a rate, not an empty account. */
function refusalCode(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  text: string,
): RefusalCode {
  const named = /insufficient_quota|billing_|PerDay/.test(text)
  const waits = headers.has('retry-after') || headers.has('retry-after-ms') || comesBack.test(text)
  const empty = unpaid.test(text) && status >= 400 && status < 500 && (named || !waits)
  if (status === 402 || empty) return 'ENDPOINT_QUOTA'
  if (status === 429) return 'ENDPOINT_RATE_LIMITED'
  return status >= 500 || status === 408 ? 'ENDPOINT_SERVER_ERROR' : 'ENDPOINT_REFUSED'
}

type RefusalCode =
  | 'ENDPOINT_QUOTA'
  | 'ENDPOINT_RATE_LIMITED'
  | 'ENDPOINT_SERVER_ERROR'
  | 'ENDPOINT_REFUSED'

function messageIn(text: string): string {
  try {
    if (isTooDeep(text, 'double')) return 'a reply that is nested too deep'
    const { error, message, detail } = JSON.parse(text) as Json
    const said = (error as Json | undefined)?.['message'] ?? error ?? message ?? detail
    return (typeof said === 'string' ? said : JSON.stringify(said ?? '')).slice(0, readOfWord)
  } catch {
    return text.trimStart().startsWith('<') ? 'a web page' : text.slice(0, readOfWord)
  }
}

/** Seconds to wait as the server says: a number, a date, or OpenAI's milliseconds (RFC 9110 10.2.3). */
export function retryAfterOf(response: Response, now: number = Date.now()): number | null {
  const ms = Number(response.headers.get('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(ms)) return Math.max(0, ms / 1000)
  const text = response.headers.get('retry-after')
  if (text === null) return null
  const seconds = Number(text)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, (date - now) / 1000)
}
