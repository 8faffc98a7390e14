/** How a program of the user ended. */
export interface ProgramResult {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null
  /** The last 64 KiB of what it wrote to either stream. */
  readonly output: string
  /** CPU seconds of it and of what it started; null where the system does not show them, or the time was too short to show. */
  readonly cpuS: number | null
  readonly wallS: number
}

/**
 * Runs a program to its end: arguments as a list, no shell, no input. Null where there is no such program, or it may not be run. Throws when
 * the signal aborts it; the program is then gone.
 */
export type RunProgram = (
  program: string,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<ProgramResult | null>
