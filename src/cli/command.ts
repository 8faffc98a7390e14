/** One flag of a command, as data: help, parsing and docs come from it. */
export interface Flag {
  /** commander's notation: `--margin <points>`. */
  readonly flags: string
  readonly text: string
  readonly fallback?: string
  /** May be given more than once; collected into a list. */
  readonly many?: boolean
}

export interface Invocation {
  readonly args: readonly string[]
  readonly flags: Readonly<Record<string, unknown>>
  readonly io: Io
}

/** The two streams and what is known of the terminal. Data to `out`, talk to `err`. */
export interface Io {
  out(text: string): void
  err(text: string): void
  readonly tty: boolean
  readonly columns: number
  readonly color: boolean
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** A command of rightsize. `action` loads what it needs when it is called, so that `--help` stays quick. */
export interface Command {
  readonly name: string
  /** Positional arguments in commander's notation. */
  readonly args: string
  readonly summary: string
  readonly example: string
  readonly flags: readonly Flag[]
  /** Returns the exit code: 0 decided or fine, 1 none or a check failed, 2 undecided, 3 tool or input failed. */
  action(): Promise<(call: Invocation) => Promise<number>>
}
