import type { World } from '../wire/effects.ts'
import type { Watch } from '../wire/world.ts'
import type { Parameter } from './flag.ts'

export type Parameters = Readonly<Record<string, Parameter>>

/** The values of parameters, typed by their rows. */
export type ValuesOf<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never
}

/** The two streams and what is known of the terminal. Data to `out`, talk to `err`. */
export interface Io {
  out(text: string): void
  err(text: string): void
  /** Shows a line that the next output replaces. Only called on a terminal. */
  live(text: string): void
  readonly tty: boolean
  /** A person can be asked: both ends of the talk are a terminal. */
  readonly asks: boolean
  readonly columns: number
  readonly color: boolean
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by SIGINT, SIGTERM and SIGHUP once a command has said that it stops in its own time. */
  readonly signal: AbortSignal
  /** From here on an interruption ends the step in hand; `text` says so to the user. */
  stopping(text: string): void
}

/** What an action receives. */
export interface Call<A extends Parameters = Parameters, F extends Parameters = Parameters> {
  readonly args: ValuesOf<A>
  readonly flags: ValuesOf<F>
  readonly io: Io
  readonly world: World
  readonly watch: Watch
}

/** A command: everything that help and documentation say of it, and its action, which loads what it needs when called. */
export interface Command<A extends Parameters = Parameters, F extends Parameters = Parameters> {
  readonly args: A
  readonly flags: F
  /** Command lines that work, each in at most 76 columns; a backslash continues one. */
  readonly example: string
  /** May run code that a spec names; `--no-exec` refuses it. Others never do. */
  readonly runsCode?: boolean
  /** Ends in its own time when interrupted, and what that means; others end at once. */
  readonly stops?: string
  /** Returns the exit code: 0 decided or fine, 1 none or a check failed, 2 undecided, 3 tool or input failed. */
  action(call: Call<A, F>): Promise<number>
}

/** Types of flags and arguments reach the action through this. */
export const command = <const A extends Parameters, const F extends Parameters>(
  row: Command<A, F>,
): Command<A, F> => row
