import { holdoutVerdict, lossInterval, pairs, sliceBreaches } from '../../core/compress/gate.ts'
import { likeliestFirst } from '../../core/compress/plan.ts'
import { passFor, passPart } from '../../core/compress/table.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import { chanceOfCertificate, type ProofSetting } from '../../core/proof/forecast.ts'
import { alphaOfLook } from '../../core/proof/look-alpha.ts'
import type {
  Compression,
  HoldoutVerdict,
  MeasuredCost,
  PathStep,
} from '../../core/result/compression.ts'
import { byCpuTime, type OwnProcess } from '../measure/own-process.ts'
import { type Bench, type Log, type State, shareOf } from './bench.ts'
import type { Contender } from './contender.ts'
import type { Part } from './inputs.ts'
import { measureCost, measureWork, work } from './measure-cost.ts'

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

/** Slices intact, none that a smaller one beats, likeliest to be proven first. */
export function finalistsOf(
  contenders: readonly Contender[],
  { items, original }: Bench,
  floors: ReadonlyMap<string, number>,
  proof: ProofSetting,
): readonly Contender[] {
  const intact = contenders.filter(
    ({ scores }) => sliceBreaches(items.slices, scores, original, floors).length === 0,
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

/** How often a hold-out was opened; counts a look before it is taken. */
export interface Looks {
  /** Number of this look: 1 for the first. */
  add(): Promise<number>
  /** Looks so far. */
  count(): Promise<number>
}

export interface Judged {
  readonly contender: Contender
  /** Null where one before it was not proven: then it was not shown. */
  readonly verdict: HoldoutVerdict | null
}

interface HoldoutOptions {
  readonly bench: Bench
  /** The sealed part; opened when something is to be judged. */
  readonly holdout: () => Part
  readonly digest: string
  readonly original: Contender
  readonly traffic: number | null
  readonly looks: Looks
}

/**
 * The sealed part is opened here, once a search. Fixed sequence: the likeliest to be proven first, each at the whole error of this look, until one is
 * not proven; the others are not shown. As the order was set before, all claims together are wrong at most as often as one (Maurer, Hothorn and
 * Lehmacher 1995; Wiens 2003).
 */
export async function judgeFinalists(
  finalists: readonly Contender[],
  options: HoldoutOptions,
): Promise<{ readonly judged: readonly Judged[]; readonly looks: number }> {
  const { bench, looks } = options
  if (finalists.length === 0) return { judged: [], looks: await looks.count() }
  const seen = await rememberedLook(finalists, options)
  const part = options.holdout()
  const before = await options.original.right(part)
  const alpha = alphaOfLook(bench.gate.alpha, seen)
  const { traffic } = options
  const judged: Judged[] = []
  for (const contender of finalists) {
    const shown = judged.every(({ verdict }) => verdict?.proven === true)
    const scores = shown ? await contender.right(part) : null
    const setting = { margin: bench.gate.margin, alpha, traffic }
    judged.push({ contender, verdict: scores && holdoutVerdict(scores, before, setting) })
  }
  return { judged, looks: seen }
}

/** Number of the look that this search will take, said once for it, so that the same search chooses the same finalists again. */
export async function lookAhead({
  bench,
  digest,
  looks,
}: Pick<HoldoutOptions, 'bench' | 'digest' | 'looks'>): Promise<number> {
  const facts = JSON.stringify([digest, bench.fingerprint])
  const name = `ahead-${bench.digest(new TextEncoder().encode(facts))}.json`
  const stored = Number(new TextDecoder().decode((await bench.keep.load(name)) ?? undefined))
  if (stored >= 1) return stored
  const look = (await looks.count()) + 1
  await bench.keep.save(name, new TextEncoder().encode(String(look)))
  return look
}

/** The same finalists on the same items are the same look: asking again tells nothing new and costs no alpha. */
async function rememberedLook(
  finalists: readonly Contender[],
  { bench, digest, looks }: HoldoutOptions,
): Promise<number> {
  const facts = JSON.stringify([digest, bench.fingerprint, finalists.map(({ id }) => id)])
  const name = `look-${bench.digest(new TextEncoder().encode(facts))}.json`
  const stored = await bench.keep.load(name)
  if (stored !== null) return Number(new TextDecoder().decode(stored))
  const look = await looks.add()
  await bench.keep.save(name, new TextEncoder().encode(String(look)))
  return look
}

/** Result against original at batch 1 and 32. */
export async function costsOf(
  first: State,
  best: Contender,
  bench: Bench,
): Promise<readonly MeasuredCost[]> {
  const { costEngine: engine, own } = bench
  const found: (MeasuredCost | null)[] = []
  if (best.state === null) found.push(await linearCost(first, best, bench, own))
  else {
    const models = [runnable(first, bench), runnable(best.state, bench)] as const
    for (const batch of [1, 32]) found.push(await measureCost(...models, { engine, own, batch }))
  }
  return found.filter((cost) => cost !== null)
}

async function linearCost(
  first: State,
  best: Contender,
  bench: Bench,
  own: OwnProcess,
): Promise<MeasuredCost | null> {
  const { costEngine: engine, items } = bench
  const session = await engine.open(encodeModel(first.artefact.model), { intraThreads: 1 })
  try {
    const before = work(session, runnable(first, bench), 1)
    const other = best.work?.() ?? { items: items.size, run: async () => undefined }
    return await measureWork(before, other, { own, batch: 1 })
  } finally {
    await session.close()
  }
}

export const runnable = ({ artefact }: State, { items }: Bench) => ({
  model: artefact.model,
  inputs: items.inputs(artefact),
})

/** At batch 1, by CPU time alone. */
function costOf(first: State, state: State, bench: Bench): Promise<MeasuredCost | null> {
  const { costEngine: engine, own } = bench
  const how = { engine, own: byCpuTime(own), batch: 1 }
  return measureCost(runnable(first, bench), runnable(state, bench), how)
}

/** The way from the original to the result, each model measured against the original. */
export async function pathOf(
  first: State,
  best: Contender,
  bench: Bench,
  log: Log,
): Promise<readonly PathStep[]> {
  const start = startOf(first, bench)
  const path: PathStep[] = []
  if (best.state === null) {
    const cost = await linearCost(first, best, bench, byCpuTime(bench.own))
    return [start, stepOf(best, bench, passFor.baseline, cost)]
  }
  let id: string | undefined = best.id
  while (id !== undefined && id !== first.id) {
    const wanted: string = id
    const trial = log.trials.find((one) => one.model === wanted && one.verdict === 'kept')
    const state = log.states.get(wanted)
    if (trial === undefined || state === undefined) break
    const cost = await costOf(first, state, bench)
    path.unshift(stepOf({ ...state, text: trial.text }, bench, trial.step.pass, cost))
    id = trial.parent
  }
  return [start, ...path]
}

/** The original as the first step of the way. */
export const startOf = (first: State, bench: Bench): PathStep =>
  stepOf(first, bench, 'original', null)

function stepOf(
  { id, bytes, scores, text }: Pick<Contender, 'id' | 'bytes' | 'scores' | 'text'>,
  { original }: Bench,
  pass: string,
  cost: MeasuredCost | null,
): PathStep {
  const counts = pairs(scores, original)
  const items = scores.length
  const value = items === 0 ? 0 : (counts.lose - counts.win) / items
  const interval = pass === 'original' ? { low: 0, high: 0 } : lossInterval(counts)
  const loss = { value, ...interval }
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
