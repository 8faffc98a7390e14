import type { TensorEngine } from '../../contract/tensors.ts'
import { alphaOfTrial, type GateSpec, type GateVerdict, gate } from '../../core/compress/gate.ts'
import type { Artefact, Pass, Proposal, Stats } from '../../core/compress/pass.ts'
import type { Healing, RecipeStep, Trial } from '../../core/compress/trial.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Model } from '../../core/onnx/model.ts'
import { seededRandom } from '../../core/stats/random.ts'
import { classesOf, judgedBatch, logitsOf, scoresOf } from './answers.ts'
import { collectStats } from './collect-stats.ts'
import { heal, type Lessons } from './heal.ts'
import { measureCost } from './measure-cost.ts'
import { type TextRows, textFeeds } from './text-rows.ts'
import { verifyModels } from './verify.ts'

/** Bytes by name that survive an interruption; `load` gives null where there are none. */
export interface Keep {
  load(name: string): Promise<Uint8Array | null>
  save(name: string, bytes: Uint8Array): Promise<void>
}

/** What every trial needs and none changes. */
export interface Bench {
  readonly engine: TensorEngine
  readonly digest: (bytes: Uint8Array) => string
  readonly cpuS: () => number
  readonly keep: Keep
  readonly signal?: AbortSignal | undefined
  readonly say: (text: string) => void
  readonly padId: number
  readonly classes: number
  readonly gate: GateSpec
  readonly seed: number
  /** Items of the gate, and whether the original is right on each. */
  readonly rows: TextRows
  readonly original: Uint8Array
  readonly originalLogits: Float32Array
  /** Texts with the original's answers; asked for once, when something is to be healed. */
  readonly lessons: () => Promise<Lessons>
  /** Names everything that a trial's result depends on beside model and step: data, engine, seed. */
  readonly fingerprint: string
}

/** A model that the search reached. */
export interface State {
  readonly artefact: Artefact
  readonly id: string
  readonly bytes: number
  readonly recipe: readonly RecipeStep[]
  readonly scores: Uint8Array
  readonly gate: GateVerdict | null
}

/** Trials so far; grows. */
export interface Log {
  readonly trials: Trial[]
  resumed: number
}

export function stateOf(artefact: Artefact, bench: Bench): State {
  const bytes = encodeModel(artefact.model)
  const id = bench.digest(bytes)
  return { artefact, id, bytes: bytes.byteLength, recipe: [], scores: bench.original, gate: null }
}

export const statBatches = (
  model: Model,
  { rows, padId }: Pick<Bench, 'rows' | 'padId'>,
  most = 512,
) =>
  Array.from({ length: Math.ceil(Math.min(most, rows.ids.length) / judgedBatch) }, (_, at) =>
    textFeeds(
      model.graph,
      rows.ids,
      Array.from(
        { length: Math.min(judgedBatch, rows.ids.length - at * judgedBatch) },
        (__, i) => at * judgedBatch + i,
      ),
      padId,
    ),
  )

/** Applies a recipe step: the pass, then the healing. The one way by which search and replay make models. */
export async function applyStep(
  artefact: Artefact,
  pass: Pass,
  step: RecipeStep,
  proposal: Proposal,
  bench: Pick<Bench, 'engine' | 'rows' | 'padId' | 'lessons' | 'signal'>,
): Promise<{ readonly artefact: Artefact; readonly changes: readonly string[] }> {
  const asked = { ...proposal, params: step.params }
  const requests = pass.needs(artefact, asked)
  const { engine, signal } = bench
  const stats: Stats =
    requests.length === 0
      ? new Map()
      : await collectStats(artefact.model, requests, {
          batches: statBatches(artefact.model, bench),
          engine,
          ...(signal ? { signal } : {}),
        })
  const patched = pass.apply(artefact, asked, stats)
  if (step.heal === null) return patched
  const model = await heal(patched.artefact.model, await bench.lessons(), step.heal, bench)
  const { steps } = step.heal
  return {
    artefact: { ...patched.artefact, model },
    changes: [...patched.changes, `healed by ${steps} steps on the original's answers`],
  }
}

