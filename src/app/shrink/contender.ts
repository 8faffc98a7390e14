import type { RecipeStep } from '../../core/result/compression.ts'
import type { Work } from '../measure/workload.ts'
import { classesOf, logitsOf, scoresOf } from './answers.ts'
import type { Bench, State } from './bench.ts'
import type { Part } from './inputs.ts'

/** Something smaller than the original that could be handed over: a graph, or an n-gram model. */
export interface Contender {
  readonly id: string
  readonly bytes: number
  readonly text: string
  /** Right or wrong on the gate's items. */
  readonly scores: Uint8Array
  readonly recipe: readonly RecipeStep[]
  /** Null where it is no graph. */
  readonly state: State | null
  /** Files of the model where it is no graph. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Right or wrong on other items. */
  right(part: Part): Promise<Uint8Array>
  /** How its cost at batch 1 is measured where it is no graph. */
  readonly work: (() => Work) | null
}

/** A state of the search as a contender. */
export function contenderOf(state: State, bench: Bench): Contender {
  const { id, bytes, scores, recipe, text } = state
  return {
    ...{ id, bytes, scores, recipe, text, state },
    files: new Map(),
    work: null,
    async right(part) {
      const { classes } = bench
      const inputs = part.inputs(state.artefact)
      const options = { ...bench, batches: part.batches }
      const logits = await logitsOf(state.artefact.model, inputs, classes, options)
      return scoresOf(classesOf(logits, classes), part.labels)
    },
  }
}
