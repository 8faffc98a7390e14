import { behindReasoning, isAnswerField, takesBack, visible, wraps } from './answer-wrap.ts'
import { type LabelMatcher, labelMatcher, type ReadingRule } from './label-match.ts'

/** What an answer was understood to be, of a closed set of labels. */
export type Reading =
  /** `rules`: what was ignored for it; empty where the answer is the label as it stands. */
  | { readonly kind: 'label'; readonly label: string; readonly rules: readonly ReadingRule[] }
  /** Two labels or more are named, or the one that is named is taken back. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'none' }
  | { readonly kind: 'empty' }

export type LabelReader = (text: string) => Reading

const ambiguous: Reading = { kind: 'ambiguous' }
const none: Reading = { kind: 'none' }

/** Longest answer that is read whole, characters: of a longer one the beginning and the end. */
const longest = 4000
/** Wraps inside wraps that are taken off. */
const deepest = 8

/**
 * Reads answers of a closed set of labels as people and models write them: other case, punctuation, Markdown, a code
 * fence, "Label: x.", JSON with one such field, spaces for underscores, another form of one number, a reasoning block
 * before and an explanation behind. What names two labels, or none, is not guessed at. Labels that differ only by what
 * is ignored stay apart: only the exact text is read as one of them.
 */
export function labelReader(labels: readonly string[]): LabelReader {
  const matcher = labelMatcher(labels)
  return (text) => {
    const direct = wholeOf(text, matcher)
    // How programs write "not refund", where no label begins so.
    if (/^\s?!\w/.test(text) && !labels.includes(text.trim())) return none
    if (direct !== null) return direct
    const seen = visible(text)
    const shown: readonly ReadingRule[] = seen === text ? [] : ['invisible characters']
    if (seen.trim() === '') return { kind: 'empty' }
    const behind = behindReasoning(seen)
    if (behind === null) return withRules(readText(seen, matcher), shown)
    if (behind.trim() === '') return none
    return withRules(readText(behind, matcher), [...shown, 'reasoning block'])
  }
}

const withRules = (reading: Reading, rules: readonly ReadingRule[]): Reading =>
  reading.kind === 'label'
    ? { ...reading, rules: [...new Set([...rules, ...reading.rules])] }
    : reading

/** The whole text as a label; null where it is none, ambiguous where it could be several. */
function wholeOf(text: string, matcher: LabelMatcher): Reading | null {
  const { labels, rules } = matcher.whole(text)
  const [label] = labels
  if (label === undefined) return null
  return labels.length === 1 ? { kind: 'label', label, rules } : ambiguous
}

const steps = [embedded, fieldLines, unwrapped, leading, lastLine] as const

const shortened = (text: string): string =>
  text.length <= longest ? text : `${text.slice(0, longest / 2)}\n...\n${text.slice(-longest / 2)}`

function readText(answer: string, matcher: LabelMatcher): Reading {
  const text = shortened(answer)
  const direct = wholeOf(text, matcher)
  if (direct !== null) return direct
  for (const step of steps) {
    const found = step(text, matcher)
    if (found !== null) return found
  }
  return matcher.named(text).length > 1 ? ambiguous : none
}

/** Names another label than the one that was read. */
const namesOther = (text: string, label: string, matcher: LabelMatcher): boolean =>
  matcher.named(text).some((other) => other !== label)

