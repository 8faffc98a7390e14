import { RightsizeError } from '../error/error.ts'
import { type Options, readOptions } from './options.ts'
import type { Scorer } from './scorer.ts'

/**
 * given: the score that came with imported results.
 *
 * What it does: takes `score` of an imported answer as it is, 0..1. One without a score is refused, not left out.
 * When to use: results of another program that have been scored there.
 * When it misleads: the other program's rules hold, also its mistakes; scores of two programs do not compare.
 * Example: `scorer: given`, written by the importers.
 * Source: the file that was imported.
 */
export function given(options: Options): Scorer {
  readOptions('given', options)
  return {
    name: 'given',
    version: '1',
    deterministic: true,
    graded: true,
    score: (output, item) => {
      const value =
        output.kind === 'json' ? (output.value as { score?: unknown } | null)?.score : undefined
      if (typeof value !== 'number' || !(value >= 0 && value <= 1))
        throw new RightsizeError(
          'SCORER_EXPECTED',
          `The imported answer to item ${item.id} has no score in 0..1.`,
        )
      return { score: value, read: readOf(output) }
    },
  }
}

function readOf(output: { readonly kind: string; readonly value?: unknown }): string {
  const { output: said, score } = (output.value ?? {}) as { output?: unknown; score?: unknown }
  if (said === undefined) return `score ${String(score)}`
  return typeof said === 'string' ? said : JSON.stringify(said)
}
