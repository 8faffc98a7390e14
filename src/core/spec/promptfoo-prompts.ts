import type { Row } from '../data/json-rows.ts'
import type { LeftOutOne } from '../result/left-out-text.ts'

/** A part of a file that was not used, and why. */
export type Ignored = LeftOutOne

/** What the importer may ask of the world. */
export interface PromptfooWorld {
  /** Text of a file named in the promptfoo file; `from` says where. Throws SPEC_MISSING_FILE. */
  read(path: string, from: string): string
  /** Files that a pattern such as `tests/*.yaml` names, sorted, as paths that `read` takes. */
  list(pattern: string, from: string): readonly string[]
  /** Whether an assertion of this type (without `not-`) can be checked. */
  knows(type: string): boolean
  /** Code in the file may run: javascript assertions and transforms are kept. */
  readonly trust: boolean
}

/** A prompt that can be used. */
export interface Prompt {
  readonly text: string
  readonly system?: string
}

/** The prompts of the file; what cannot be used is entered into `ignored`. */
export function promptsOf(
  value: unknown,
  world: PromptfooWorld,
  ignored: Ignored[],
): readonly Prompt[] {
  const list = value === undefined ? [] : [value].flat()
  return list.flatMap((one, index) => {
    const path = `prompts[${index}]`
    const raw = isRecord(one) ? (one['raw'] ?? one['id']) : one
    if (typeof raw !== 'string') {
      ignored.push({ path, what: 'prompt', why: 'is not text' })
      return []
    }
    return promptTexts(raw, path, world, ignored).flatMap((text) => usable(text, path, ignored))
  })
}

/** Whether a path is a pattern of several: `tests/*.yaml`. */
export const isPattern = (path: string): boolean => /[*?{[]/.test(path)

/** The texts of a prompt: itself, or the parts of a file between lines of `---`. */
function promptTexts(
  raw: string,
  path: string,
  world: PromptfooWorld,
  ignored: Ignored[],
): readonly string[] {
  const isFile =
    raw.startsWith('file://') || /^[\w./*-]+\.(txt|md|json|ya?ml|js|mjs|cjs|ts|py)$/.test(raw)
  if (!isFile) return [raw]
  const file = raw.replace(/^file:\/\//, '')
  if (isPattern(file)) {
    const files = world.list(file, path)
    if (files.length === 0)
      ignored.push({ path, what: 'prompt', why: `${raw}: no file has such a name` })
    return files.flatMap((one) => promptTexts(`file://${one}`, path, world, ignored))
  }
  if (!/\.(txt|md|json|j2)$/i.test(file)) {
    ignored.push({
      path,
      what: 'prompt',
      why: `${raw}: code is not read; name .txt, .md or .json files`,
    })
    return []
  }
  const text = world.read(file, path)
  return /\.json$/i.test(file)
    ? [text]
    : text
        .split(/^---\s*$/m)
        .map((part) => part.trim())
        .filter((part) => part !== '')
}

/** Filters that templates here have under the same name as Nunjucks has them. */
const FILTERS = new Set([
  'trim',
  'upper',
  'lower',
  'title',
  'capitalize',
  'join',
  'length',
  'first',
  'last',
  'sort',
  'abs',
  'int',
  'float',
  'string',
  'default',
  'replace',
  'list',
  'tojson',
  'safe',
  'reverse',
  'unique',
])

function usable(text: string, path: string, ignored: Ignored[]): readonly Prompt[] {
  const filters = [...text.matchAll(/\{[{%][^}]*?\|\s*([a-z_]+)/gi)].map((match) => match[1] ?? '')
  const strange = filters.find((filter) => !FILTERS.has(filter))
  if (strange !== undefined) {
    ignored.push({
      path,
      what: 'prompt',
      why: `uses the filter \`${strange}\`, which templates here do not have; the prompt was left out`,
    })
    return []
  }
  return text.trimStart().startsWith('[') ? chatPrompt(text, path, ignored) : [{ text }]
}

/** A chat of one system and one user message; longer ones cannot be said by a prompt and a system text. */
function chatPrompt(text: string, path: string, ignored: Ignored[]): readonly Prompt[] {
  const messages = parsedMessages(text)
  if (messages === null) return [{ text }]
  const [first, second] = messages
  if (messages.length === 1 && first?.role === 'user') return [{ text: first.content }]
  if (messages.length === 2 && first?.role === 'system' && second?.role === 'user')
    return [{ text: second.content, system: first.content }]
  ignored.push({
    path,
    what: 'prompt',
    why: 'is a chat of several turns; only one system and one user message are read',
  })
  return []
}

function parsedMessages(text: string): readonly { role: string; content: string }[] | null {
  try {
    const value: unknown = JSON.parse(text)
    const isMessage = (one: unknown) =>
      isRecord(one) && typeof one['role'] === 'string' && typeof one['content'] === 'string'
    return Array.isArray(value) && value.every(isMessage) ? value : null
  } catch {
    return null
  }
}

export const isRecord = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
