import type { HostTensor } from '../onnx/host-tensor.ts'

/** What a candidate said. */
export type Output =
  | {
      readonly kind: 'label'
      readonly label: string
      readonly probabilities?: Readonly<Record<string, number>>
    }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'spans'
      readonly spans: readonly {
        readonly type: string
        readonly start: number
        readonly end: number
        readonly text?: string
      }[]
    }
  | { readonly kind: 'vector'; readonly vector: readonly number[] }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'tensors'; readonly tensors: Readonly<Record<string, HostTensor>> }

export interface TokenUsage {
  readonly input: number
  readonly output: number
  readonly cachedInput?: number
  readonly reasoning?: number
}

/** Why a model stopped writing: it was done, its token limit was reached, it declined, or it called a tool. */
export type Finish = 'stop' | 'length' | 'refused' | 'tool' | 'other'

export type Answer =
  | {
      readonly ok: true
      readonly output: Output
      readonly latencyS?: number
      readonly tokens?: TokenUsage
      readonly joules?: number
      readonly price?: number
      /** Absent where the runtime does not say. */
      readonly finish?: Finish
      /** Figures that came with it and are no numbers that can be used: unknown, with this as the reason. */
      readonly unread?: readonly string[]
    }
  | {
      readonly ok: false
      readonly code: string
      readonly message: string
      readonly retryable: boolean
      /** The whole endpoint refuses (key, quota, unknown model): every further item would be refused too. */
      readonly permanent?: true
      readonly latencyS?: number
    }
