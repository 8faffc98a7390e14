import { canonicalJson } from '../../core/data/canonical-json.ts'
import type { Effects } from './effects.ts'

/** sha256 of a value's canonical JSON. */
export function digestOf(value: unknown, effects: Pick<Effects, 'digest'>): string {
  return effects.digest(new TextEncoder().encode(canonicalJson(value)))
}
