import type { Output } from '../data/answer.ts'
import type { Item } from '../data/item.ts'
import type { AdapterName, RuntimeKind } from '../part/runtimes.ts'
import type { ScorerName } from '../part/scorer-name.ts'
import type { CandidateInput, SpecInput } from './define.ts'

/** What a function may answer: a label or text, numbers as a vector, an output of ours, or any JSON. */
export type AnswerValue =
  | string
  | number
  | boolean
  | readonly number[]
  | Output
  | Readonly<Record<string, unknown>>

/** What a function is asked: a row without its label. */
export interface AskedItem {
  readonly id: string
  readonly input: Item['input']
}

/** A candidate that is a function of the caller's. It runs in the caller's process. */
export interface FunctionCandidate
  extends Pick<CandidateInput, 'labels' | 'price' | 'energy' | 'parameters' | 'activeParameters'> {
  readonly id: string
  /** Answers one item; a throw is the failure of that item alone. */
  readonly answer: (
    item: AskedItem,
    how: { readonly signal?: AbortSignal | undefined },
  ) => AnswerValue | Promise<AnswerValue>
  /**
   * Changes whenever answers could change: they are stored under it and used again. Without a version every run asks anew,
   * since a function does not show what it depends on.
   */
  readonly version?: string | undefined
  /** Items that are asked at once; 1. */
  readonly concurrency?: number | undefined
}

/** 0 to 1, true or false, null where the scorer does not apply, or a score with its reason. */
export type FunctionScore =
  | number
  | boolean
  | null
  | { readonly score: number | null; readonly reason?: string; readonly read?: string }

/** Scores one answer. */
export type ScoreFunction = (output: Output, item: Item) => FunctionScore | Promise<FunctionScore>

/** A scorer that is a function of the caller's. */
export interface FunctionScorer {
  readonly name: string
  readonly score: ScoreFunction
  readonly weight?: number | undefined
  /** As of a candidate: scores are stored under it. */
  readonly version?: string | undefined
}

export interface NamedScorer {
  readonly name: ScorerName
  readonly weight?: number | undefined
  readonly options?: Readonly<Record<string, unknown>> | undefined
}

/** `runtime:model` in short: `openai:gpt-4o-mini`, `onnx:models/small`, `linear`. */
export type ShortCandidate = RuntimeKind | `${RuntimeKind}:${string}` | AdapterName

export type CandidateDefinition = ShortCandidate | CandidateInput | FunctionCandidate

/** A spec as a program writes it: as in YAML, and functions where YAML has files. `C` are the candidates as written. */
export interface Definition<
  C extends readonly CandidateDefinition[] = readonly CandidateDefinition[],
> extends Omit<SpecInput, 'candidates' | 'incumbent' | 'scorer'> {
  readonly candidates: C
  /** Id of the candidate that is in use now. */
  readonly incumbent?: NoInfer<IdOf<C[number]>> | undefined
  readonly scorer?:
    | ScorerName
    | NamedScorer
    | ScoreFunction
    | FunctionScorer
    | readonly (NamedScorer | FunctionScorer)[]
    | undefined
}

/** Id of a candidate as `candidateId` reads it: the one that is written, else the end of its model, else its runtime. */
export type IdOf<C> = C extends string
  ? IdOfShort<C>
  : 'id' extends keyof C
    ? C extends { readonly id: infer Id extends string }
      ? Id
      : string
    : 'model' extends keyof C
      ? C extends { readonly model: infer Model extends string }
        ? LastSegment<Model>
        : string
      : C extends { readonly runtime: infer Runtime extends string }
        ? Runtime
        : string

type IdOfShort<S extends string> = S extends `npm:${string}`
  ? string
  : S extends `${infer Runtime}:${infer Rest}`
    ? Runtime extends 'command'
      ? Runtime
      : Rest extends ''
        ? Runtime
        : LastSegment<Rest>
    : S

type LastSegment<Path extends string> = Path extends `${infer Head}/`
  ? LastSegment<Head>
  : Path extends `${string}/${infer Rest}`
    ? LastSegment<Rest>
    : Path extends `${string}\\${infer Rest}`
      ? LastSegment<Rest>
      : Path

/**
 * Returns the definition unchanged: it is there so that an editor completes and checks it. Runtimes, scorers and the id of
 * the incumbent are checked as they are typed.
 *
 * ```ts
 * import { defineSpec } from 'rightsize'
 *
 * export const spec = defineSpec({
 *   task: 'tickets',
 *   dataset: { test: 'tickets.csv', input: 'text', expected: 'label' },
 *   candidates: [
 *     'linear',
 *     { id: 'large', runtime: 'openai', model: 'gpt-4o-mini', baseUrl: 'https://api.openai.com/v1' },
 *     { id: 'rules', answer: ({ input }) => (String(input).includes('money') ? 'refund' : 'other') },
 *   ],
 *   incumbent: 'large',
 *   scorer: 'exact',
 *   bar: { margin: 0.01 },
 * })
 * ```
 */
export const defineSpec = <const C extends readonly CandidateDefinition[]>(
  definition: Definition<C>,
): Definition<C> => definition

/** The functions of a definition, by the words that stand for them in its spec. */
export interface Functions {
  readonly candidates: ReadonlyMap<string, FunctionCandidate>
  readonly scorers: ReadonlyMap<string, FunctionScorer>
}
