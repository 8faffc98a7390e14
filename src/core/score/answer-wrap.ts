import type { ReadingRule } from './label-match.ts'

/** One thing that people and models put around an answer. */
export interface Wrap {
  readonly rule: ReadingRule
  /** What is inside; null where the text is not wrapped so. */
  readonly inside: (text: string) => string | null
}

/** The first group of a pattern that the whole text fits; null elsewhere. */
const group =
  (pattern: RegExp) =>
  (text: string): string | null =>
    pattern.exec(text.trim())?.[1] ?? null

/** A replacement that changed something, else null. */
const changed =
  (change: (text: string) => string) =>
  (text: string): string | null => {
    const after = change(text)
    return after === text ? null : after
  }

/** Names of fields and of lines that hold the answer. */
const fields =
  '(?:final[ _-]?)?(?:label|category|class|classification|intent|answer|prediction|predicted[ _-]?(?:label|class|category)|result|output|sentiment|topic|tag|response|verdict|choice|decision|kategorie|antwort|etiqueta|categor[ií]a|respuesta|cat[ée]gorie|r[ée]ponse)'

/** `answer`, `Final label`, `the category`: what a line or a JSON field with the answer is called. */
export const isAnswerField = (name: string): boolean =>
  new RegExp(`^${fields}$`, 'i').test(name.trim())

/** "Label: x", "The category of this message is: x", "Answer = x": what follows. */
const named = new RegExp(
  `^(?:(?:the|my|its|your|so,?|therefore,?|thus,?|die|das|der|la|el|le)\\s+)*(?:(?:correct|best|most likely|right|appropriate|predicted|suggested|final)\\s+)?${fields}(?:\\s+(?:for|of)\\s+(?:this|the)\\s+\\w+(?:\\s+\\w+)?)?\\s*(?:(?:is|would be|should be|ist|es|est)(?=[\\s:])\\s*:?|[:=]|→|->|-(?=\\s))\\s*([\\s\\S]+)$`,
  'i',
)

