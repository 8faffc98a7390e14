import type { RuntimeItem } from '../../../contract/runtime.ts'
import type { Answer } from '../../../core/data/answer.ts'
import { outputFrom } from '../../../core/data/free-output.ts'
import { redact } from '../../../core/error/secret.ts'

/** A user's functions, of which one is there; `many` wins where both are. */
export interface Functions {
  readonly one: ((input: RuntimeItem['input'], about: { id: string }) => unknown) | null
  readonly many: ((inputs: readonly RuntimeItem['input'][]) => unknown) | null
}

export interface Reading {
  /** Texts that count as labels. */
  readonly labels: readonly string[]
  readonly alive: () => void
  /** Items asked at once; 1 unless given. */
  readonly concurrency?: number
}

/** Answers in the order of the items. A throw is the failure of its item; nothing here rejects. */
export async function answerAll(
  { one, many }: Functions,
  batch: readonly RuntimeItem[],
  reading: Reading,
): Promise<readonly Answer[]> {
  if (many) return answerTogether(many, batch, reading)
  const answers: Answer[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < batch.length; at = next++) {
      const { id, input } = batch[at] as RuntimeItem
      const start = performance.now()
      const answer = await attempt(() => one?.(input, { id }), reading)
      answers[at] = { ...answer, latencyS: (performance.now() - start) / 1000 }
      reading.alive()
    }
  }
  await Promise.all(Array.from({ length: reading.concurrency ?? 1 }, lane))
  return answers
}

async function answerTogether(
  many: NonNullable<Functions['many']>,
  batch: readonly RuntimeItem[],
  reading: Reading,
): Promise<readonly Answer[]> {
  try {
    const given = await many(batch.map((item) => item.input))
    if (!Array.isArray(given) || given.length !== batch.length)
      return batch.map(() => failed(`answerBatch did not return a list of ${batch.length} answers`))
    return await Promise.all(given.map((value: unknown) => attempt(() => value, reading)))
  } catch (cause) {
    return batch.map(() => failed(cause))
  }
}

/** A throw is that item's failure: the next one may go well. */
async function attempt(work: () => unknown, { labels }: Reading): Promise<Answer> {
  try {
    const value = await work()
    if (value === undefined) return failed('the function returned nothing')
    return { ok: true, output: outputFrom(value, labels) }
  } catch (cause) {
    return failed(cause)
  }
}

function failed(cause: unknown): Answer {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = redact(reason).slice(0, 500)
  return { ok: false, code: 'RUNTIME_FAILED', message, retryable: false }
}
