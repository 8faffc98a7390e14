import { entriesOf, fieldsOf } from '../../../core/data/fields.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { Json } from './reply.ts'

/**
 * Puts a stream of server-sent events together into the form of a plain chat reply. A stream without a finish reason and
 * without [DONE] was cut off: ENDPOINT_CUT, never half an answer.
 */
export function eventsToReply(body: string): Json {
  const lines = body.split(/\r?\n/).flatMap((line) => /^data:\s?(.*)$/.exec(line)?.[1] ?? [])
  const done = lines.includes('[DONE]')
  const chunks = lines.filter((line) => line !== '[DONE]' && line !== '').map(parse)
  const choices = chunks.flatMap((chunk) => entriesOf(chunk['choices']).map(fieldsOf))
  const finish = choices.map((choice) => choice['finish_reason']).findLast((reason) => reason)
  if (!done && !finish)
    throw new RightsizeError('ENDPOINT_CUT', `the stream ends after ${chunks.length} events`)
  const content = choices.map((choice) => piece(choice)).join('')
  const usage = chunks.map((chunk) => chunk['usage']).findLast((value) => value)
  const last = chunks.at(-1) ?? {}
  return {
    model: last['model'],
    system_fingerprint: last['system_fingerprint'],
    choices: [{ message: { content }, finish_reason: finish ?? 'stop' }],
    ...(usage ? { usage } : {}),
  }
}

function parse(line: string): Json {
  try {
    return fieldsOf(JSON.parse(line))
  } catch {
    throw new RightsizeError('ENDPOINT_CUT', `an event breaks off: ${line.slice(0, 80)}`)
  }
}

function piece(choice: Json): string {
  const text = fieldsOf(choice['delta'])['content'] ?? choice['text']
  return typeof text === 'string' ? text : ''
}
