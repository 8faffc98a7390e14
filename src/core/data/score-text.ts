/** One score as it was written. */
export type WrittenScore =
  | { readonly kind: 'number'; readonly value: number }
  /** `sure`: the word itself says which is better; `true` does so only where the metric is a good thing. */
  | { readonly kind: 'truth'; readonly value: 0 | 1; readonly sure: boolean }
  | { readonly kind: 'percent'; readonly value: number }
  | { readonly kind: 'missing'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly text: string }

const truths: Readonly<Record<string, 0 | 1>> = {
  ...{ true: 1, t: 1, yes: 1, y: 1, correct: 1, right: 1, pass: 1, passed: 1, success: 1 },
  ...{ false: 0, f: 0, no: 0, n: 0, incorrect: 0, wrong: 0, fail: 0, failed: 0, failure: 0 },
}
const sure = /^(?:in)?correct$|^right$|^wrong$|^pass|^fail|^success$/
const absent = /^(?:|null|none|nan|n\/a|na|nil|undefined|-|[-+]?inf(?:inity)?|#n\/a)$/

/**
 * A score as people and programs write it: numbers, `85 %`, True and False in any case, yes and no, correct and
 * incorrect, pass and fail; `0,85` where `comma`. null, an empty cell, NaN, Infinity and None are missing.
 */
export function writtenScore(value: unknown, comma: boolean): WrittenScore {
  if (typeof value === 'boolean') return { kind: 'truth', value: value ? 1 : 0, sure: false }
  if (typeof value === 'number')
    return Number.isFinite(value)
      ? { kind: 'number', value }
      : { kind: 'missing', text: String(value) }
  if (value === null || value === undefined) return { kind: 'missing', text: 'null' }
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  if (typeof value !== 'string') return { kind: 'unreadable', text: shown }
  const text = value.trim().toLowerCase()
  const truth = truths[text]
  if (truth !== undefined) return { kind: 'truth', value: truth, sure: sure.test(text) }
  if (absent.test(text)) return { kind: 'missing', text: shown.trim() || 'an empty cell' }
  const percent = text.endsWith('%')
  const number = numberIn(percent ? text.slice(0, -1).trimEnd() : text, comma)
  if (number === null) return { kind: 'unreadable', text: shown }
  return percent ? { kind: 'percent', value: number / 100 } : { kind: 'number', value: number }
}

const plain = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/
/** `1,000` may be a thousand; `0,125` cannot. */
const withComma = /^[-+]?(?:0|\d+(?!,\d{3}$)),\d+$/

function numberIn(text: string, comma: boolean): number | null {
  if (plain.test(text)) return Number(text)
  return comma && withComma.test(text) ? Number(text.replace(',', '.')) : null
}

/** Whether a column of scores has decimal commas: some number has one, and none has a decimal point. */
export function hasDecimalComma(values: readonly unknown[]): boolean {
  const texts = values.filter((value) => typeof value === 'string')
  return texts.some((text) => /\d,\d/.test(text)) && !texts.some((text) => /\d\.\d/.test(text))
}
