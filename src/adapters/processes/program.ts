import { type ChildProcess, spawn } from 'node:child_process'
import type { Processes } from '../../contract/processes.ts'
import type { ProgramResult, RunProgram } from '../../contract/program.ts'

export interface ProgramParts {
  /** Null where nothing shows process trees: then CPU seconds are null. */
  readonly processes: Processes | null
  /** Monotonic seconds. */
  readonly nowS: () => number
}

const keptOutput = 65_536

/** Runs programs of the user. CPU seconds are what this process's children have used; null below two steps of the clock. */
export function programRunner(parts: ProgramParts): RunProgram {
  return async (program, args, signal) => {
    signal.throwIfAborted()
    const [start, before] = [parts.nowS(), childrenS(parts)]
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const kill = () => child.kill('SIGKILL')
    signal.addEventListener('abort', kill)
    try {
      const ended = await endOf(child)
      signal.throwIfAborted()
      const after = childrenS(parts)
      const cpuS = usedS(parts, before, after)
      return ended === null ? null : { ...ended, cpuS, wallS: parts.nowS() - start }
    } finally {
      signal.removeEventListener('abort', kill)
    }
  }
}

function endOf(child: ChildProcess): Promise<Pick<ProgramResult, 'code' | 'output'> | null> {
  let output = ''
  const keep = (piece: Buffer) => {
    output = (output + piece.toString('utf8')).slice(-keptOutput)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return new Promise((done, failed) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EACCES') done(null)
      else failed(error)
    })
    child.on('close', (code) => done({ code, output }))
  })
}

/** Null below two steps of the clock, one at each end: that is not known, and not nothing. */
function usedS(
  { processes }: ProgramParts,
  before: number | null,
  after: number | null,
): number | null {
  if (before === null || after === null) return null
  const used = after - before
  return used < 2 * (processes?.stepS ?? 0) ? null : used
}

/** CPU seconds of all children, ended ones included: those of the tree without this process's own. */
function childrenS({ processes }: ProgramParts): number | null {
  const tree = processes?.trees([process.pid])
  if (!tree) return null
  const { user, system } = process.cpuUsage()
  return tree.cpuS - (user + system) / 1e6
}
