import { likeliestFirst } from '../../core/compress/plan.ts'
import { passFor, passPart } from '../../core/compress/table.ts'
import { chanceOfCertificate, type ProofSetting } from '../../core/proof/forecast.ts'
import { pairedLoss } from '../../core/proof/loss-exact.ts'
import { certainlyBroken } from '../../core/proof/slice.ts'
import type { Compression, MeasuredCost, PathStep } from '../../core/result/compression.ts'
import { byCpuTime } from '../measure/own-process.ts'
import { ready } from '../measure/pair.ts'
import { type Bench, type Run, type State, shareOf } from './bench.ts'
import type { Contender } from './contender.ts'
import { type CostOptions, measureCost, measureWork, openRunnable } from './measure-cost.ts'

/** Models that may be shown to the hold-out. */
const mostFinalists = 4

/** The contenders that save something: bytes, or, where texts are cut, CPU time beyond doubt. */
export async function thatSave(
  first: State,
  contenders: readonly Contender[],
  bench: Bench,
): Promise<readonly Contender[]> {
  const saving: Contender[] = []
  for (const contender of contenders) {
    const { bytes, state, recipe } = contender
    const shorter = state !== null && recipe.some(({ pass }) => passPart(pass).shortens)
    const saves =
      bytes < first.bytes || (shorter && ((await costOf(first, state, bench))?.low ?? 0) > 1)
    if (saves) saving.push(contender)
  }
  return saving
}

/** Slices intact, none that a smaller one beats, likeliest to be certified first. */
export function finalistsOf(
  contenders: readonly Contender[],
  { items, original }: Bench,
  floors: ReadonlyMap<string, number>,
  proof: ProofSetting,
): readonly Contender[] {
  const intact = contenders.filter(
    ({ scores }) => certainlyBroken(items.slices, scores, original, floors, 0.05).length === 0,
  )
  const models = intact.map((contender) => ({
    bytes: contender.bytes,
    chance: chanceOfCertificate(contender.scores, original, proof),
    contender,
  }))
  const order = likeliestFirst(models)
  const most =
    order.length <= mostFinalists ? order : [...order.slice(0, mostFinalists - 1), order.at(-1)]
  return most.flatMap((one) => one?.contender ?? [])
}

/** Result against incumbent at batch 1 and 32. */
export async function costsOf(
  first: State,
  best: Contender,
  bench: Bench,
): Promise<readonly MeasuredCost[]> {
  const { costEngine: engine, own } = bench
  const found: (MeasuredCost | null)[] = []
  if (best.state === null) found.push(await linearCost(first, best, bench))
  else {
    const models = [runnable(first, bench), runnable(best.state, bench)] as const
    for (const batch of [1, 32]) found.push(await measureCost(...models, { engine, own, batch }))
  }
  return found.filter((cost) => cost !== null)
}

function linearCost(first: State, best: Contender, bench: Bench): Promise<MeasuredCost | null> {
  const { costEngine: engine, own, items } = bench
  const other = best.work?.() ?? { items: items.size, run: async () => undefined }
  const how = { engine, own, batch: 1 }
  return measureWork(openRunnable(runnable(first, bench), how), ready(other), how)
}

export const runnable = ({ artefact }: Pick<State, 'artefact'>, { items }: Bench) => ({
  model: artefact.model,
  inputs: items.inputs(artefact),
})

/** At batch 1, by CPU time alone. */
export function costOf(
  first: Pick<State, 'artefact'>,
  state: Pick<State, 'artefact'>,
  bench: Bench,
  windows: Pick<CostOptions, 'rounds' | 'windowS' | 'texts'> = {},
): Promise<MeasuredCost | null> {
  const { costEngine: engine, own } = bench
  const how = { engine, own: byCpuTime(own), batch: 1, ...windows }
  return measureCost(runnable(first, bench), runnable(state, bench), how)
}

/** The result, with what it was measured to cost. */
export interface Costed {
  readonly best: Contender
  readonly cost: readonly MeasuredCost[]
}

/** The way from the incumbent to the result. The others are measured against the incumbent as briefly as a probe, from the result back, while there is time. */
export async function pathOf(
  first: State,
  { best, cost: costs }: Costed,
  { bench, log, seconds, spent }: Run,
): Promise<readonly PathStep[]> {
  const start = startOf(first, bench)
  const path: PathStep[] = []
  const single = costs.find(({ batch }) => batch === 1) ?? null
  if (best.state === null) return [start, stepOf(best, bench, passFor.baseline, single)]
  let id: string | undefined = best.id
  while (id !== undefined && id !== first.id) {
    const wanted: string = id
    const trial = log.trials.find((one) => one.model === wanted && one.verdict === 'kept')
    const state = log.states.get(wanted)
    if (trial === undefined || state === undefined) break
    const measured = id !== best.id && spent().wallS < seconds
    const cost = measured ? await costOf(first, state, bench, briefly) : null
    path.unshift(
      stepOf(
        { ...state, text: trial.text },
        bench,
        trial.step.pass,
        id === best.id ? single : cost,
      ),
    )
    id = trial.parent
  }
  return [start, ...path]
}

/** Windows of a probe, and of what the report shows beside the result. */
export const briefly = { rounds: 6, windowS: 0.06, texts: 16 } as const

const startName = 'incumbent'

/** The incumbent as the first step of the way. */
export const startOf = (first: State, bench: Bench): PathStep =>
  stepOf(first, bench, startName, null)

function stepOf(
  { id, bytes, scores, text }: Pick<Contender, 'id' | 'bytes' | 'scores' | 'text'>,
  { original }: Bench,
  pass: string,
  cost: MeasuredCost | null,
): PathStep {
  const { expected, lower, upper } = pairedLoss(scores, original)
  const same = pass === startName || scores.length === 0
  const interval = same ? { low: 0, high: 0 } : { low: lower(0.025), high: upper(0.025) }
  const loss = { value: expected, ...interval }
  const items = scores.length
  return { pass, text, model: id, bytes, accuracy: shareOf(scores), loss, items, cost }
}

/** Loss of every slice of the gate's items with what it may be. */
export function slicesOf(
  { scores }: Contender,
  { items, original }: Bench,
  floors: ReadonlyMap<string, number>,
): Compression['slices'] {
  return [...items.slices].map(([slice, rows]) => {
    const lost = rows.reduce((sum, row) => sum + (original[row] ?? 0) - (scores[row] ?? 0), 0)
    const floor = floors.get(slice) ?? 1
    return { slice, items: rows.length, loss: lost / Math.max(1, rows.length), floor }
  })
}