interface Made {
  readonly artefact: Artefact
  readonly changes: readonly string[]
  readonly scores: Uint8Array
  readonly id: string
  readonly bytes: number
  readonly resumed: boolean
}

const encoder = new TextEncoder()

/** A step's model and scores, from an earlier run of the same search where there was one. */
async function made(
  state: State,
  pass: Pass,
  step: RecipeStep,
  proposal: Proposal,
  bench: Bench,
): Promise<Made> {
  const name = bench.digest(encoder.encode(JSON.stringify([bench.fingerprint, state.id, step])))
  const [stored, note] = [
    await bench.keep.load(`${name}.onnx`),
    await bench.keep.load(`${name}.json`),
  ]
  if (stored !== null && note !== null) {
    const { changes, scores } = JSON.parse(new TextDecoder().decode(note)) as {
      changes: string[]
      scores: string
    }
    const model = decodeModel(stored)
    return {
      artefact: { ...state.artefact, model },
      changes,
      scores: Uint8Array.from(scores, Number),
      id: bench.digest(stored),
      bytes: stored.byteLength,
      resumed: true,
    }
  }
  const { artefact, changes } = await applyStep(state.artefact, pass, step, proposal, bench)
  await verify(state, artefact, proposal, step, bench)
  const answers = classesOf(
    await logitsOf(artefact.model, bench.rows.ids, bench.classes, bench),
    bench.classes,
  )
  const scores = scoresOf(answers, bench.rows.labels)
  const bytes = encodeModel(artefact.model)
  await bench.keep.save(`${name}.onnx`, bytes)
  const note2 = JSON.stringify({ changes, scores: scores.join('') })
  await bench.keep.save(`${name}.json`, encoder.encode(note2))
  return {
    artefact,
    changes,
    scores,
    id: bench.digest(bytes),
    bytes: bytes.byteLength,
    resumed: false,
  }
}

/** Holds a pass to its promise; a broken promise is an error of the pass, and the trial is thrown away. */
async function verify(
  state: State,
  after: Artefact,
  { exactness }: Proposal,
  { heal: healing }: RecipeStep,
  bench: Bench,
): Promise<void> {
  if (healing !== null || exactness === 'lossy') return
  if (exactness === 'exact-on-calibration') return verifyOnRows(state, after, bench)
  const source = seededRandom(bench.seed)
  const limit = exactness === 'bitwise' ? { maxUlp: 0 } : {}
  const options = { random: () => source.next(), ...limit }
  const found = await verifyModels(state.artefact.model, after.model, bench.engine, options)
  const failure = found.comparisons.find((one) => one.failure !== null)?.failure
  if (failure) throw new RightsizeError('SHRINK_PASS', `outputs changed: ${failure}`)
}

async function verifyOnRows(state: State, after: Artefact, bench: Bench): Promise<void> {
  const ids = bench.rows.ids.slice(0, 512)
  const before = await logitsOf(state.artefact.model, ids, bench.classes, bench)
  const now = await logitsOf(after.model, ids, bench.classes, bench)
  const scale = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const apart = before.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (now[at] ?? 0))),
    0,
  )
  if (apart > 1e-5 * scale)
    throw new RightsizeError('SHRINK_PASS', `logits moved by ${apart} of ${scale} on calibration`)
}

