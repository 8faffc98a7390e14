import type { Importer } from '../../contract/importer.ts'
import type { ImportedItem, ImportedRow } from '../../core/data/imported.ts'
import { jsonValue } from '../../core/data/json-value.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { suggestion } from '../../core/error/nearest.ts'
import type { LeftOutOne } from '../../core/result/left-out-text.ts'

interface Log {
  readonly status?: string
  readonly eval: { readonly task?: string; readonly model?: string }
  readonly samples?: readonly Sample[]
}

interface Sample {
  readonly id: string | number
  readonly input: unknown
  readonly target?: unknown
  readonly output?: {
    readonly completion?: string
    readonly choices?: readonly { readonly message?: { readonly content?: unknown } }[]
    readonly usage?: { readonly input_tokens?: number; readonly output_tokens?: number } | null
    readonly time?: number
  }
  readonly scores?: Readonly<Record<string, { readonly value?: unknown }>> | null
  readonly error?: { readonly message?: string } | null
}

/** Inspect's letters for values: correct, incorrect, partially correct, no answer (inspect_ai's value_to_float). */
const letters: Readonly<Record<string, number>> = { C: 1, I: 0, P: 0.5, N: 0 }

/**
 * A log of inspect_ai, as JSON or as a `.eval` archive: one model on the samples of a task. Several epochs of a sample
 * are one answer with their mean score. Source: EvalLog of inspect_ai 0.3.
 */
export const inspectImporter: Importer = {
  accepts: ({ json }) => {
    const { eval: run, samples } = (json ?? {}) as Partial<Log>
    return (
      typeof run === 'object' &&
      run !== null &&
      'model' in run &&
      (samples === undefined || Array.isArray(samples))
    )
  },
  read: ({ text, file, name, columns = {} }) => {
    const { eval: run, samples = [], status } = jsonValue(text) as Log
    if (samples.length === 0)
      throw new RightsizeError('DATA_EMPTY', 'The log holds no samples.', {
        at: file,
        next: 'Write it with its samples: `inspect log convert` with `--to json`, not with `--header-only`.',
      })
    const groups = new Map<string, Sample[]>()
    for (const sample of samples)
      groups.set(String(sample.id), [...(groups.get(String(sample.id)) ?? []), sample])
    const scorer = scorerOf(samples, columns.score, file)
    const letter = samples.every((sample) => String(scoreValue(sample, scorer)) in letters)
    return {
      task: run.task ?? null,
      items: [...groups].map(([id, [first]]) => itemOf(id, first)),
      candidates: [
        {
          id: run.model?.replace(/\s+/g, '-') ?? name,
          rows: [...groups].map(([id, own]) => rowOf(id, own, scorer)),
        },
      ],
      scored: scorer !== null,
      metric: letter ? null : scorer,
      ignored: [...statusLeftOut(status), ...scorersLeftOut(samples, scorer)],
    }
  },
}

const statusLeftOut = (status: string | undefined): readonly LeftOutOne[] =>
  status === undefined || status === 'success'
    ? []
    : [
        {
          path: status,
          what: 'end of the evaluation',
          why: `its status is ${status}, so samples may be missing`,
          partial: true,
        },
      ]

const namesOf = (samples: readonly Sample[]) => [
  ...new Set(samples.flatMap(({ scores }) => Object.keys(scores ?? {}))),
]

const scorersLeftOut = (samples: readonly Sample[], scorer: string | null): readonly LeftOutOne[] =>
  namesOf(samples)
    .filter((other) => other !== scorer)
    .map((path) => ({ path, what: 'scorer', why: `${scorer} was taken; --score names another` }))

function scorerOf(
  samples: readonly Sample[],
  asked: string | undefined,
  file: string,
): string | null {
  const names = namesOf(samples)
  if (asked !== undefined && !names.includes(asked))
    throw new RightsizeError('IMPORT_FORMAT', `There is no scorer \`${asked}\` (--score).`, {
      at: file,
      next: suggestion(asked, names),
    })
  return asked ?? names[0] ?? null
}

const scoreValue = ({ scores }: Sample, scorer: string | null): unknown =>
  scorer === null ? undefined : scores?.[scorer]?.value

function itemOf(id: string, sample: Sample | undefined): ImportedItem {
  const { input, target = null } = sample ?? {}
  return { id, input: textOf(input) ?? input ?? id, expected: target === '' ? null : target }
}

/** A text, or those of chat messages, one after the other. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return null
  const texts = value.flatMap((one) => {
    const { content, text } = (one ?? {}) as { content?: unknown; text?: unknown }
    return typeof text === 'string' ? text : (textOf(content) ?? [])
  })
  return texts.length === 0 ? null : texts.join('\n')
}

function rowOf(id: string, epochs: readonly Sample[], scorer: string | null): ImportedRow {
  const [first] = epochs
  const { completion, choices, usage, time } = first?.output ?? {}
  const output = completion ?? textOf(choices?.[0]?.message?.content)
  const failed = epochs.find(({ error }) => error != null)?.error?.message
  return {
    id,
    ...(output == null ? {} : { output }),
    ...(failed === undefined ? {} : { error: failed.slice(0, 500) }),
    ...(scorer === null
      ? {}
      : { score: meanOf(epochs.map((sample) => scoreOf(scoreValue(sample, scorer)))) }),
    ...(typeof time === 'number' ? { latencyS: time } : {}),
    ...(usage?.input_tokens === undefined
      ? {}
      : { tokens: { input: usage.input_tokens, output: usage.output_tokens ?? 0 } }),
  }
}

const scoreOf = (value: unknown): unknown =>
  typeof value === 'string' ? (letters[value] ?? value) : (value ?? null)

/** The mean of several epochs; one that is no number stands for all, so that it is seen. */
function meanOf(scores: readonly unknown[]): unknown {
  if (scores.length === 1) return scores[0]
  const numbers = scores.map((score) => (typeof score === 'boolean' ? Number(score) : score))
  const odd = numbers.find((score) => typeof score !== 'number')
  if (odd !== undefined) return odd
  return (numbers as readonly number[]).reduce((sum, score) => sum + score, 0) / numbers.length
}
