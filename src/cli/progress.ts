import type { RunEvent } from '../app/evaluate/events.ts'
import { oneLine } from '../core/error/safe-text.ts'
import type { Io } from './command.ts'

type Progress = Extract<RunEvent, { type: 'progress' }>

/** Silence after which a line is due where no line is redrawn. */
const quietMs = 30_000
/** An estimate is worth a line from this much work left on. */
const longMs = 10_000
/** Time of work after which an estimate is one. */
const estimateMs = 1_500

/** A piece of work since it began, and whether its estimate was printed. */
interface Work {
  readonly name: string
  readonly startMs: number
  readonly done: number
  told: boolean
}

/** Draws events on stderr: one living line on a terminal; elsewhere a line a stage, with an estimate before long work. */
export function progress(io: Io, nowMs: () => number = Date.now): (event: RunEvent) => void {
  let last = nowMs()
  let lastText = ''
  let work: Work | null = null
  const line = (text: string): void => {
    last = nowMs()
    if (text !== lastText) io.err(text)
    lastText = text
  }
  const onProgress = (event: Progress): void => {
    const name = `${event.stage} ${event.candidate}`
    if (work?.name !== name && event.total > 0)
      work = { name, startMs: nowMs(), done: event.done, told: false }
    const left = work?.name === name ? leftMs(event, work, nowMs()) : null
    if (io.tty) io.live(bar(event, left))
    else if (nowMs() - last >= quietMs || isWorthALine(event, left, work)) {
      line(bar(event, left))
      if (work) work.told = true
    }
  }
  const folded = folding()
  return (event) => {
    if (event.type === 'progress') return onProgress(event)
    const text = event.type === 'stage' ? sentence(event) : folded(sentence(event))
    if (text !== null) line(text)
  }
}

/** Lines of one kind that are shown: servers and programs say the same again and again, with another number in it. */
const shownOfAKind = 3
/** Kinds of lines that are told apart. */
const kinds = 500

/** A line as it is shown; null for one of many of its kind. */
function folding(): (text: string) => string | null {
  const seen = new Map<string, number>()
  return (text) => {
    const kind = text.slice(0, 300).replace(/[0-9a-f]*\d[0-9a-f.]*/gi, '#')
    if (seen.size >= kinds && !seen.has(kind)) return null
    const count = (seen.get(kind) ?? 0) + 1
    seen.set(kind, count)
    if (count <= shownOfAKind) return text
    return count === shownOfAKind + 1 ? '  note: more lines of this kind are not shown' : null
  }
}

/** The end of work that is counted, and once the estimate of a long one. */
function isWorthALine({ done, total }: Progress, left: number | null, work: Work | null): boolean {
  if (total > 0 && done >= total) return true
  return left !== null && left >= longMs && work?.told === false
}

/** Time that is left at the pace so far; null before there is one. */
function leftMs({ done, total }: Progress, work: Work, nowMs: number): number | null {
  const elapsed = nowMs - work.startMs
  if (elapsed < estimateMs || done <= work.done || done >= total) return null
  return (elapsed * (total - done)) / (done - work.done)
}

/** One line an event: what a server or a program wrote cannot begin a line of its own. */
const sentence = (event: Exclude<RunEvent, Progress>): string => oneLine(wholeSentence(event))

function wholeSentence(event: Exclude<RunEvent, Progress>): string {
  if (event.type === 'stage') return `${event.stage}: ${event.detail}`
  if (event.type === 'candidate') return `  ${event.candidate}: ${event.text}`
  if (event.type === 'trial') return event.text
  return `  note: ${event.text}`
}

function bar({ stage, candidate, done, total }: Progress, left: number | null): string {
  const of = total > 0 ? ` of ${total}` : ''
  const rest = left === null ? '' : `, about ${durationText(left / 1000)} left`
  return `  ${stage} ${candidate}: ${done}${of}${rest}`
}

/** 40 s, 3 min, 2 h 10 min. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
