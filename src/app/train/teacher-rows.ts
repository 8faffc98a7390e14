import type { RuntimeItem, RuntimeSession } from '../../contract/runtime.ts'
import type { Output } from '../../core/data/answer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { LabelledText as Row } from '../../core/student/example.ts'
import { labelsOf } from '../../core/student/label-set.ts'
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
  const answers = await asked(texts, session, onEvent, signal)
  if (answers.length === 0)
    throw new RightsizeError('RUN_NOTHING_ANSWERED', 'the teacher answered none of the texts')
  const soft = answers.every((one) => one.shares !== null)
  const labels = soft ? Object.keys(answers[0]?.shares ?? {}).sort() : labelsOf(answers)
  const rows = answers.map(
    ({ text, label, shares }): Row => ({
      text,
      label,
      ...(soft && { soft: labels.map((name) => shares?.[name] ?? 0) }),
    }),
  )
  return { rows, labels, unanswered: texts.length - answers.length, soft }
}

/** The texts that were answered, in their order. Texts of like length share a batch: padding is what unequal batches waste. */
async function asked(
  texts: readonly string[],
  session: RuntimeSession,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal | undefined,
): Promise<readonly Taught[]> {
  const answers: (Taught | null)[] = texts.map(() => null)
  const order = texts.map((_, i) => i).sort((a, b) => lengthOf(texts, a) - lengthOf(texts, b))
  for (let at = 0; at < order.length; at += session.batchSize) {
    signal?.throwIfAborted()
    const batch = order.slice(at, at + session.batchSize)
    const given = await session.answer(
      batch.map((i) => itemOf(String(i), texts[i] ?? '')),
      signal,
    )
    for (const [place, i] of batch.entries()) {
      const answer = given[place]
      if (answer?.ok) answers[i] = taughtBy(texts[i] ?? '', answer.output)
    }
    const done = at + batch.length
    onEvent({ type: 'progress', stage: 'ask', candidate: 'teacher', done, total: texts.length })
  }
  return answers.filter((one) => one !== null)
}

const itemOf = (id: string, input: string): RuntimeItem => ({
  id,
  input,
  row: { input, text: input },
})

const taughtBy = (text: string, output: Output): Taught => ({
  text,
  label: said(output).trim(),
  shares: output.kind === 'label' ? (output.probabilities ?? null) : null,
})
