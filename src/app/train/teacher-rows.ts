import type { RuntimeItem, RuntimeSession } from '../../contract/runtime.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { LabelledText as Row } from '../../core/student/example.ts'
import type { RunEvent } from '../evaluate/events.ts'
import { said } from '../evaluate/scoring.ts'

export interface TaughtRows {
  readonly rows: readonly Row[]
  /** Order of the soft labels. */
  readonly labels: readonly string[]
  /** Texts that the teacher did not answer; they are left out and counted. */
  readonly unanswered: number
  readonly soft: boolean
}

interface Taught {
  readonly text: string
  readonly label: string
  readonly shares: Readonly<Record<string, number>> | null
}

const lengthOf = (texts: readonly string[], at: number): number => texts[at]?.length ?? 0

/**
 * Asks a teacher for the labels of texts: probabilities where it gives them (soft labels), else its answer as a hard
 * label. `known` labels, where given, are all that a free-text answer may be.
 */
export async function teacherRows(
  texts: readonly string[],
  session: RuntimeSession,
  onEvent: (event: RunEvent) => void,
  signal?: AbortSignal,
): Promise<TaughtRows> {
  const asked: (Taught | null)[] = texts.map(() => null)
  // Texts of like length share a batch: padding is what unequal batches waste.
  const order = texts.map((_, i) => i).sort((a, b) => lengthOf(texts, a) - lengthOf(texts, b))
  for (let at = 0; at < order.length; at += session.batchSize) {
    signal?.throwIfAborted()
    const batch = order.slice(at, at + session.batchSize)
    const items = batch.map((i): RuntimeItem => {
      const input = texts[i] ?? ''
      return { id: String(i), input, row: { input, text: input } }
    })
    const given = await session.answer(items, signal)
    batch.forEach((i, place) => {
      const answer = given[place]
      if (!answer?.ok) return
      const shares = answer.output.kind === 'label' ? (answer.output.probabilities ?? null) : null
      asked[i] = { text: texts[i] ?? '', label: said(answer.output).trim(), shares }
    })
    onEvent({
      type: 'progress',
      stage: 'ask',
      candidate: 'teacher',
      done: at + batch.length,
      total: texts.length,
    })
  }
  const answers = asked.filter((one) => one !== null)
  if (answers.length === 0)
    throw new RightsizeError('RUN_NOTHING_ANSWERED', 'the teacher answered none of the texts')
  const soft = answers.every((one) => one.shares !== null)
  const labels = soft
    ? Object.keys(answers[0]?.shares ?? {}).sort()
    : [...new Set(answers.map((one) => one.label))].sort()
  const rows = answers.map(
    ({ text, label, shares }): Row => ({
      text,
      label,
      ...(soft ? { soft: labels.map((name) => shares?.[name] ?? 0) } : {}),
    }),
  )
  return { rows, labels, unanswered: texts.length - answers.length, soft }
}
