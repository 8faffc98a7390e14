import type { Finish } from '../data/answer.ts'
import type { AnswerHealth, UnreadKind } from '../result/answer-health.ts'
import type { Reading } from './label-reader.ts'
import { isRefusal } from './refusal.ts'

/** One answer as its health sees it. */
export interface HeardAnswer {
  readonly item: string
  /** The answer as it came. */
  readonly raw: string
  readonly failed: boolean
  /** How it was read; null where the labels are no closed set. */
  readonly reading: Reading | null
  /** Why the model stopped, where the runtime says. */
  readonly finish: Finish | undefined
  /** A vector, spans or tensors where a label is asked for. */
  readonly wrongKind: boolean
}

/** Raw examples of each kind, and their characters. */
const examplesEach = 3
const longestExample = 200

/** Counts by kind with examples; `fix` is named by `fixOf` for what was counted. */
export function answerHealth(
  answers: readonly HeardAnswer[],
  fixOf: (kind: UnreadKind, answers: readonly HeardAnswer[]) => string | null = () => null,
): AnswerHealth {
  const byKind = new Map<UnreadKind | 'wrapped', HeardAnswer[]>()
  const rules: Record<string, number> = {}
  for (const answer of answers) {
    const { reading } = answer
    const kind = kindOf(answer)
    if (kind !== null) byKind.set(kind, [...(byKind.get(kind) ?? []), answer])
    if (reading?.kind === 'label')
      for (const rule of reading.rules) rules[rule] = (rules[rule] ?? 0) + 1
  }
  const { wrapped = [], ...unread } = Object.fromEntries(byKind)
  const counts = Object.entries(unread).map(([kind, { length }]) => [kind, length] as const)
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  const [most] = counts.toSorted((a, b) => b[1] - a[1])
  return {
    closed: answers.some(({ reading }) => reading !== null),
    answers: answers.length,
    unread: Object.fromEntries(counts),
    unreadShare: answers.length === 0 ? 0 : total / answers.length,
    wrapped: wrapped.length,
    rules,
    examples: [...byKind].flatMap(([kind, of]) =>
      of.slice(0, examplesEach).map(({ item, raw }) => ({
        ...{ kind, item, raw: raw.slice(0, longestExample) },
      })),
    ),
    fix: most === undefined ? null : fixOf(most[0] as UnreadKind, answers),
  }
}

/** Each answer is counted once: first what kept it from being given, then what kept it from being read. */
function kindOf({ failed, reading, raw, finish }: HeardAnswer): UnreadKind | 'wrapped' | null {
  if (failed) return 'failed'
  if (reading?.kind === 'label') return reading.rules.length > 0 ? 'wrapped' : null
  if (finish === 'length') return 'cut'
  if (reading?.kind === 'empty' || raw.trim() === '') return 'empty'
  if (finish === 'refused' || isRefusal(raw)) return 'refused'
  return reading?.kind ?? null
}
