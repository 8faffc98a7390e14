import type { Importer } from '../../contract/importer.ts'
import { entriesOf, errorIn, type Fields, fieldsOf } from '../../core/data/fields.ts'
import { jsonValue } from '../../core/data/json-value.ts'
import type { WrittenItem, WrittenRow } from '../../core/data/written-outcomes.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { suggestion } from '../../core/error/nearest.ts'
import type { LeftOutOne } from '../../core/result/left-out-text.ts'

/** Inspect's letters for values: correct, incorrect, partially correct, no answer (inspect_ai's value_to_float). */
const letters: Readonly<Record<string, number>> = { C: 1, I: 0, P: 0.5, N: 0 }

/**
 * A log of inspect_ai, as JSON or as a `.eval` archive: one model on the samples of a task. Several epochs of a sample
 * are one answer with their mean score. Source: EvalLog of inspect_ai 0.3.
 */
export const inspectImporter: Importer = {
  accepts: ({ json }) => {
    const { eval: run, samples = [] } = fieldsOf(json)
    return 'model' in fieldsOf(run) && Array.isArray(samples)
  },
  read: ({ text, file, name, columns = {} }) => {
    const { eval: run, samples: list, status } = fieldsOf(jsonValue(text))
    const samples = entriesOf(list).map(fieldsOf)
    const { task, model } = fieldsOf(run)
    if (samples.length === 0)
      throw new RightsizeError('DATA_EMPTY', 'The log holds no samples.', {
        at: file,
        next: 'Write it with its samples: `inspect log convert` with `--to json`, not with `--header-only`.',
      })
    const groups = new Map<unknown, Fields[]>()
    for (const sample of samples)
      groups.set(sample['id'], [...(groups.get(sample['id']) ?? []), sample])
    const scorer = scorerOf(samples, columns.score, file)
    const letter = samples.every((sample) => String(scoreValue(sample, scorer)) in letters)
    return {
      task,
      items: [...groups].map(([id, [first]]) => itemOf(id, first)),
      candidates: [
        {
          id: model ?? name,
          rows: [...groups].map(([id, own]) => rowOf(id, own, scorer)),
        },
      ],
      scored: scorer !== null,
      metric: letter ? null : scorer,
      ignored: [...statusLeftOut(status), ...scorersLeftOut(samples, scorer)],
    }
  },
}

const statusLeftOut = (status: unknown): readonly LeftOutOne[] =>
  status === undefined || status === 'success'
    ? []
    : [
        {
          path: String(status),
          what: 'evaluation',
          why: `it ended with status ${status}, so samples may be missing`,
          partial: true,
        },
      ]

const namesOf = (samples: readonly Fields[]) => [
  ...new Set(samples.flatMap(({ scores }) => Object.keys(fieldsOf(scores)))),
]

const scorersLeftOut = (samples: readonly Fields[], scorer: string | null): readonly LeftOutOne[] =>
  namesOf(samples)
    .filter((other) => other !== scorer)
    .map((path) => ({ path, what: 'scorer', why: `${scorer} was taken; --score names another` }))

function scorerOf(
  samples: readonly Fields[],
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

const scoreValue = ({ scores }: Fields, scorer: string | null): unknown =>
  scorer === null ? undefined : fieldsOf(fieldsOf(scores)[scorer])['value']

function itemOf(id: unknown, sample: Fields | undefined): WrittenItem {
  const { input, target } = fieldsOf(sample)
  return { id, input: textOf(input) ?? input, expected: target === '' ? null : target }
}

/** A text, or those of chat messages, one after the other. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return null
  const texts = value.flatMap((one) => {
    const { content, text } = fieldsOf(one)
    return typeof text === 'string' ? text : (textOf(content) ?? [])
  })
  return texts.length === 0 ? null : texts.join('\n')
}

function rowOf(id: unknown, epochs: readonly Fields[], scorer: string | null): WrittenRow {
  const { completion, choices, usage, time } = fieldsOf(epochs[0]?.['output'])
  const { input_tokens: input, output_tokens: output } = fieldsOf(usage)
  const { message } = fieldsOf(entriesOf(choices)[0])
  return {
    id,
    output: completion ?? textOf(fieldsOf(message)['content']),
    error: epochs.map(({ error }) => errorIn(error)).find((text) => text !== undefined),
    ...(scorer === null
      ? {}
      : { score: meanOf(epochs.map((sample) => scoreOf(scoreValue(sample, scorer)))) }),
    latencyS: time,
    ...(usage === undefined || usage === null ? {} : { tokens: { input, output } }),
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
