import type { Finish } from '../../../core/data/answer.ts'
import { isVector } from '../../../core/data/answer-in.ts'
import { entriesOf, fieldsOf } from '../../../core/data/fields.ts'
import { countIn } from '../../../core/data/figures.ts'
import { isTooDeep } from '../../../core/data/nesting.ts'
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
    if (cause instanceof RightsizeError || (cause as Error).name === 'TimeoutError') throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RightsizeError('ENDPOINT_CUT', `the connection ended early: ${reason}`, { cause })
  }
}

function parseJson(body: string): Json {
  if (isTooDeep(body, 'double'))
    throw new RightsizeError('ENDPOINT_INVALID', 'the reply is nested too deep')
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
  const choice = choiceOf(reply)
  if (choice === undefined)
    throw new RightsizeError('ENDPOINT_INVALID', `no choices in it: ${keysOf(reply)}`)
  const message = fieldsOf(choice['message'])
  // A tool that is called is the answer, whatever is said before.
  const texts = [
    calledTools(message['tool_calls']),
    flatten(message['content']),
    flatten(choice['text']),
    flatten(message['refusal']),
  ]
  return texts.find((text) => text !== null && text.trim() !== '') ?? null
}

/** Why the model stopped, in the closed set of `Finish`. */
export function finishOf(reply: Json): Finish {
  const choice = choiceOf(reply)
  const refusal = fieldsOf(choice?.['message'])['refusal']
  if (typeof refusal === 'string' && refusal !== '') return 'refused'
  const reason = choice?.['finish_reason']
  return typeof reason === 'string' && Object.hasOwn(finishes, reason)
    ? (finishes[reason] ?? 'other')
    : 'other'
}

/** The word of the reply for it. */
export const finishWordOf = (reply: Json): string => {
  const reason = choiceOf(reply)?.['finish_reason']
  return typeof reason === 'string' ? reason.slice(0, 40) : 'not given'
}

/** The first choice; undefined where there is none that is an object. */
function choiceOf(reply: Json): Json | undefined {
  const first = entriesOf(reply['choices'])[0]
  return first === undefined || first === null ? undefined : fieldsOf(first)
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
  const named = calls.map((call: unknown) => {
    const { name, arguments: given } = fieldsOf(fieldsOf(call)['function'])
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
    .map((part: unknown) => fieldsOf(part)['text'])
    .filter((text) => typeof text === 'string')
    .join('')
}

/** Vectors of an embeddings reply, in the order of the inputs. */
export function vectorsOf(reply: Json, wanted: number): readonly (readonly number[])[] {
  const rows = entriesOf(reply['data']).map(fieldsOf)
  if (rows.length !== wanted)
    throw new RightsizeError('ENDPOINT_INVALID', `${wanted} vectors wanted: ${keysOf(reply)}`)
  const place = ({ index }: Json): number => countIn(index) ?? 0
  return rows
    .sort((a, b) => place(a) - place(b))
    .map(({ embedding }) => {
      if (isVector(embedding)) return embedding
      throw new RightsizeError('ENDPOINT_INVALID', 'a row without a list of numbers')
    })
}

/** The input tokens of an embeddings reply, divided among its inputs in whole numbers; an embedding generates none. */
export function tokensOfVectors(reply: Json, wanted: number): readonly unknown[] {
  const all = countIn(fieldsOf(reply['usage'])['prompt_tokens'])
  if (all === undefined) return []
  const upTo = (i: number) => Math.floor((i * all) / wanted)
  return Array.from({ length: wanted }, (_, i) => ({ input: upTo(i + 1) - upTo(i), output: 0 }))
}

const keysOf = (reply: Json): string =>
  Object.keys(reply).slice(0, 8).join(', ') || 'an empty object'

/** Tokens of an answer that its server does not count: unknown, not 0. */
export const notCounted = 'not counted'

/** Token counts as the endpoint wrote them, in our names; undefined where it names none. */
export function usageOf(reply: Json): unknown {
  const { usage } = reply
  if (usage === undefined || usage === null) return undefined
  const fields = fieldsOf(usage)
  return {
    input: fields['prompt_tokens'],
    output: fields['completion_tokens'] ?? notCounted,
    cachedInput: fieldsOf(fields['prompt_tokens_details'])['cached_tokens'],
    reasoning: fieldsOf(fields['completion_tokens_details'])['reasoning_tokens'],
  }
}
