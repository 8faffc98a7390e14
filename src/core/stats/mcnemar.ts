import { binomialCdf } from './binomial.ts'

/** Two-sided exact McNemar p-value: the discordant pairs split as Binomial(win + lose, 1/2) when both are equally good. */
export function mcnemarExact(win: number, lose: number): number {
  return Math.min(1, 2 * binomialCdf(Math.min(win, lose), win + lose, 0.5))
}
