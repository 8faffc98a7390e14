import { fallbacks } from '../../core/compress/plan.ts'
import { polish } from '../../core/compress/polish.ts'
import { chanceOfCertificate, type ProofSetting } from '../../core/proof/forecast.ts'
import { attempt } from './attempt.ts'
import { type Run, type State, shareOf, stopped } from './bench.ts'
import { fineTuningRate } from './fine-tune.ts'
import { fineTuningOf } from './search.ts'
import { isTrainedOnce, polishSteps } from './time-left.ts'

/** The smallest float model, trained once more, and larger ones that are likelier to be certified: cuts are kept as long as they may hold, a certificate needs more. */
export async function endsOf(
  reached: readonly State[],
  run: Run,
  proof: ProofSetting,
): Promise<readonly State[]> {
  const [first, ...cut] = reached
  const last = cut.at(-1)
  if (first === undefined) return []
  if (last === undefined) return [first]
  const { original } = run.bench
  const models = reached.map((state) => ({
    bytes: state.bytes,
    chance: chanceOfCertificate(state.scores, original, proof),
    state,
  }))
  const back = fallbacks(models).map(({ state }) => state)
  return [...new Set([...back, await polished(last, run)])]
}

/** A model trained once more, where that helps. */
async function polished(last: State, run: Run): Promise<State> {
  const { bench, log } = run
  if (!isTrainedOnce(last, run) || stopped(run) !== null) return last
  const offers = polish.propose(last.artefact, run.target)
  const proposal = 'why' in offers ? undefined : offers[0]
  if (proposal === undefined) return last
  const steps = polishSteps(last, run)
  if (steps === null) return last
  const fineTuning = fineTuningOf(bench, steps, fineTuningRate(last.artefact.model))
  const step = { pass: polish.id, params: {}, fineTuning }
  const { kept } = await attempt(last, polish, step, proposal, bench, log)
  return kept !== null && shareOf(kept.scores) >= shareOf(last.scores) ? kept : last
}