/** JSON, or the one code fence, with or without words around it. */
function embedded(text: string, matcher: LabelMatcher): Reading | null {
  const fences = [...text.matchAll(/`{3,}[^\n`]*\n([\s\S]*?)\n?\s*`{3,}/g)]
  const [fence] = fences
  if (fences.length > 1) return null
  if (fence !== undefined) {
    const outside = text.replace(fence[0], ' ')
    return inside(fence[1] ?? '', outside, 'code fence', readText, matcher)
  }
  const json = text.slice(
    Math.max(0, text.search(/[{[]/)),
    1 + Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')),
  )
  if (!/^[{[]/.test(json) || jsonOf(json) === undefined) return null
  return inside(json, text.replace(json, ' '), 'JSON field', readJson, matcher)
}

function inside(
  text: string,
  outside: string,
  rule: ReadingRule,
  read: (text: string, matcher: LabelMatcher) => Reading,
  matcher: LabelMatcher,
): Reading {
  const reading = read(text, matcher)
  if (reading.kind !== 'label') return reading
  return namesOther(outside, reading.label, matcher) || takesBack(outside)
    ? ambiguous
    : withRules(reading, [rule])
}

/** A JSON value, also as Python prints it; undefined where it is neither. */
function jsonOf(text: string): unknown {
  for (const form of [text, text.includes('"') ? '' : text.replaceAll("'", '"')]) {
    try {
      return JSON.parse(form)
    } catch {
      // The next form, or none.
    }
  }
  return undefined
}

const readJson = (text: string, matcher: LabelMatcher): Reading =>
  readValue(jsonOf(text), matcher, 0)

/** Fields that stand beside the answer and are none. */
const beside =
  /reason|explan|rationale|thought|confiden|score|prob|why|comment|note|alternativ|not|reject|exclu|wrong|incorrect|error|input|question|quer|prompt|text$|id$/i

function readValue(value: unknown, matcher: LabelMatcher, depth: number): Reading {
  if (typeof value === 'string') return readText(value, matcher)
  if (typeof value === 'number' || typeof value === 'boolean')
    return wholeOf(String(value), matcher) ?? none
  if (typeof value !== 'object' || value === null || depth > deepest) return none
  const next = (one: unknown) => readValue(one, matcher, depth + 1)
  if (Array.isArray(value)) return agreed(value.slice(0, 100).map(next))
  const entries = Object.entries(value).slice(0, 100)
  const answers = entries.filter(([name]) => isAnswerField(name)).map(([, one]) => next(one))
  if (answers.some(({ kind }) => kind !== 'none')) return agreed(answers)
  const others = entries.filter(([name]) => !beside.test(name))
  if (others.length > 1)
    return agreed(others.map(([, one]) => (typeof one === 'number' ? none : next(one))))
  return agreed(others.map(([, one]) => next(one)))
}

/** The one label that the readings are; ambiguous where they differ. */
function agreed(readings: readonly Reading[]): Reading {
  if (readings.some(({ kind }) => kind === 'ambiguous')) return ambiguous
  const read = readings.flatMap((one) => (one.kind === 'label' ? [one] : []))
  const [first] = read
  if (first === undefined) return none
  return read.every(({ label }) => label === first.label) ? first : ambiguous
}

/** Of several lines those that name the answer: "Category: x" beside "Reason: ...". */
function fieldLines(text: string, matcher: LabelMatcher): Reading | null {
  const lines = text.trim().split(/\n+/)
  if (lines.length < 2) return null
  const found = lines.flatMap((line, at) => {
    const bare = line.replace(/^[\s>#*_+•-]+|[*`]+/g, '')
    const [, name = '', value = ''] = /^([^:=]{1,40})[:=]\s*(.+)$/.exec(bare) ?? []
    const reading = isAnswerField(name) ? readText(value, matcher) : none
    return reading.kind === 'none' ? [] : [{ at, name, reading }]
  })
  const last = found.filter(({ name }) => /^final/i.test(name.trim()))
  const [first] = found
  if (first === undefined) return null
  const behind = lines.slice((last.at(-1) ?? first).at + 1).join('\n')
  if (takesBack(behind)) return ambiguous
  const reading = agreed((last.length > 0 ? last : found).map((one) => one.reading))
  return withRules(reading, [
    'introduction',
    ...(lines.length > found.length ? (['explanation'] as const) : []),
  ])
}

/** Quotes, Markdown, tags and introductions taken off, one by one. */
function unwrapped(text: string, matcher: LabelMatcher): Reading | null {
  let rest = text.trim()
  const rules: ReadingRule[] = []
  for (let depth = 0; depth < deepest; depth += 1) {
    const wrap = wraps.find(({ inside }) => inside(rest) !== null)
    if (wrap === undefined) break
    rest = (wrap.inside(rest) ?? '').trim()
    rules.push(wrap.rule)
    const found = wholeOf(rest, matcher) ?? leading(rest, matcher)
    if (found !== null) return withRules(found, rules)
  }
  return null
}

const separator =
  /\n|\s[-–—]+\s|[:;,.!](?=\s)|\s?\(|\)\s|\s(?=(?:because|since|as it|as the|weil|da|porque|ya que|parce que|car)\s)/giu

/** "x - because ...", "x (the customer ...)", "x." and more lines. */
function leading(text: string, matcher: LabelMatcher): Reading | null {
  const head = text.slice(0, 400)
  const found = [...head.matchAll(separator)].flatMap(({ index, 0: mark }) => {
    const reading = wholeOf(head.slice(0, index), matcher)
    return reading === null ? [] : [{ reading, rest: text.slice(index + mark.length) }]
  })
  const last = found.at(-1)
  if (last === undefined) return null
  const { reading, rest } = last
  if (reading.kind !== 'label') return reading
  if (namesOther(rest, reading.label, matcher) || takesBack(rest)) return ambiguous
  return withRules(reading, ['explanation'])
}

/** An answer on a line of its own behind everything else. */
function lastLine(text: string, matcher: LabelMatcher): Reading | null {
  const lines = text.trim().split(/\n+/)
  const last = lines.at(-1) ?? ''
  if (lines.length < 2) return null
  const reading = wholeOf(last, matcher) ?? unwrapped(last, matcher)
  if (reading?.kind !== 'label') return reading
  const before = lines.slice(0, -1).join('\n')
  return namesOther(before, reading.label, matcher)
    ? ambiguous
    : withRules(reading, ['explanation'])
}
