import type { Artefact, Pass, Proposal } from '../../core/compress/pass.ts'
import { weightedProducts } from '../../core/compress/weighted-product.ts'
import type { Trial } from '../../core/result/compression.ts'
import { attempt } from './attempt.ts'
import { type Run, type State, stopped } from './bench.ts'
import { divergence } from './divergence.ts'

/** Numbers are tried on the original first: a model that int8 destroys is known before any float is cut. Nothing is kept. */
export async function probeNumbers(first: State, passes: readonly Pass[], run: Run): Promise<void> {
  for (const pass of passes) {
    const offers = pass.propose(first.artefact, run.target)
    const proposal = 'why' in offers ? undefined : offers[0]
    if (proposal === undefined || stopped(run) !== null) continue
    const step = { pass: pass.id, params: proposal.params, fineTuning: null }
    await attempt(first, pass, step, proposal, run.bench, run.log, { probe: true })
  }
}

/** Times smaller that the formats that held and were not slower made the original: what is still to come after the cuts. */
export function numbersToCome({ trials }: Run['log']): number {
  const probes = trials.filter(
    (trial) => trial.verdict === 'probed' && trial.gate?.kind !== 'refused' && !isSlower(trial),
  )
  const saved = probes.reduce((sum, { bytes }) => sum + Math.max(0, bytes.before - bytes.after), 0)
  const whole = probes[0]?.bytes.before ?? 1
  return whole / Math.max(0.1 * whole, whole - saved)
}

/** A model with the number formats that hold on it, one after the other. */
export async function withNumbers(state: State, passes: readonly Pass[], run: Run): Promise<State> {
  let now = state
  for (const pass of passes) now = await numbered(now, pass, run)
  return now
}

async function numbered(state: State, pass: Pass, run: Run): Promise<State> {
  const { bench, log, target } = run
  const offers = pass.propose(state.artefact, target)
  if ('why' in offers || slowerHere(pass, run)) return state
  for (const proposal of offers) {
    if (proposal.saves.bytes < leastSaving * state.bytes) continue
    const step = { pass: pass.id, params: proposal.params, fineTuning: null }
    const { kept, trial } = await attempt(state, pass, step, proposal, bench, log)
    if (kept !== null) return kept
    const repaired = trial?.gate ? await withoutSensitive(state, pass, proposal, run) : null
    if (repaired !== null) return repaired
  }
  return state
}

/** Share of a model's bytes below which a format is not worth another kind of number in the file. */
const leastSaving = 0.02

/** Times of CPU below which a format that saves bytes is not taken: it would cost more than 5 % for sure. */
const tooSlow = 0.95

const isSlower = ({ cost }: Trial): boolean => cost !== undefined && cost.high < tooSlow

/** Whether the probe showed the format to be slower on this machine, with 95 % confidence. */
function slowerHere(pass: Pass, { log }: Run): boolean {
  const probe = log.trials.find(
    ({ verdict, step }) => verdict === 'probed' && step.pass === pass.id,
  )
  return probe !== undefined && isSlower(probe)
}

/** Weights left alone one round after the other: an eighth of them, then a quarter. */
const shares = [0.125, 0.25] as const

/**
 * The repair of a format that was refused: the weights whose coarse form moves the answers most stay as they are. Each weight is made coarse
 * alone, and the answers' divergence ranks them.
 */
async function withoutSensitive(
  state: State,
  pass: Pass,
  proposal: Proposal,
  run: Run,
): Promise<State | null> {
  if (!('except' in proposal.params)) return null
  const ranked = await bySensitivity(state.artefact, pass, proposal, run)
  for (const share of shares) {
    const except = ranked.slice(0, Math.max(1, Math.round(share * ranked.length)))
    if (stopped(run) !== null || except.length >= ranked.length) return null
    const params = { ...proposal.params, except: except.join('\n') }
    const text = `${proposal.text}, ${except.length} sensitive weights left alone`
    const step = { pass: pass.id, params, fineTuning: null }
    const { kept } = await attempt(state, pass, step, { ...proposal, text }, run.bench, run.log)
    if (kept !== null) return kept
  }
  return null
}

/** Names of weights, the most sensitive first. */
async function bySensitivity(
  artefact: Artefact,
  pass: Pass,
  proposal: Proposal,
  { bench }: Run,
): Promise<readonly string[]> {
  const products = weightedProducts(artefact.model.graph).products
  const names = [...new Set(products.map(({ weight }) => weight.name))]
  const far: { readonly name: string; readonly divergence: number }[] = []
  for (const name of names) {
    const except = names.filter((other) => other !== name).join('\n')
    const alone = { ...proposal, params: { ...proposal.params, except } }
    const { artefact: coarse } = pass.apply(artefact, alone, new Map())
    far.push({ name, divergence: await divergence(coarse, bench) })
  }
  return far.toSorted((a, b) => b.divergence - a.divergence).map(({ name }) => name)
}
