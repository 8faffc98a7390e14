import type { Artefact, Pass, Target } from '../../core/compress/pass.ts'
import { polish } from '../../core/compress/polish.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Compression } from '../../core/result/compression.ts'
import { applyStep } from './apply-step.ts'
import { type Bench, type State, stateOf } from './bench.ts'

/** Applies the recipe to the original, step by step; the digest at the end must be the recorded one. Throws SHRINK_REPLAY. */
export async function replay(
  { recipe, incumbent, result, seed }: Compression,
  at: { readonly artefact: Artefact; readonly passes: readonly Pass[]; readonly target: Target },
  bench: Bench,
): Promise<State> {
  const first = stateOf(at.artefact, bench)
  if (first.id !== incumbent.model || bench.seed !== seed)
    throw new RightsizeError(
      'SHRINK_REPLAY',
      `the incumbent is ${first.id}, not ${incumbent.model}`,
    )
  let { artefact } = at
  for (const step of recipe) {
    const pass = [...at.passes, polish].find(({ id }) => id === step.pass)
    const offers = pass?.propose(artefact, at.target)
    const offer = offers === undefined || 'why' in offers ? undefined : offers[0]
    if (pass === undefined || offer === undefined)
      throw new RightsizeError('SHRINK_REPLAY', `the pass '${step.pass}' does not apply any more`)
    artefact = (await applyStep(artefact, pass, step, offer, bench)).artefact
  }
  const made = stateOf(artefact, bench)
  if (made.id !== result?.model)
    throw new RightsizeError(
      'SHRINK_REPLAY',
      `made ${made.id}, recorded ${result?.model ?? 'none'}`,
    )
  return made
}