/** "This is a x", "I would classify this message as x", "It belongs to the category x": what follows. */
const phrased =
  /^(?:this|it|that|the (?:message|text|request|ticket|review|sentence|input|question|customer|user)|i(?:'d| would| will)?)\b[^.,;:!?\n]{0,60}?\b(?:is|as|to|under|like|be)\b:?\s+(?:(?:an?|the)\s+)?(?:(?:category|class|label|intent|type)\s+)?["'`*“]{0,8}([^\n]{1,80}?)["'`*”]{0,8}[.!]{0,8}$/i

/** Words that take back, deny or doubt what they stand beside. */
const doubt =
  /\b(?:not|never|neither|nor|none|isn['’]?t|aren['’]?t|wasn['’]?t|doesn['’]?t|don['’]?t|can['’]?t|cannot|couldn['’]?t|won['’]?t|unsure|uncertain|unclear|unlikely|doubt|maybe|perhaps|possibly|might|may|could|either|or|rather|instead|wait|actually|correction|hmm|kein|keine|nicht|ningun[oa]?|tampoco|ni|pas|ne|aucune?)\b/iu

/** Whether a text denies, doubts or takes back something. */
const isDoubtful = (text: string): boolean => doubt.test(text)

const takenBack =
  /\b(?:wait|actually|correction|scratch that|on second thought|instead|not sure|unsure|uncertain|maybe|perhaps|no,)|^[\s:;,.!(–—-]*(?:no|not|false|wrong|incorrect|rejected|excluded|unlikely|0+(?:[.,]0+)?(?:\s?%)?)[\s).!]*$/iu

/** Whether what follows an answer takes it back or doubts it. */
export const takesBack = (text: string): boolean => takenBack.test(text)

const quotes = '"\'`“”„‘’«»‹›'

/** What stands between quotes or brackets of any number. Cut by hand: a pattern would take cubic time on quotes alone. */
function quoted(text: string): string | null {
  const whole = text.trim().replace(/[.!]$/, '')
  let [from, to] = [0, whole.length]
  while (from < to && `[{${quotes}`.includes(whole.charAt(from))) from++
  while (to > from && `]}${quotes}`.includes(whole.charAt(to - 1))) to--
  if (from === 0 || whole.includes('\n')) return null
  if (from === to) return from > 1 ? '' : null
  return to === whole.length ? null : whole.slice(from, to)
}

/** What stands between two code fences on lines of their own. */
function fenced(text: string): string | null {
  const whole = text.trim()
  const first = /^(?:`{3,}|~{3,})[^\n`]*\n/.exec(whole)?.[0]
  const mark = whole.at(-1) ?? ''
  let end = whole.length
  while (end > 0 && whole[end - 1] === mark) end--
  const closed = (mark === '`' || mark === '~') && whole.length - end >= 3
  return first === undefined || !closed || end < first.length
    ? null
    : whole.slice(first.length, end).trimEnd()
}

/** What stands between two code fences on one line. */
function fencedInLine(text: string): string | null {
  const whole = text.trim()
  if (!whole.startsWith('```') || !whole.endsWith('```')) return null
  const inner = whole.slice(3, -3).trim()
  return inner === '' || /[`\n]/.test(inner) ? null : inner
}

/** In the order in which they are taken off; each may come again inside another. */
export const wraps: readonly Wrap[] = [
  { rule: 'code fence', inside: fenced },
  { rule: 'code fence', inside: fencedInLine },
  {
    rule: 'tag',
    inside: (text) =>
      /^<(?!(?:del|s|strike|not|wrong|think\w*|reasoning|analysis|scratchpad)>)([a-z][\w-]{0,30})>([\s\S]*)<\/\1>$/i.exec(
        text.trim(),
      )?.[2] ?? null,
  },
  { rule: 'tag', inside: group(/^\$?\\boxed\{(?:\\text\{)?([^{}]*)\}{1,2}\$?$/) },
  { rule: 'Markdown', inside: group(/^#{1,6}\s+(\S[^\n]*)$/) },
  { rule: 'Markdown', inside: group(/^(?:[-*+•]|>)\s+(?=\S)(\D[^\n]*)$/) },
  { rule: 'Markdown', inside: group(/^\d{1,2}[.)]\s+(?=\S)(\D[^\n]*)$/) },
  {
    rule: 'Markdown',
    inside: changed((text) => text.replace(/(\*\*\*|\*\*|__)(?=\S)([^\n]*?\S)\1/g, '$2')),
  },
  { rule: 'Markdown', inside: group(/^[*_`](?=\S)([^\n]*?)[*_`][.!]?$/) },
  { rule: 'quotes', inside: quoted },
  {
    rule: 'introduction',
    inside: group(/^(?:sure|certainly|of course|okay|ok)[!,.:]\s+([\s\S]+)$/i),
  },
  { rule: 'introduction', inside: group(named) },
  {
    rule: 'introduction',
    inside: (text) => (isDoubtful(text) ? null : group(phrased)(text)),
  },
  {
    rule: 'introduction',
    inside: group(
      /^([^\n.,;:!?]{1,80}?)\s+(?:category|class|label|intent|request|issue|question|message)[.!]*$/i,
    ),
  },
]

/** Characters that a screen does not show, taken out; spaces of any kind become a space. */
export const visible = (text: string): string =>
  text.replace(/\p{Cf}|\p{Variation_Selector}/gu, '').replace(/\p{Zs}/gu, ' ')

/** Characters at the end of an answer in which its last sentence is looked for. */
const longest = 4000

const thought = 'think|thinking|thought|reasoning|reason|scratchpad|analysis|reflection'
const opened = new RegExp(`<(?:${thought})>`, 'iu')
const closing = new RegExp(`</(?:${thought})>`, 'giu')
const finalAnswer =
  /^[\s\S]{1,5000}(?:^|[\n.!?]\s*|\s[-–—]\s*|\*\*)(?:so,? |therefore,? |thus,? )?(?:(?:the|my)\s+)?(?:final (?:answer|label|category|decision)|answer)\**\s*(?:is(?=[\s:]):?|:)\**\s*([^\n]+)\s*$/iu

/**
 * The text behind a reasoning block (`<think>...</think>`, "Reasoning: ... Final answer: x"); null where there is none.
 * A block that never ends leaves nothing: the answer was cut off inside it.
 */
export function behindReasoning(text: string): string | null {
  const first = opened.exec(text)
  const last = [...text.matchAll(closing)].at(-1)
  if (first !== null || last !== undefined) {
    const before = first === null ? '' : text.slice(0, first.index)
    return `${before}${last === undefined ? '' : text.slice(last.index + last[0].length)}`
  }
  const channel = text.split('<|channel|>final<|message|>')[1]?.replace(/<\|[a-z_]+\|>\s*$/, '')
  return channel ?? finalAnswer.exec(text.slice(-longest))?.[1] ?? null
}
