import { plainText } from '../error/safe-text.ts'
import type { HostTensor } from '../onnx/host-tensor.ts'
import type { Answer, Finish, Output } from './answer.ts'
import { entriesOf, type Fields, fieldsOf } from './fields.ts'
import { countIn, figuresIn, withUnread } from './figures.ts'

/** Longest message of a failed answer, characters. */
const longestMessage = 500

/** Longest text of an answer, characters: more than any model writes. Thousands of longer ones would fill the memory. */
const longestText = 2 ** 20

/**
 * An answer of whoever gave it, a program, a server, a child process or the store, once every part was looked at: figures
 * that are none are left out and named in `unread`, texts are well-formed Unicode. What is no answer, or too long, is a failed one.
 */
export function answerIn(written: unknown): Answer {
  const fields = fieldsOf(written)
  if (fields['ok'] === false) return failureIn(fields)
  const output = fields['ok'] === true ? outputIn(fields['output']) : null
  if (output === null) return failureIn({ message: 'what came back is not an answer' })
  const length = lengthOf(output)
  if (length > longestText)
    return failureIn({ code: 'REPLY_TOO_LARGE', message: `an answer of ${length} characters` })
  const { figures, unread } = figuresIn(fields)
  const before = entriesOf(fields['unread']).filter((name) => typeof name === 'string')
  const finish = finishes.find((one) => one === fields['finish'])
  return {
    ok: true,
    output,
    ...withUnread({ figures, unread: [...new Set([...before, ...unread])] }),
    ...(finish === undefined ? {} : { finish }),
  }
}

const lengthOf = (output: Output): number =>
  output.kind === 'text' ? output.text.length : output.kind === 'label' ? output.label.length : 0

const finishes: readonly Finish[] = ['stop', 'length', 'refused', 'tool', 'other']

function failureIn({ code, message, retryable, permanent, latencyS }: Fields): Answer {
  const { figures } = figuresIn({ latencyS })
  return {
    ok: false,
    code: typeof code === 'string' && code !== '' ? code : 'RUNTIME_FAILED',
    message: plainText(typeof message === 'string' ? message : 'it failed', longestMessage),
    retryable: retryable === true,
    ...(permanent === true ? { permanent } : {}),
    ...figures,
  }
}

const readers: { readonly [K in Output['kind']]: (fields: Fields) => Output | null } = {
  label: ({ label, probabilities }) => {
    if (typeof label !== 'string') return null
    const named = { kind: 'label', label: wellFormed(label) } as const
    return isShares(probabilities) ? { ...named, probabilities } : named
  },
  text: ({ text }) => (typeof text === 'string' ? { kind: 'text', text: wellFormed(text) } : null),
  spans: ({ spans }) => {
    const read = Array.isArray(spans) ? spans.map(spanIn) : [null]
    return read.includes(null) ? null : { kind: 'spans', spans: read.filter((one) => one !== null) }
  },
  vector: ({ vector }) => (isVector(vector) ? { kind: 'vector', vector } : null),
  json: ({ value }) => (isJson(value) ? { kind: 'json', value } : null),
  tensors: ({ tensors }) =>
    Object.values(fieldsOf(tensors)).every((one) => ArrayBuffer.isView(fieldsOf(one)['data']))
      ? { kind: 'tensors', tensors: fieldsOf(tensors) as Readonly<Record<string, HostTensor>> }
      : null,
}

/** An output of a known kind whose parts are what they must be; null for anything else. */
export function outputIn(written: unknown): Output | null {
  const fields = fieldsOf(written)
  const { kind } = fields
  return typeof kind === 'string' && Object.hasOwn(readers, kind)
    ? readers[kind as Output['kind']](fields)
    : null
}

/** Half a surrogate pair cannot be stored: it would come back as another text. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

type Span = Extract<Output, { kind: 'spans' }>['spans'][number]

function spanIn(written: unknown): Span | null {
  const { type, start, end, text } = fieldsOf(written)
  const [from, to] = [countIn(start), countIn(end)]
  if (typeof type !== 'string' || from === undefined || to === undefined) return null
  return { type, start: from, end: to, ...(typeof text === 'string' ? { text } : {}) }
}

export function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => Number.isFinite(each))
}

/** Probabilities by label: each from 0 to 1, but for the rounding of single precision. */
export function isShares(value: unknown): value is Readonly<Record<string, number>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'number' && each >= 0 && each <= 1.0001)
  )
}

/** Whether a value can be written as JSON: no circle, no bigint, not nothing. */
function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    return false
  }
}
