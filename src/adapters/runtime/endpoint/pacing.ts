import type { CandidateSpec } from '../../../core/spec/spec.ts'
import type { Endpoint } from './address.ts'
import type { Json } from './reply.ts'
import type { Pace } from './request.ts'

/** Keeps requests and tokens below what an account may send to a model in any minute. */
export interface Pacing {
  /** Resolves when a request of about these tokens may go; what is returned corrects the tokens by the reply. */
  enter(tokens: number, signal?: AbortSignal): Promise<(reply: Json | null) => void>
}

const minuteS = 60
/** Characters per token for what is not sent yet: 4 for English (common rule of thumb of tokenizer documentation). */
export const charactersPerToken = 4

/** A request of the last minute. */
interface Sent {
  readonly atS: number
  tokens: number
}

/** What each account sent to each model: vendors limit both together, whichever candidate asks. */
const accounts = new WeakMap<Pace, Map<string, Sent[]>>()

function sentBy({ model }: CandidateSpec, { baseUrl, key }: Endpoint, pace: Pace): Sent[] {
  const all = accounts.get(pace) ?? new Map<string, Sent[]>()
  accounts.set(pace, all)
  const account = JSON.stringify([baseUrl, key, model])
  const sent = all.get(account) ?? []
  all.set(account, sent)
  return sent
}

/** Null where no limit is set. */
export function pacingOf(candidate: CandidateSpec, endpoint: Endpoint, pace: Pace): Pacing | null {
  const { requestsPerMinute = Infinity, tokensPerMinute = Infinity } =
    candidate.settings.limits ?? {}
  if (requestsPerMinute === Infinity && tokensPerMinute === Infinity) return null
  const sent = sentBy(candidate, endpoint, pace)
  /** Seconds until it may go; a request larger than the limit goes alone. */
  const waitS = (tokens: number): number => {
    const now = pace.nowS()
    while (sent[0] && now - sent[0].atS >= minuteS) sent.shift()
    const used = sent.reduce((sum, one) => sum + one.tokens, 0)
    const fits = sent.length < requestsPerMinute && used + tokens <= tokensPerMinute
    const oldest = sent[0]
    return fits || oldest === undefined ? 0 : oldest.atS + minuteS - now
  }
  return {
    async enter(tokens, signal) {
      for (let wait = waitS(tokens); wait > 0; wait = waitS(tokens)) await pace.sleep(wait, signal)
      const one = { atS: pace.nowS(), tokens }
      sent.push(one)
      return (reply) => {
        one.tokens = reply === null ? one.tokens : (tokensOf(reply) ?? one.tokens)
      }
    },
  }
}

/** All tokens of a reply, as the vendors count them. */
function tokensOf(reply: Json): number | null {
  const usage = (reply['usage'] ?? reply['usageMetadata'] ?? {}) as Json
  const number = (name: string): number => (typeof usage[name] === 'number' ? usage[name] : 0)
  const total = number('total_tokens') || number('totalTokenCount') || number('totalTokens')
  const parts = number('prompt_tokens') + number('completion_tokens')
  return total || parts || number('input_tokens') + number('output_tokens') || null
}
