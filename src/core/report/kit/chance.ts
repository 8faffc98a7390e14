import { percent } from './number.ts'

/** A chance in words that never claim 0 or 100 %. */
export function chance(p: number): string {
  if (p < 0.01) return 'under 1 %'
  return p > 0.99 ? 'over 99 %' : percent(p, 0)
}
