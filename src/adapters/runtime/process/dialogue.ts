import type { ChildProcess } from 'node:child_process'
import type { RuntimeContext, RuntimeItem } from '../../../contract/runtime.ts'
import type { Answer } from '../../../core/data/answer.ts'
import { errorIn, fieldsOf, idIn } from '../../../core/data/fields.ts'
import { figuresIn, type WrittenFigures, withUnread } from '../../../core/data/figures.ts'
import { outputFrom } from '../../../core/data/free-output.ts'
import { isTooDeep } from '../../../core/data/nesting.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { redact } from '../../../core/error/secret.ts'
import { killGroup } from './group.ts'
import { ProcessEnd } from './keeper.ts'

/** One answer may be this long; a longer line is a flood. */
const longestLine = 8 * 1024 * 1024
/** Lines that are no answers, after which the program does not speak the protocol. */
const strayLines = 1000

/** Questions and answers in lines of JSON with a program that runs. */
export interface Dialogue {
  /** Fills `answers` for every item that has none yet. Rejects with ProcessEnd. */
  ask(batch: readonly RuntimeItem[], answers: Map<string, Answer>): Promise<void>
  end(reason: RightsizeError): void
}

export interface DialogueOptions {
  /** Seconds without any answer. */
  readonly timeoutS: number
  readonly labels: readonly string[]
  readonly context: RuntimeContext
}

interface Open {
  readonly missing: Set<string>
  readonly answers: Map<string, Answer>
  readonly sentAt: number
  resolve(): void
  reject(cause: unknown): void
}

interface State {
  readonly child: ChildProcess
  readonly options: DialogueOptions
  open: Open | null
  ended: RightsizeError | null
  timer: NodeJS.Timeout | undefined
  stray: number
}

export function converse(child: ChildProcess, options: DialogueOptions): Dialogue {
  const state: State = { child, options, open: null, ended: null, timer: undefined, stray: 0 }
  readLines(state)
  // A program that closes its input early is heard of through its end, not through this.
  child.stdin?.on('error', () => undefined)
  return {
    ask: (batch, answers) => ask(state, batch, answers),
    end: (reason) => end(state, reason),
  }
}

function ask(
  state: State,
  batch: readonly RuntimeItem[],
  answers: Map<string, Answer>,
): Promise<void> {
  if (state.ended) return Promise.reject(new ProcessEnd(state.ended))
  const items = batch.filter((item) => !answers.has(item.id))
  if (items.length === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const missing = new Set(items.map((item) => item.id))
    state.open = { missing, answers, sentAt: performance.now(), resolve, reject }
    wind(state)
    state.child.stdin?.write(items.map(lineOf).join(''))
  })
}

function heard(state: State, line: string): void {
  const said = parse(line)
  const { open } = state
  if (said === null || !open?.missing.delete(said.id)) {
    passOver(state, line)
    return
  }
  const latencyS = (performance.now() - open.sentAt) / 1000
  open.answers.set(said.id, answerOf(said, state.options.labels, latencyS))
  if (open.missing.size === 0) settle(state, (waiting) => waiting.resolve())
  else wind(state)
}

/** Programs print headings; a thousand of them is another language. */
function passOver(state: State, line: string): void {
  const { context } = state.options
  if (state.stray === 0) context.log?.(`ignored on stdout: ${redact(line.slice(0, 80))}`)
  state.stray++
  if (state.stray > strayLines)
    end(state, new RightsizeError('COMMAND_PROTOCOL', `${state.stray} lines were no answers`))
}

function end(state: State, reason: RightsizeError): void {
  state.ended ??= reason
  const told = state.ended
  killGroup(state.child)
  settle(state, (waiting) => waiting.reject(new ProcessEnd(told)))
}

function settle(state: State, how: (waiting: Open) => void): void {
  clearTimeout(state.timer)
  const { open } = state
  state.open = null
  if (open) how(open)
}

function wind(state: State): void {
  clearTimeout(state.timer)
  const { timeoutS } = state.options
  const what = `no answer for ${timeoutS} s, ${state.stray} lines that were no answers`
  state.timer = setTimeout(
    () => end(state, new RightsizeError('RUNTIME_HUNG', what)),
    timeoutS * 1000,
  )
}

/** Cuts stdout into lines without letting one grow past bounds. */
function readLines(state: State): void {
  const { stdout } = state.child
  let rest = ''
  stdout?.setEncoding('utf8')
  stdout?.on('data', (chunk: string) => {
    // Searching only what is new keeps a long line from being read again with every piece of it.
    const lines = chunk.includes('\n') ? (rest + chunk).split('\n') : [rest + chunk]
    rest = lines.pop() ?? ''
    if (rest.length > longestLine)
      end(state, new RightsizeError('RUNTIME_FLOOD', 'a line of more than 8 MiB on stdout'))
    for (const line of lines) if (line.trim() !== '') heard(state, line)
  })
}

function lineOf({ id, input }: RuntimeItem): string {
  const plain = (_: string, value: unknown): unknown =>
    ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<number>, Number) : value
  return `${JSON.stringify({ id, input }, plain)}\n`
}

interface Said extends WrittenFigures {
  readonly id: string
  readonly output?: unknown
  readonly error?: unknown
}

function parse(line: string): Said | null {
  if (isTooDeep(line, 'double')) return null
  try {
    const said = fieldsOf(JSON.parse(line))
    const id = idIn(said['id'])
    return id === undefined ? null : { ...said, id }
  } catch {
    return null
  }
}

function answerOf(said: Said, labels: readonly string[], latencyS: number): Answer {
  const { output, tokens, joules, price } = said
  const error = errorIn(said.error)
  if (error !== undefined || output === undefined || output === null) {
    const message = redact(error ?? 'an answer without output')
    return { ok: false, code: 'COMMAND_PROTOCOL', message, retryable: false, latencyS }
  }
  const figures = withUnread(figuresIn({ latencyS, tokens, joules, price }))
  return { ok: true, output: outputFrom(output, labels), ...figures }
}
