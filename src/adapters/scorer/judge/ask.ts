import type { ScorerContext } from '../../../contract/scorer.ts'
import { entriesOf, fieldsOf } from '../../../core/data/fields.ts'
import { countIn } from '../../../core/data/figures.ts'
import { RightsizeError } from '../../../core/error/error.ts'

export interface JudgeReply {
  readonly text: string
  /** Tokens used; null where the server does not tell. */
  readonly tokens: { readonly input: number; readonly output: number } | null
}

export interface JudgeCall {
  readonly model: string
  readonly baseUrl: string
  readonly apiKeyEnv: string
  readonly maxTokens: number
  readonly timeoutS: number
}

/** Tries in all, for answers that say "later" (429, 5xx) and for lost connections. */
const TRIES = 4
/** Longest wait between tries, seconds, whatever the server asks for. */
const LONGEST_WAIT = 30

/** One chat completion at temperature 0. Throws SCORER_FAILED after four tries; the key never shows. */
export async function askJudge(
  prompt: string,
  call: JudgeCall,
  context: ScorerContext,
): Promise<JudgeReply> {
  let last = ''
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const result = await tryOnce(prompt, call, context)
    if (result.ok) return result.reply
    last = result.why
    if (!result.again || attempt === TRIES || context.signal?.aborted) break
    await wait(Math.min(LONGEST_WAIT, result.afterS ?? 0.25 * 4 ** attempt), context.signal)
  }
  throw new RightsizeError(
    'SCORER_FAILED',
    `The judge ${call.model} at ${hostOf(call.baseUrl)} did not answer: ${last}.`,
    {
      next: 'Check `baseUrl`, `model` and the key; answers are stored, so the next run only asks the judge.',
    },
  )
}

type Attempt =
  | { readonly ok: true; readonly reply: JudgeReply }
  | { readonly ok: false; readonly why: string; readonly again: boolean; readonly afterS?: number }

async function tryOnce(prompt: string, call: JudgeCall, context: ScorerContext): Promise<Attempt> {
  const key = context.env[call.apiKeyEnv]
  const timeout = AbortSignal.timeout(call.timeoutS * 1000)
  const signal = context.signal === undefined ? timeout : AbortSignal.any([timeout, context.signal])
  const body = {
    model: call.model,
    temperature: 0,
    max_tokens: call.maxTokens,
    messages: [{ role: 'user', content: prompt }],
  }
  try {
    const response = await context.fetch(`${call.baseUrl.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(body),
      signal,
    })
    if (!response.ok) return refused(response)
    return replyIn(await response.text())
  } catch (cause) {
    const aborted = context.signal?.aborted === true
    const why = timeout.aborted ? `no answer in ${call.timeoutS} s` : (cause as Error).message
    return { ok: false, why, again: !aborted }
  }
}

async function refused(response: Response): Promise<Attempt> {
  await response.text().catch(() => '')
  const afterS = Number(response.headers.get('retry-after'))
  const again = response.status === 429 || response.status >= 500
  const why = `HTTP ${response.status}`
  return Number.isFinite(afterS) && afterS > 0
    ? { ok: false, why, again, afterS }
    : { ok: false, why, again }
}

function replyIn(text: string): Attempt {
  try {
    const { choices, usage } = fieldsOf(JSON.parse(text))
    const content = fieldsOf(fieldsOf(entriesOf(choices)[0])['message'])['content']
    if (typeof content !== 'string')
      return { ok: false, why: 'the reply contains no message', again: false }
    const { prompt_tokens: input, completion_tokens: output } = fieldsOf(usage)
    return { ok: true, reply: { text: content, tokens: tokensOf(countIn(input), countIn(output)) } }
  } catch {
    return { ok: false, why: 'the reply is not JSON', again: true }
  }
}

/** None at all is what servers write that do not count them. */
const tokensOf = (input = 0, output?: number): JudgeReply['tokens'] =>
  output === undefined || input === 0 ? null : { input, output }

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : 'an invalid URL')

function wait(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, seconds * 1000)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      done()
    })
  })
}
