import { RightsizeError } from '../error/error.ts'
import { suggestion } from '../error/nearest.ts'
import type { SpecInput } from './define.ts'
import type { FallbackSpec } from './spec.ts'

type Written = NonNullable<SpecInput['account']>

/**
 * The declared fallback with its detector; null where none is declared. Throws SPEC_INVALID for one without a detector (nobody
 * would notice that an answer is wrong), a detector without a fallback, and a model that is no candidate.
 */
export function fallbackOf(
  { fallback, detector }: Pick<Written, 'fallback' | 'detector'>,
  candidates: readonly string[],
  locate: (path: readonly string[]) => string,
): FallbackSpec | null {
  const refuse = (what: string, key: string, next: string) =>
    new RightsizeError('SPEC_INVALID', what, { at: locate(['account', key]), next })
  if (fallback === undefined && detector === undefined) return null
  if (fallback === undefined)
    throw refuse(
      '`account.detector` has nothing to detect for: no fallback is declared.',
      'detector',
      'Write `fallback: person`, `retry` or `{ model: ID }` next to it.',
    )
  if (detector === undefined)
    throw refuse(
      '`account.fallback` has no detector: who notices that an answer is wrong?',
      'fallback',
      'Write `detector: validator`, `certificate` or `person` next to it.',
    )
  if (typeof fallback !== 'string' && !candidates.includes(fallback.model))
    throw refuse(
      `No candidate has the id \`${fallback.model}\`, which is the fallback.`,
      'fallback',
      `Write the id of a candidate: ${suggestion(fallback.model, candidates)}`,
    )
  const {
    by,
    catches = 1,
    falseAlarms = 0,
  } = typeof detector === 'string' ? { by: detector } : detector
  return { to: fallback, detector: { by, catches, falseAlarms } }
}
