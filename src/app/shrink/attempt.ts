import type { Artefact, Pass, Proposal } from '../../core/compress/pass.ts'
import type { RecipeStep, Trial } from '../../core/result/compression.ts'
import { type Bench, emptyLog, type Log, type State } from './bench.ts'
import { briefly, costOf } from './finals.ts'
import { made } from './made-step.ts'
import { writtenTrial } from './trial-log.ts'

/** How an attempt is made: a probe only measures and keeps nothing. */
export interface AttemptOptions {
  readonly probe?: boolean
}

/** What came of a trial. `trial` is null where the same model had been tried before. */
export interface Attempted {
  readonly kept: State | null
  readonly trial: Trial | null
}

/** One trial of a step: apply, fine-tune, verify, judge, write down. */
export async function attempt(
  state: State,
  pass: Pass,
  step: RecipeStep,
  proposal: Proposal,
  bench: Bench,
  log: Log,
  { probe = false }: AttemptOptions = {},
): Promise<Attempted> {
  const about = {
    ...{ step, family: pass.family, predicted: proposal.saves, probe },
    text: `${proposal.text}${stepText(step, proposal)}`,
    ...{ on: state, savesBytes: proposal.saves.bytes !== 0 },
  }
  const { trial, kept } = await writtenTrial(about, bench, log, async () => {
    const own = probe ? { ...emptyLog(), made: log.made } : log
    const found = await made({ state, pass, step, proposal }, bench, own)
    if (found === null) return null
    if (found.earlierCpuS !== null) {
      log.resumed += 1
      log.earlierCpuS += found.earlierCpuS
    }
    return probe ? { ...found, ...(await probedCost(state, found.artefact, bench)) } : found
  })
  if (trial === null || kept === null) return { trial, kept: null }
  const { artefact, id, bytes, scores } = kept
  const { text, gate } = trial
  const next = { artefact, id, bytes, scores, recipe: [...state.recipe, step], gate, text }
  log.states.set(id, next)
  return { trial, kept: next }
}

/** Whether a number format is faster here: the factor is part of the report even where the format is not taken. */
async function probedCost(
  state: State,
  after: Artefact,
  bench: Bench,
): Promise<Pick<Trial, 'cost'>> {
  const cost = await costOf(state, { artefact: after }, bench, briefly)
  return cost === null ? {} : { cost }
}

const stepText = ({ params, fineTuning }: RecipeStep, { training }: Proposal): string => {
  const { repair } = params
  const fixed = typeof repair === 'string' && repair !== 'none' ? `, ${repair}` : ''
  const how = training === undefined ? 'fine-tuning' : 'training'
  return `${fixed}${fineTuning === null ? '' : `, ${fineTuning.steps} ${how} steps`}`
}
