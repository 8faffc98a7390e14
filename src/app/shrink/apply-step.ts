import type { Artefact, Pass, Proposal, Stats } from '../../core/compress/pass.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { RecipeStep } from '../../core/result/compression.ts'
import type { Bench } from './bench.ts'
import { fineTune } from './fine-tune.ts'
import { statsOf } from './known-stats.ts'

/** A model with what was done to it. */
export interface Patch {
  readonly artefact: Artefact
  readonly changes: readonly string[]
}

/** The pass of a step, with the statistics that it needs; nothing is fine-tuned yet. */
export async function patch(
  artefact: Artefact,
  pass: Pass,
  proposal: Proposal,
  bench: Pick<Bench, 'engine' | 'corpus' | 'signal'>,
): Promise<Patch> {
  const requests = pass.needs(artefact, proposal)
  const stats: Stats = requests.length === 0 ? new Map() : await statsOf(artefact, requests, bench)
  return pass.apply(artefact, proposal, stats)
}

/** The training of a step, where it has one. Throws SHRINK_TASK where there is nothing to learn from. */
export async function fineTuned(patched: Patch, step: RecipeStep, bench: Bench): Promise<Patch> {
  if (step.fineTuning === null) return patched
  if (bench.training === null)
    throw new RightsizeError(
      'SHRINK_TASK',
      'the spec names no train part: nothing can be fine-tuned',
    )
  const model = await fineTune(patched.artefact, await bench.training(), step.fineTuning, bench)
  const { steps } = step.fineTuning
  return {
    artefact: { ...patched.artefact, model },
    changes: [...patched.changes, `trained by ${steps} steps on the incumbent's answers`],
  }
}

/** Applies a recipe step: the pass, then the fine-tuning. The one way by which search and replay make models. */
export async function applyStep(
  artefact: Artefact,
  pass: Pass,
  step: RecipeStep,
  proposal: Proposal,
  bench: Bench,
): Promise<Patch> {
  const patched = await patch(artefact, pass, { ...proposal, params: step.params }, bench)
  return fineTuned(patched, step, bench)
}
