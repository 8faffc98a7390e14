import type { RunResult } from '../core/result/run-result.ts'

/** Exit code of a decision: 0 certified, or supported where the spec allows it; 1 none; 2 undecided or only supported. */
export function exitCode(result: RunResult): number {
  const { kind } = result.decision
  if (kind === 'certified') return 0
  if (kind === 'supported') return result.risk.claim === 'certified' ? 2 : 0
  return kind === 'none' ? 1 : 2
}
