import type { DeferredState, LostJob } from '../../../../contract/deferred.ts'
import { entriesOf, fieldsOf } from '../../../../core/data/fields.ts'
import type { Api } from '../../../../core/part/endpoint-runtimes.ts'
import type { Endpoint } from '../address.ts'
import type { Written } from '../client.ts'
import type { Json } from '../reply.ts'
import type { SendOptions } from '../request.ts'

/** A question as it would be asked live, and the key of its answer. */
export interface BatchQuestion extends Written {
  readonly key: string
}

/** How a batch ended as a whole. */
export type Ended = 'completed' | 'expired' | 'cancelled'

/** One line of results. */
export type BatchLine = { readonly key: string } & (
  | { readonly kind: 'reply'; readonly body: Json }
  | { readonly kind: 'failed'; readonly status: number; readonly body: Json }
  | { readonly kind: 'missed'; readonly word: 'expired' | 'cancelled' }
)

/** Where a batch is asked for. */
export interface BatchAsking {
  readonly endpoint: Endpoint
  readonly options: SendOptions
  readonly api: Api
}

/** The one request that makes a batch: sent once, because it may be paid for once it has arrived. */
export interface Creation {
  readonly path: string
  readonly body: Json
  readonly headers: Readonly<Record<string, string>>
}

/** A vendor's form of batches: addresses, and what its documents mean. */
export interface BatchForm {
  /** Most questions of one batch. The vendors allow more; their files would be larger than they take. */
  readonly most: number
  /** Everything up to the request that makes the batch. */
  submit(name: string, questions: readonly BatchQuestion[], asking: BatchAsking): Promise<Creation>
  find(job: LostJob, asking: BatchAsking): Promise<string | null>
  /** Where a batch is looked at. */
  path(id: string): string
  state(batch: Json): DeferredState
  /** Where the results of an ended batch lie. */
  results(batch: Json): readonly string[]
  line(line: Json): BatchLine | null
}

export function textIn(fields: Json, name: string): string | null {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** The rows of a list document. */
export const listOf = ({ data }: Json): readonly Json[] => entriesOf(data).map(fieldsOf)
