import type { Clock } from '../../contract/clock.ts'
import type { Digest } from '../../contract/digest.ts'
import type { Meter, MeterBinding } from '../../contract/meter.ts'
import type { RuntimeContext, RuntimeSession } from '../../contract/runtime.ts'
import type { Store } from '../../contract/store.ts'
import type { ModeledMachine } from '../../core/energy/cpu-model.ts'
import type { ApiContext } from '../../core/hosted/api-usage.ts'
import type { Environment } from '../../core/result/run-result.ts'
import type { GridFactor } from '../../core/result/usage.ts'
import type { Scorer } from '../../core/score/scorer.ts'
import type { CandidateSpec, DatasetSpec, ScorerSpec, StatedFactor } from '../../core/spec/spec.ts'
import type { OwnProcessEffects } from '../measure/own-process.ts'
import type { RunEvent } from './events.ts'

/** A row as a file gives it. */
export type Row = Readonly<Record<string, unknown>>

/** What training a student gave: a candidate that can be opened, and what it cost. */
export interface TrainedStudent {
  readonly candidate: CandidateSpec
  /** Out-of-fold answers by item id, when the same rows taught and judged. */
  readonly outOfFold: ReadonlyMap<
    string,
    { readonly label: string; readonly probabilities: Readonly<Record<string, number>> }
  > | null
  readonly items: number
  readonly cpuS: number
  readonly wallS: number
  readonly note: string
}

export interface LabelledText {
  readonly id: string
  readonly text: string
  readonly label: string
  /** Rows of one group never judge a model that saw another of it; null for a row of its own. */
  readonly group?: string | null
}

/** Everything that touches the world, handed to the app by the wire. Tests hand in fakes. */
export interface Effects {
  readonly clock: Clock
  readonly digest: Digest
  readonly fetch: typeof globalThis.fetch
  /** `fetch` of public files: larger ones, and redirects are followed. */
  readonly download: typeof globalThis.fetch
  readonly env: Readonly<Record<string, string | undefined>>
  readText(path: string): Promise<string>
  /** Resolves a path of the spec against the folder of the spec. */
  resolve(baseDir: string, path: string): string
  readRows(path: string, dataset: DatasetSpec): Promise<readonly Row[]>
  /** The store of a folder; `onNote` hears what the user should know of it. */
  openStore(baseDir: string, onNote?: (text: string) => void): Promise<Store>
  openRuntime(candidate: CandidateSpec, context: RuntimeContext): Promise<RuntimeSession>
  openScorer(scorer: ScorerSpec, baseDir: string): Promise<Scorer>
  /** Meters that work here for this binding, best first; never empty (CPU time is the last). */
  openMeters(candidate: CandidateSpec, binding: MeterBinding): Promise<readonly Meter[]>
  trainStudent(
    candidate: CandidateSpec,
    rows: {
      readonly train: readonly LabelledText[]
      readonly test: readonly LabelledText[]
      readonly crossFit: boolean
    },
    context: RuntimeContext,
    onEvent: (event: RunEvent) => void,
  ): Promise<TrainedStudent>
  environment(): Promise<Environment>
  /** Grid intensity of a country or cloud region. Errors name the nearest places. */
  gridFactor(place: string | StatedFactor): Promise<GridFactor>
  /** Model facts and grids of providers, so that hosted candidates can be estimated. */
  apiFacts(): Promise<ApiContext>
  /** Hardware threads of the machine; null inside a virtual machine, whose host is not known. */
  readonly machine: ModeledMachine
  /** This process: what the work takes is counted here. */
  readonly own: OwnProcessEffects
}