/** One trial: apply, verify, judge, write down. Returns the new state where it is kept. */
export async function attempt(
  state: State,
  pass: Pass,
  step: RecipeStep,
  proposal: Proposal,
  bench: Bench,
  log: Log,
  probe = false,
): Promise<State | null> {
  bench.signal?.throwIfAborted()
  const started = bench.cpuS()
  const number = log.trials.length + 1
  const text = `${proposal.text}${healText(step)}`
  const base = {
    number,
    parent: state.id,
    step,
    text,
    predicted: proposal.saves,
  }
  try {
    const result = await made(state, pass, step, proposal, bench)
    if (result.resumed) log.resumed += 1
    const verdict = gate(
      result.scores,
      bench.original,
      bench.gate,
      alphaOfTrial(bench.gate.alpha, number),
    )
    const smaller = result.bytes < state.bytes || proposal.saves.bytes === 0
    const kept = verdict.kind !== 'refused' && smaller
    const trial: Trial = {
      ...base,
      bytes: { before: state.bytes, after: result.bytes },
      changes: result.changes,
      gate: verdict,
      verdict: probe ? 'probed' : kept ? 'kept' : 'refused',
      reason: smaller ? verdict.reason : 'it saves no bytes',
      cpuS: bench.cpuS() - started,
      model: result.id,
      ...(probe ? { cost: await costAgainst(state, result.artefact, bench) } : {}),
    }
    log.trials.push(trial)
    bench.say(lineOf(trial))
    if (!kept || probe) return null
    const { artefact, id, bytes, scores } = result
    return { artefact, id, bytes, scores, recipe: [...state.recipe, step], gate: verdict }
  } catch (error) {
    if (!(error instanceof RightsizeError)) throw error
    const bytes = { before: state.bytes, after: state.bytes }
    const reason = `${error.code}: ${error.message}`
    const trial: Trial = {
      ...base,
      bytes,
      changes: [],
      gate: null,
      verdict: 'failed',
      reason,
      cpuS: bench.cpuS() - started,
      model: state.id,
    }
    log.trials.push(trial)
    bench.say(lineOf(trial))
    return null
  }
}

/** Whether a number format is faster here: the factor is part of the report even where the format is not taken. */
function costAgainst(state: State, { model }: Artefact, bench: Bench) {
  const { engine, padId, cpuS } = bench
  const options = { engine, padId, cpuS, batch: 1, rounds: 6, windowS: 0.06 }
  return measureCost(state.artefact.model, model, bench.rows.ids, options)
}

const healText = ({ params, heal: healing }: RecipeStep): string => {
  const { repair } = params
  const fixed = typeof repair === 'string' && repair !== 'none' ? `, ${repair}` : ''
  return `${fixed}${healing === null ? '' : `, ${healing.steps} healing steps`}`
}

function lineOf({ number, text, verdict, gate: judged, bytes, cpuS, reason, cost }: Trial): string {
  const loss = judged === null ? reason : `loss ${(100 * judged.loss).toFixed(2)} points`
  const size = `${(bytes.before / 1e6).toFixed(2)} -> ${(bytes.after / 1e6).toFixed(2)} MB`
  const factor = cost === undefined ? '' : `, CPU ${cost.times.toFixed(2)}x less`
  return `${String(number).padStart(3)} ${verdict.padEnd(7)} ${text}: ${size}, ${loss}${factor}, ${cpuS.toFixed(1)} CPU-s`
}

/** Mean Kullback-Leibler divergence of the original's answers from the model's on the first rows: a cheap rank between equal savings. */
export async function divergence(model: Model, bench: Bench, rows = 200): Promise<number> {
  const { classes } = bench
  const ids = bench.rows.ids.slice(0, rows)
  const logits = await logitsOf(model, ids, classes, bench)
  let sum = 0
  for (let row = 0; row < ids.length; row += 1) {
    const p = logShares(bench.originalLogits.subarray(row * classes, (row + 1) * classes))
    const q = logShares(logits.subarray(row * classes, (row + 1) * classes))
    for (let c = 0; c < classes; c += 1) sum += Math.exp(p[c] ?? 0) * ((p[c] ?? 0) - (q[c] ?? 0))
  }
  return sum / Math.max(1, ids.length)
}

function logShares(logits: Float32Array): readonly number[] {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0))
  return Array.from(logits, (value) => value - most - total)
}

export const healingOf = (bench: Bench, steps: number, rate: number): Healing => ({
  steps,
  batch: 32,
  rate,
  temperature: 2,
  seed: bench.seed,
})
