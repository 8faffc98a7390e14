import type { Finish } from '../../../core/data/answer.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { isOwnSetting } from '../../../core/spec/settings.ts'
import type { CandidateSpec } from '../../../core/spec/spec.ts'
import type { Endpoint } from './address.ts'
import type { Message } from './prompt.ts'
import type { Json } from './reply.ts'
import type { SendOptions } from './request.ts'

/** One question to a model. */
export interface Question {
  readonly messages: readonly Message[]
  /** Most tokens of the answer, instead of `settings.maxTokens`. */
  readonly max?: number
  readonly signal?: AbortSignal
}

/** What came back, whatever the vendor calls its parts. */
export interface Said {
  /** Null where there is none, as when reasoning has used up the tokens. */
  readonly text: string | null
  readonly finish: Finish
  /** The vendor's own word for it. */
  readonly finishWord: string
  /** Token counts as they were written, under the names of `TokenUsage`; undefined where there are none. */
  readonly tokens: unknown
  /** Snapshot that answered, where it is named. */
  readonly model: string | null
  readonly fingerprint: string | null
  /** Undefined where nobody saw it, as by batch. */
  readonly latencyS: number | undefined
}

/** One way of asking. Rejects with errors of the catalog. */
export interface Client {
  ask(question: Question): Promise<Said>
  /** The request as it would be sent, without sending it: for questions that are submitted together. */
  write(question: Question): Promise<Written>
  /** The body of a reply that came in another way. */
  read(reply: Json): Promise<Said>
}

/** A request that was not sent. */
export interface Written {
  readonly body: Json
  /** What the vendor's package added, such as `anthropic-beta`. */
  readonly headers: Readonly<Record<string, string>>
}

/** What a client is made of. */
export interface Asking {
  readonly candidate: CandidateSpec
  readonly endpoint: Endpoint
  readonly options: SendOptions
  readonly log: (line: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  /** `options.fetch` for files. */
  readonly download: typeof globalThis.fetch
  /** Fields that this server would not take; found once, left out from then on. */
  readonly left: Set<string>
}

export const withSignal = (options: SendOptions, signal?: AbortSignal): SendOptions =>
  signal ? { ...options, signal } : options

/** Settings of this runtime; those of every runtime are own too, and all others (settings.extra of the spec) are fields of the request. */
const ownSettings: readonly string[] = ['api', 'resolve', 'apiVersion']

export function extraFields({ settings }: CandidateSpec): Json {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => !isOwnSetting(name) && !ownSettings.includes(name)),
  )
}

/** Fields that some models refuse, as vendors spell them: reasoning models want no temperature and another limit. */
const optionalFields: readonly (readonly [string, RegExp])[] = [
  ['max_tokens', /\bmax_tokens\b/],
  ['temperature', /\btemperature\b/],
  ['seed', /\bseed\b/],
  ['reasoning_effort', /\breasoning[_.]effort\b|\boutput_config\b|\bthinking/],
]

/** The fields that were left out under the names that they have in a spec; a limit that is spelled otherwise was sent. */
export function refusedSettings(left: ReadonlySet<string>): readonly string[] {
  const names: Readonly<Record<string, string>> = { reasoning_effort: 'reasoningEffort' }
  return [...left].filter((name) => name !== 'max_tokens').map((name) => names[name] ?? name)
}

/** Asks, and asks again without a field that this server names as refused. */
export async function withoutRefused<T>(
  { left, log, candidate }: Asking,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    const field = refusedField(cause, left)
    if (field === null) throw cause
    left.add(field)
    log(`${candidate.id}: the endpoint does not take ${field}; asking without it`)
    return withoutRefused({ left, log, candidate } as Asking, ask)
  }
}

function refusedField(cause: unknown, left: ReadonlySet<string>): string | null {
  if (!(cause instanceof RightsizeError) || !/^4(00|22):/.test(cause.message)) return null
  const [field] = optionalFields.find(([, pattern]) => pattern.test(cause.message)) ?? []
  return field === undefined || left.has(field) ? null : field
}
