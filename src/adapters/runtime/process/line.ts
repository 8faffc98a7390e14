import type { ChildProcess } from 'node:child_process'
import { RightsizeError } from '../../../core/error/error.ts'
import { hasEnded, killGroup } from './group.ts'
import { ProcessEnd } from './keeper.ts'
import type { Ask, Reply, SentError, Values } from './protocol.ts'

/** The parent's end of one channel: questions wait their turn, a clock runs while one is open. */
export interface Line {
  ask<K extends keyof Values>(question: Ask): Promise<Values[K]>
  /** Ends the process and, with the reason, whatever waits for it. */
  end(reason: RightsizeError): void
  close(): Promise<void>
}

export interface LineOptions {
  /** Seconds without a sign of life after which the child counts as hung. */
  readonly timeoutS: number
  readonly loadTimeoutS: number
  readonly log: (line: string) => void
  readonly farewell: (code: number | null, signal: NodeJS.Signals | null) => string
}

/** A child asked to close has this long to go by itself. */
const patienceMs = 2000

interface Waiting {
  readonly id: number
  readonly limitS: number
  resolve(value: unknown): void
  reject(cause: unknown): void
}

export function openLine(child: ChildProcess, options: LineOptions): Line {
  let waiting: Waiting | null = null
  let timer: NodeJS.Timeout | undefined
  let ended: RightsizeError | null = null
  let nextId = 1
  let tail: Promise<unknown> = Promise.resolve()

  const settle = (how: (open: Waiting) => void): void => {
    clearTimeout(timer)
    const open = waiting
    waiting = null
    if (open) how(open)
  }
  const end = (reason: RightsizeError): void => {
    ended ??= reason
    const told = ended
    killGroup(child)
    settle((open) => open.reject(new ProcessEnd(told)))
  }
  const wind = (): void => {
    clearTimeout(timer)
    const limitS = waiting?.limitS
    if (limitS !== undefined) timer = setTimeout(() => end(hung(limitS)), limitS * 1000)
  }
  const heard = (reply: Reply): void => {
    if ('alive' in reply) wind()
    else if ('log' in reply) options.log(reply.log)
    else if (reply.id !== waiting?.id) return
    else if (reply.ok) settle((open) => open.resolve(reply.value))
    else settle((open) => open.reject(receivedError(reply.error)))
  }
  const send = (question: Ask): Promise<unknown> => {
    if (ended) return Promise.reject(new ProcessEnd(ended))
    const id = nextId++
    const { timeoutS, loadTimeoutS } = options
    const limitS = question.kind === 'open' ? Math.max(timeoutS, loadTimeoutS) : timeoutS
    return new Promise((resolve, reject) => {
      waiting = { id, limitS, resolve, reject }
      wind()
      child.send({ id, ...question }, (cause) => {
        if (cause) end(crashed(cause.message, cause))
      })
    })
  }
  const ask = <K extends keyof Values>(question: Ask): Promise<Values[K]> => {
    const turn = tail.then(() => send(question))
    tail = turn.catch(() => undefined)
    return turn as Promise<Values[K]>
  }

  child.on('message', (reply) => heard(reply as Reply))
  child.once('error', (cause) => end(crashed(cause.message, cause)))
  // 'close' comes after 'exit', when the last of stderr has been read.
  child.once('close', (code, signal) => end(crashed(options.farewell(code, signal))))
  return {
    ask,
    end,
    close: async () => {
      if (ended === null && child.connected) await askToGo(child, ask)
      killGroup(child)
    },
  }
}

async function askToGo(child: ChildProcess, ask: Line['ask']): Promise<void> {
  if (hasEnded(child)) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const patience = setTimeout(() => killGroup(child), patienceMs)
  ask({ kind: 'close' }).catch(() => undefined)
  await gone
  clearTimeout(patience)
}

const crashed = (what: string, cause?: unknown): RightsizeError =>
  new RightsizeError('RUNTIME_CRASHED', what, cause === undefined ? {} : { cause })

const hung = (limitS: number): RightsizeError =>
  new RightsizeError('RUNTIME_HUNG', `no sign of life for ${limitS} s`)

function receivedError(sent: SentError): RightsizeError {
  return new RightsizeError(sent.code, sent.message, {
    ...(sent.at === undefined ? {} : { at: sent.at }),
    ...(sent.next === undefined ? {} : { next: sent.next }),
  })
}
