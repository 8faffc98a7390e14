import type { Finish, TokenUsage } from '../../../core/data/answer.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { eventsToReply } from './events.ts'

/** What one request came to: the JSON of the reply. */
export type Json = Readonly<Record<string, unknown>>

/**
 * Reads the body of a successful response as JSON. Errors: ENDPOINT_CUT, ENDPOINT_EMPTY, ENDPOINT_HTML,
 * ENDPOINT_INVALID. Streams of server-sent events are put together into the same form.
 */
export async function readReply(response: Response): Promise<Json> {
  const body = await bodyOf(response)
  if (body.trim() === '') throw new RightsizeError('ENDPOINT_EMPTY', 'the reply has no body')
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('text/event-stream') || body.startsWith('data:')) return eventsToReply(body)
  if (type.includes('html') || body.trimStart().startsWith('<'))
    throw new RightsizeError('ENDPOINT_HTML', `${response.url || 'it'} sent ${titleOf(body)}`)
  return parseJson(body)
}

async function bodyOf(response: Response): Promise<string> {
  try {
    return await response.text()
  } catch (cause) {
    if ((cause as { name?: string }).name === 'TimeoutError') throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RightsizeError('ENDPOINT_CUT', `the connection ended early: ${reason}`, { cause })
  }
}

function parseJson(body: string): Json {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value as Json
  } catch (cause) {
    // A valid beginning without an end: the connection was closed politely but too early.
    const cut =
      /^\s*[{[]/.test(body) && /end of JSON|Unterminated|after array|position/i.test(String(cause))
    if (cut && !/[}\]]\s*$/.test(body))
      throw new RightsizeError('ENDPOINT_CUT', `the reply ends after ${body.length} characters`)
  }
  throw new RightsizeError('ENDPOINT_INVALID', `the reply begins with: ${body.slice(0, 80)}`)
}

function titleOf(html: string): string {
  const title = /<title[^>]*>([^<]{1,80})/i.exec(html)?.[1]?.trim()
  return title === undefined ? 'a web page' : `a web page, "${title}"`
}

/** The text of a chat or completion reply; null where there is none. Throws ENDPOINT_INVALID. */
export function textOf(reply: Json): string | null {
  const choice = (reply['choices'] as readonly Json[] | undefined)?.[0]
  if (!choice) throw new RightsizeError('ENDPOINT_INVALID', `no choices in it: ${keysOf(reply)}`)
  const message = choice['message'] as Json | undefined
  const texts = [
    flatten(message?.['content']),
    flatten(choice['text']),
    flatten(message?.['refusal']),
    calledTools(message?.['tool_calls']),
  ]
  return texts.find((text) => text !== null && text.trim() !== '') ?? null
}

/** Why the model stopped, in the closed set of `Finish`. */
export function finishOf(reply: Json): Finish {
  const choice = (reply['choices'] as readonly Json[] | undefined)?.[0]
  const refusal = (choice?.['message'] as Json | undefined)?.['refusal']
  if (typeof refusal === 'string' && refusal !== '') return 'refused'
  const reason = choice?.['finish_reason']
  return typeof reason === 'string' ? (finishes[reason] ?? 'other') : 'other'
}

/** The word of the reply for it. */
export const finishWordOf = (reply: Json): string => {
  const choice = (reply['choices'] as readonly Json[] | undefined)?.[0]
  return String(choice?.['finish_reason'] ?? 'not given')
}

const finishes: Readonly<Record<string, Finish>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'refused',
  tool_calls: 'tool',
  function_call: 'tool',
}

/** Tools that were called instead of a text, as JSON: `{ name, arguments }`, or a list of them. */
function calledTools(calls: unknown): string | null {
  if (!Array.isArray(calls) || calls.length === 0) return null
  const named = calls.map((call: Json | null) => {
    const { name, arguments: given } = (call?.['function'] ?? {}) as Json
    return { name, arguments: typeof given === 'string' ? parsed(given) : given }
  })
  return JSON.stringify(named.length === 1 ? named[0] : named)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Content is a string, or a list of parts of which the texts count. */
function flatten(content: unknown): string | null {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return null
  return content
    .map((part: Json) => (typeof part['text'] === 'string' ? part['text'] : ''))
    .join('')
}

/** Vectors of an embeddings reply, in the order of the inputs. */
export function vectorsOf(reply: Json, wanted: number): readonly (readonly number[])[] {
  const rows = reply['data'] as readonly { readonly index?: number; readonly embedding?: unknown }[]
  if (!Array.isArray(rows) || rows.length !== wanted)
    throw new RightsizeError('ENDPOINT_INVALID', `${wanted} vectors wanted: ${keysOf(reply)}`)
  return [...rows]
    .sort((a, b) => (a.index ?? 0) - (b.index ?? 0))
    .map(({ embedding }) => {
      if (Array.isArray(embedding)) return embedding as readonly number[]
      throw new RightsizeError('ENDPOINT_INVALID', 'a row without a list of numbers')
    })
}

const keysOf = (reply: Json): string =>
  Object.keys(reply).slice(0, 8).join(', ') || 'an empty object'

/** Token counts where the endpoint gives them; undefined where it does not. */
export function usageOf(reply: Json): TokenUsage | undefined {
  const usage = reply['usage'] as Json | undefined
  const input = usage?.['prompt_tokens']
  if (!usage || typeof input !== 'number') return undefined
  const cached = detail(usage, 'prompt_tokens_details', 'cached_tokens')
  const reasoning = detail(usage, 'completion_tokens_details', 'reasoning_tokens')
  return {
    input,
    output: Number(usage['completion_tokens'] ?? 0),
    ...(cached === undefined ? {} : { cachedInput: cached }),
    ...(reasoning === undefined ? {} : { reasoning }),
  }
}

function detail(usage: Json, group: string, name: string): number | undefined {
  const value = (usage[group] as Json | null | undefined)?.[name]
  return typeof value === 'number' ? value : undefined
}
