import { resolve } from 'node:path'
import { Template } from '@huggingface/jinja'
import type { RuntimeContext, RuntimeItem } from '../../../contract/runtime.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import { textNow } from '../../files/read-file.ts'
import { withinTime } from '../../limit/within-time.ts'

export interface Message {
  readonly role: string
  readonly content: string
}

/** Renders the messages of one item. `text` is what enters the identity: another prompt is another candidate. */
export interface Prompt {
  readonly text: string
  render(item: RuntimeItem): readonly Message[]
}

/**
 * Reads the prompt of a candidate: a template, `file://path`, or a JSON list of `{ role, content }`. Jinja, so promptfoo's
 * `{{name}}` works; `{{input}}` is the input. Without a prompt the input itself is the message. Throws PROMPT_BROKEN for one
 * that no row fills.
 */
export function openPrompt(candidate: CandidateSpec, context: RuntimeContext): Prompt {
  const text = fromFile(candidate.prompt ?? '{{input}}', context)
  const system = candidate.system === undefined ? null : fromFile(candidate.system, context)
  requireGap(`${system ?? ''}${text}`, text)
  const parts = [
    ...(system === null ? [] : [{ role: 'system', content: system }]),
    ...(messageList(text) ?? [{ role: 'user', content: text }]),
  ].map((message) => ({ role: message.role, render: compile(message.content) }))
  return {
    text: JSON.stringify([system, text]),
    render: (item) => {
      const fields = fieldsOf(item)
      return parts.map(({ role, render }) => ({ role, content: render(fields) }))
    },
  }
}

/** A text without a gap would ask every item the same question, and all of them would be paid for. */
function requireGap(whole: string, prompt: string): void {
  if (/\{[{%]/.test(whole)) return
  const isPath = /^\S+\.\w{1,8}$/.test(prompt.trim())
  throw new RightsizeError(
    'PROMPT_BROKEN',
    `no column stands in the prompt ${JSON.stringify(prompt.slice(0, 60))}: every item would be asked the same`,
    {
      next: isPath
        ? `If it is a file, write \`prompt: file://${prompt.trim()}\`.`
        : 'Write {{input}} where the input belongs, or a column as {{name}}.',
    },
  )
}

function fromFile(text: string, context: RuntimeContext): string {
  if (!text.startsWith('file://')) return text
  const path = resolve(context.baseDir, text.slice('file://'.length))
  try {
    return textNow(path)
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    throw new RightsizeError('PROMPT_BROKEN', `${path} cannot be read`, { cause })
  }
}

/** A prompt that is a JSON list of messages, as promptfoo has them; null for any other text. */
function messageList(text: string): readonly Message[] | null {
  if (!text.trimStart().startsWith('[')) return null
  try {
    const list = JSON.parse(text) as readonly Message[]
    return list.every((each) => typeof each.role === 'string' && typeof each.content === 'string')
      ? list
      : null
  } catch {
    return null // a text that begins with a bracket
  }
}

type Fields = Readonly<Record<string, unknown>>

function compile(text: string): (fields: Fields) => string {
  const template = attempt(() =>
    withinTime(() => new Template(keepLastNewline(text)), longestMs, tooSlow),
  )
  const names = namesIn(text)
  return (fields) => {
    const missing = names.filter((name) => !Object.hasOwn(fields, name))
    if (missing.length > 0)
      throw new RightsizeError('PROMPT_BROKEN', `the prompt uses {{${missing.join('}}, {{')}}}`, {
        next: `Columns there: ${Object.keys(fields).join(', ')}.`,
      })
    return attempt(() => withinTime(() => template.render(fields), longestMs, tooSlow))
  }
}

/** Longest that one prompt may take to be read or rendered, milliseconds. */
const longestMs = 2_000
const tooSlow = () => new Error(`the template was not done within ${longestMs / 1000} s`)

/** Jinja drops one newline at the end; a prompt keeps what its author wrote. */
const keepLastNewline = (text: string): string => (text.endsWith('\n') ? `${text}\n` : text)

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RightsizeError('PROMPT_BROKEN', reason.slice(0, 300), { cause })
  }
}

/** Jinja renders an unknown name as nothing: a misspelt column would silently ask an empty question. */
function namesIn(text: string): readonly string[] {
  const own = new Set(
    [...text.matchAll(/\{%-?\s*(?:set|for|macro)\s+([\w,\s]+?)\s*(?:=|in\b|\()/g)].flatMap(
      (found) => (found[1] ?? '').split(/[,\s]+/),
    ),
  )
  const used = [...text.matchAll(/\{\{-?\s*([A-Za-z_]\w*)\s*(?=[.|[}-])/g)].map(
    (found) => found[1] ?? '',
  )
  return [...new Set(used)].filter((name) => !own.has(name) && name !== 'loop')
}

function fieldsOf({ input, row }: RuntimeItem): Fields {
  const fields = typeof input === 'object' && !('data' in input) ? input : {}
  const text =
    typeof input === 'string'
      ? input
      : Object.entries(fields)
          .map(([name, value]) => `${name}: ${String(value)}`)
          .join('\n')
  return { ...row, ...fields, input: text }
}
