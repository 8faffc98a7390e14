import { counted, percent, plural } from '../unit/figure-words.ts'
import type { AnswerHealth, UnreadKind } from './answer-health.ts'

const words: Readonly<Record<UnreadKind, string>> = {
  none: 'none of the labels',
  ambiguous: 'ambiguous',
  empty: 'empty',
  cut: 'cut off by the token limit',
  refused: 'refused',
  failed: 'failed',
}

const kinds = Object.keys(words) as readonly UnreadKind[]

/** Share of unread answers above which a candidate cannot be judged. */
const mostUnread = 0.2

/** Whether too many answers were not understood for any verdict. Free answers are for their scorer to judge. */
export const isUnreadable = ({ closed, answers, unreadShare }: AnswerHealth): boolean =>
  closed && answers > 0 && unreadShare > mostUnread

export const unreadCount = ({ unread }: AnswerHealth): number =>
  kinds.reduce((sum, kind) => sum + (unread[kind] ?? 0), 0)

/** "41 of 60 answers cannot be read (30 none of the labels, 11 cut off by the token limit; for example "I think")". */
export function unreadText(health: AnswerHealth): string {
  const parts = kinds.flatMap((kind) => {
    const count = health.unread[kind] ?? 0
    return count === 0 ? [] : [`${counted(count)} ${words[kind]}`]
  })
  const example = health.examples.find(({ kind }) => kind !== 'wrapped')
  const such = example === undefined ? '' : `; for example ${JSON.stringify(shown(example.raw))}`
  const count = unreadCount(health)
  const verb = health.closed ? 'cannot be read' : count === 1 ? 'is no answer' : 'are no answers'
  return `${counted(count)} of ${plural(health.answers, 'answer')} ${verb} (${parts.join(', ')}${such})`
}

/** Share of unread answers above which the change that mends them is named. */
const worthFixing = 0.05

/** What is to be said of the answers of a candidate; empty where all were read as they stand. */
export function healthText(id: string, health: AnswerHealth): readonly string[] {
  const said: string[] = []
  if (unreadCount(health) > 0) {
    const fix = health.fix !== null && health.unreadShare > worthFixing ? ` ${health.fix}` : ''
    said.push(`${id}: ${unreadText(health)}.${fix}`)
  }
  if (health.wrapped > 0) {
    const rules = Object.entries(health.rules).sort(([, a], [, b]) => b - a)
    const list = rules.map(([rule, count]) => `${rule} ${counted(count)}`).join(', ')
    said.push(
      `${id}: ${counted(health.wrapped)} of ${plural(health.answers, 'answer')} (${percent(health.wrapped / health.answers)}) were read after normalization (${list}). \`strict: true\` in the scorer's options turns it off.`,
    )
  }
  return said
}

const shown = (raw: string): string => (raw.length > 60 ? `${raw.slice(0, 57)}...` : raw)
