import type { ChildProcess } from 'node:child_process'
import { type Fields, fieldsOf } from '../../../core/data/fields.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { hasEnded, killGroup } from './group.ts'
import { ProcessEnd } from './keeper.ts'
import type { Ask, Values } from './protocol.ts'
import { errorReplyIn, replyIn } from './reply-in.ts'

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
  readonly kind: Ask['kind']
  readonly limitS: number
  resolve(value: unknown): void
  reject(cause: unknown): void
}

interface State {
  readonly child: ChildProcess
  readonly options: LineOptions
  waiting: Waiting | null
  timer: NodeJS.Timeout | undefined
  ended: RightsizeError | null
  nextId: number
  /** The question before the next one. */
  tail: Promise<unknown>
}

export function openLine(child: ChildProcess, options: LineOptions): Line {
  const tail = Promise.resolve()
  const state: State = {
    child,
    options,
    waiting: null,
    timer: undefined,
    ended: null,
    nextId: 1,
    tail,
  }
  child.on('message', (reply) => heard(state, fieldsOf(reply)))
  child.once('error', (cause) => end(state, crashed(cause.message, cause)))
  // 'close' comes after 'exit', when the last of stderr has been read.
  child.once('close', (code, signal) => end(state, crashed(options.farewell(code, signal))))
  return {
    ask: (question) => ask(state, question),
    end: (reason) => end(state, reason),
    close: async () => {
      if (state.ended === null && child.connected) await askToGo(state)
      killGroup(child)
    },
  }
}

function ask<K extends keyof Values>(state: State, question: Ask): Promise<Values[K]> {
  const turn = state.tail.then(() => send(state, question))
  state.tail = turn.catch(() => undefined)
  return turn as Promise<Values[K]>
}

function send(state: State, question: Ask): Promise<unknown> {
  const { child, ended, options } = state
  if (ended) return Promise.reject(new ProcessEnd(ended))
  const id = state.nextId++
  const { timeoutS, loadTimeoutS } = options
  const limitS = question.kind === 'open' ? Math.max(timeoutS, loadTimeoutS) : timeoutS
  return new Promise((resolve, reject) => {
    state.waiting = { id, kind: question.kind, limitS, resolve, reject }
    wind(state)
    child.send({ id, ...question }, (cause) => {
      if (cause) end(state, crashed(cause.message, cause))
    })
  })
}

function heard(state: State, reply: Fields): void {
  const { waiting } = state
  if (typeof reply['log'] === 'string') state.options.log(reply['log'])
  else if (reply['alive'] === true) wind(state)
  else if (waiting === null || reply['id'] !== waiting.id) return
  else if (reply['ok'] === true) settle(state, () => answered(waiting, reply['value']))
  else settle(state, () => waiting.reject(errorReplyIn(reply['error'])))
}

function answered({ kind, resolve, reject }: Waiting, value: unknown): void {
  try {
    resolve(replyIn[kind](value))
  } catch (cause) {
    reject(cause)
  }
}

function end(state: State, reason: RightsizeError): void {
  state.ended ??= reason
  const told = state.ended
  killGroup(state.child)
  settle(state, (waiting) => waiting.reject(new ProcessEnd(told)))
}

function settle(state: State, how: (waiting: Waiting) => void): void {
  clearTimeout(state.timer)
  const { waiting } = state
  state.waiting = null
  if (waiting) how(waiting)
}

/** Starts the clock anew, as long as somebody waits. */
function wind(state: State): void {
  clearTimeout(state.timer)
  const limitS = state.waiting?.limitS
  if (limitS === undefined) return
  state.timer = setTimeout(() => end(state, hung(limitS)), limitS * 1000)
}

async function askToGo(state: State): Promise<void> {
  const { child } = state
  if (hasEnded(child)) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const patience = setTimeout(() => killGroup(child), patienceMs)
  ask(state, { kind: 'close' }).catch(() => undefined)
  await gone
  clearTimeout(patience)
}

const crashed = (what: string, cause?: unknown): RightsizeError =>
  new RightsizeError('RUNTIME_CRASHED', what, cause === undefined ? {} : { cause })

const hung = (limitS: number): RightsizeError =>
  new RightsizeError('RUNTIME_HUNG', `no sign of life for ${limitS} s`)
