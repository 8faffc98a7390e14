import { runCli } from '../src/cli/program.ts'

export interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface CallOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** A command line in this process, as a program without a terminal would call it. */
export async function commandLine(
  words: readonly string[],
  { cwd, env = {}, signal = new AbortController().signal }: CallOptions,
): Promise<Answer> {
  const out: string[] = []
  const err: string[] = []
  const code = await runCli(words, {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    live: () => undefined,
    stopping: () => undefined,
    ...{ tty: false, asks: false, columns: 80, color: false, cwd, env },
    signal,
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}
