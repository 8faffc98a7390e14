import type { ClaimKind } from '../core/result/claim.ts'
import type { RiskSpec } from '../core/spec/spec.ts'

/** Exit code of a decision: 0 certified, or supported where the spec allows it; 1 none; 2 undecided or only supported. */
export function exitCode(kind: ClaimKind, { claim }: Pick<RiskSpec, 'claim'>): 0 | 1 | 2 {
  if (kind === 'certified') return 0
  if (kind === 'supported') return claim === 'certified' ? 2 : 0
  return kind === 'none' ? 1 : 2
}
