import { catalogue, type ErrorCode } from './catalogue.ts'
import { oneLine } from './safe-text.ts'

/** What a caller may add to a catalogued error. */
export interface ErrorDetail {
  /** Where: `file:line`, a key path, a node name. */
  readonly at?: string | undefined
  /** Replaces the catalogue's next step when a more exact one is known (a nearest name, a command). */
  readonly next?: string | undefined
  readonly cause?: unknown
}

/**
 * The one error class. `message` says what happened; `why` the usual reason; `next` what to type.
 * Thrown when the caller must change something; an expected end is data, not an error.
 */
export class RightsizeError extends Error {
  readonly code: ErrorCode
  readonly why: string
  readonly next: string
  readonly at: string | undefined
  constructor(code: ErrorCode, what: string, detail: ErrorDetail = {}) {
    super(what, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'RightsizeError'
    this.code = code
    this.why = catalogue[code].why
    this.next = detail.next ?? catalogue[code].next
    this.at = detail.at
  }
}

/** The error as a person reads it: code and what, why, next; no stack. */
export function renderError(error: RightsizeError): string {
  const where = error.at === undefined ? '' : ` (${oneLine(error.at)})`
  // The place is that of the first line; further lines bear their own.
  const what = error.message.replace(/(?=\n)|$/, () => where)
  return `error ${error.code}: ${what}\n  why:  ${error.why}\n  next: ${error.next}`
}
