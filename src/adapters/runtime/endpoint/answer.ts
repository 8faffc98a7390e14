import type { Answer } from '../../../core/data/answer.ts'
import { type Figures, figuresIn, withUnread } from '../../../core/data/figures.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { tariff } from '../../../core/hosted/tariff.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import type { Asking, Said } from './client.ts'

/**
 * What came back as an answer, with its figures, and without the secrets that a server sends back. One without content is an
 * answer too where its finish says why: it was cut off before its first word, as when reasoning has used up the tokens, or
 * refused, and it was paid for. Throws ENDPOINT_EMPTY for any other without content.
 */
export function answerOf(
  { candidate, endpoint }: Pick<Asking, 'candidate' | 'endpoint'>,
  said: Said,
): Extract<Answer, { ok: true }> {
  const { text, finish, finishWord } = said
  if (text === null && finish !== 'length' && finish !== 'refused')
    throw new RightsizeError('ENDPOINT_EMPTY', `no content, finish reason: ${finishWord}`)
  const clean = endpoint.secrets.reduce((rest, key) => rest.replaceAll(key, '[secret]'), text ?? '')
  return { ok: true, output: { kind: 'text', text: clean }, finish, ...costOf(candidate, said) }
}

/** Tokens, time and price of an answer as its reply states them. */
export function costOf(
  candidate: CandidateSpec,
  { tokens: written, latencyS }: Pick<Said, 'tokens' | 'latencyS'>,
): Pick<Extract<Answer, { ok: true }>, keyof Figures | 'unread'> {
  const read = withUnread(figuresIn({ tokens: written, latencyS }))
  const price = read.tokens === undefined ? undefined : tariff(candidate.price, read.tokens)
  return { ...read, ...(price === undefined ? {} : { price }) }
}

/** Tried again on another day, these may go well. */
const retryable = /TIMEOUT|RATE_LIMITED|SERVER_ERROR|CUT|EMPTY|INVALID/

/** A 403 of a moderation is about one text (source: OpenRouter's page on errors). */
const ofOneQuestion = /^403:.*\b(flagged|moderation|content (policy|management|filter))/is

/** One item's failure; `permanent` where the endpoint as a whole refuses. */
export function failureOf(cause: unknown): Failure {
  if (!(cause instanceof RightsizeError)) throw cause
  const { code, message } = cause
  const failure = { ok: false, code, message, retryable: retryable.test(code) } as const
  const whole =
    (/DOWN|HTML|QUOTA|REDIRECTED|PROMPT_BROKEN|PACKAGE_MISSING/.test(code) ||
      /^(401|403|404):/.test(message)) &&
    !ofOneQuestion.test(message)
  return whole ? { ...failure, permanent: true, cause } : failure
}

export type Failure = Extract<Answer, { ok: false }> & { readonly cause?: RightsizeError }
