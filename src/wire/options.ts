import type { Effects } from '../app/evaluate/effects.ts'
import type { RunEvent } from '../app/evaluate/events.ts'

export interface WireOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Refuses everything that runs code of the spec. */
  readonly noExec: boolean
  readonly fetch?: typeof fetch
  /** Single effects replaced, by embedders and tests. */
  readonly effects?: Partial<Effects>
}

export interface DecideOptions {
  readonly onEvent: (event: RunEvent) => void
  readonly signal: AbortSignal
  /** Answers everything anew instead of using what is stored. */
  readonly fresh: boolean
  /** Folder for the files; beside the spec unless said. */
  readonly out?: string | undefined
}
