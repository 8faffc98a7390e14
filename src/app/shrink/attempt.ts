import { alphaOfTrial, gate, refusedEarly } from '../../core/compress/gate.ts'
import type { Artefact, Pass, Proposal, Stats } from '../../core/compress/pass.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import { seededRandom } from '../../core/random/random.ts'
import type { RecipeStep, Trial } from '../../core/result/compression.ts'
import { byCpuTime } from '../measure/own-process.ts'
import { classesOf, logitsOf, openAnswering, scoresOf } from './answers.ts'
import { type Bench, emptyLog, type Log, type State, statBatches } from './bench.ts'
import { collectStats } from './collect-stats.ts'
import { heal } from './heal.ts'
import { measureCost } from './measure-cost.ts'
import { verifyModels } from './verify.ts'

interface Patch {
  readonly artefact: Artefact
  readonly changes: readonly string[]
}

/** The pass of a step, with the statistics that it needs; nothing is healed yet. */
async function patch(
  artefact: Artefact,
  pass: Pass,
  proposal: Proposal,
  bench: Pick<Bench, 'engine' | 'corpus' | 'signal'>,
): Promise<Patch> {
  const requests = pass.needs(artefact, proposal)
  const { engine, signal } = bench
  const stats: Stats =
    requests.length === 0
      ? new Map()
      : await collectStats(artefact.model, requests, {
          batches: statBatches(artefact, bench),
          engine,
          ...(signal ? { signal } : {}),
        })
  return pass.apply(artefact, proposal, stats)
}

async function healed(patched: Patch, step: RecipeStep, bench: Bench): Promise<Patch> {
  if (step.heal === null) return patched
  if (bench.lessons === null)
    throw new RightsizeError('SHRINK_TASK', 'the spec names no train part: nothing can be healed')
  const model = await heal(patched.artefact, await bench.lessons(), step.heal, bench)
  const { steps } = step.heal
  return {
    artefact: { ...patched.artefact, model },
    changes: [...patched.changes, `trained by ${steps} steps on the original's answers`],
  }
}

/** Applies a recipe step: the pass, then the healing. The one way by which search and replay make models. */
export async function applyStep(
  artefact: Artefact,
  pass: Pass,
  step: RecipeStep,
  proposal: Proposal,
  bench: Bench,
): Promise<Patch> {
  const patched = await patch(artefact, pass, { ...proposal, params: step.params }, bench)
  return healed(patched, step, bench)
}

interface Made extends Patch {
  /** Of the items that were looked at: fewer than all where it was certainly worse. */
  readonly scores: Uint8Array
  readonly id: string
  readonly bytes: number
  /** What was to be healed and judged: two steps that cut the same are one. */
  readonly key: string
  /** CPU seconds of the earlier run where the trial was resumed; null where it was made now. */
  readonly earlierCpuS: number | null
}

/** What of an artefact is no model; kept beside it for an interrupted search. */
type Sidecar = Omit<Artefact, 'model'>

interface Note {
  /** Digest of the model beside it: a file that was cut short or changed is not taken. */
  readonly model: string
  readonly key: string
  readonly changes: readonly string[]
  readonly scores: string
  readonly cpuS: number
  /** Null where the step leaves it as it was. */
  readonly sidecar: Sidecar | null
}

const encoder = new TextEncoder()

/** What an earlier run made of this step; null where it made nothing, left half of it, or stopped judging where this search would go on. */
async function resumed(state: State, name: string, bench: Bench): Promise<Made | null> {
  const [stored, text] = [
    await bench.keep.load(`${name}.onnx`),
    await bench.keep.load(`${name}.json`),
  ]
  const note = text === null ? null : noteOf(text)
  if (stored === null || note === null || bench.digest(stored) !== note.model) return null
  const scores = Uint8Array.from(note.scores, Number)
  const own = bench.original.subarray(0, scores.length)
  const whole = scores.length === bench.original.length
  // With another margin fewer items may be enough to refuse, or too few.
  if (!whole && !refusedEarly(scores, own, bench.gate.margin)) return null
  return {
    artefact: { ...(note.sidecar ?? state.artefact), model: decodeModel(stored) },
    ...{ changes: note.changes, scores, id: note.model, key: note.key, bytes: stored.byteLength },
    earlierCpuS: note.cpuS,
  }
}

function noteOf(text: Uint8Array): Note | null {
  try {
    return JSON.parse(new TextDecoder().decode(text)) as Note
  } catch {
    return null
  }
}

/** A step's model and scores, from an earlier run of the same search where there was one. Null where this search has made the same before. */
async function made(
  state: State,
  pass: Pass,
  step: RecipeStep,
  proposal: Proposal,
  bench: Bench,
  log: Log,
): Promise<Made | null> {
  const name = bench.digest(encoder.encode(JSON.stringify([bench.fingerprint, state.id, step])))
  if (log.seen.has(name)) return null
  log.seen.set(name, log.trials.length + 1)
  const before = await resumed(state, name, bench)
  if (before !== null) {
    if (log.seen.has(before.key)) return null
    log.seen.set(before.key, log.trials.length + 1)
    return log.made.has(name) ? { ...before, earlierCpuS: null } : before
  }
  const started = bench.cpuS()
  const patched = await patch(state.artefact, pass, { ...proposal, params: step.params }, bench)
  const cut = bench.digest(encodeModel(patched.artefact.model))
  const key = JSON.stringify([cut, step.pass, step.heal, patched.artefact.maxLength ?? null])
  if (log.seen.has(key)) return null
  log.seen.set(key, log.trials.length + 1)
  const result = await healed(patched, step, bench)
  await verify(state, result.artefact, proposal, step, bench)
  const scores = await judged(result.artefact, bench)
  const bytes = encodeModel(result.artefact.model)
  const { model: _, ...sidecar } = result.artefact
  const { model: __, ...own } = state.artefact
  const same = JSON.stringify(sidecar) === JSON.stringify(own)
  const id = bench.digest(bytes)
  const note: Note = {
    ...{ model: id, key },
    changes: result.changes,
    scores: scores.join(''),
    cpuS: bench.cpuS() - started,
    sidecar: same ? null : sidecar,
  }
  await bench.keep.save(`${name}.onnx`, bytes)
  await bench.keep.save(`${name}.json`, encoder.encode(JSON.stringify(note)))
  log.made.add(name)
  return { ...result, scores, id, key, bytes: bytes.byteLength, earlierCpuS: null }
}

/** Items between two looks; the first decides most clear cases. */
const looks = [150, 350, Number.POSITIVE_INFINITY] as const

/** Right or wrong on the gate's items, in their order, until they refuse for sure. */
async function judged(artefact: Artefact, bench: Bench): Promise<Uint8Array> {
  const { items, classes, original, gate: spec } = bench
  const answering = await openAnswering(artefact.model, items.inputs(artefact), classes, bench)
  try {
    let scores: readonly number[] = []
    for (const look of looks) {
      const end = Math.min(items.size, look)
      const rows = Array.from({ length: end - scores.length }, (_, at) => scores.length + at)
      const answers = classesOf(await answering.logits(rows), classes)
      const right = scoresOf(
        answers,
        rows.map((row) => items.labels[row] ?? -1),
      )
      scores = [...scores, ...right]
      if (end === items.size || refusedEarly(scores, original.subarray(0, end), spec.margin)) break
    }
    return Uint8Array.from(scores)
  } finally {
    await answering.close()
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
  if (exactness === 'exact-on-calibration') return verifyOnCorpus(state, after, bench)
  const source = seededRandom(bench.seed)
  const limit = exactness === 'bitwise' ? { maxUlp: 0 } : {}
  const options = { random: () => source.next(), ...limit }
  const found = await verifyModels(state.artefact.model, after.model, bench.engine, options)
  const failure = found.comparisons.find((one) => one.failure !== null)?.failure
  if (failure) throw new RightsizeError('SHRINK_PASS', `outputs changed: ${failure}`)
}

/** Tokens of the whole corpus, and logits of its first rows, each artefact with its own tokens. */
async function verifyOnCorpus(state: State, after: Artefact, bench: Bench): Promise<void> {
  const { corpus, classes } = bench
  if (after.idsKept !== state.artefact.idsKept) verifyTokens(state.artefact, after, bench)
  const rows = Array.from({ length: Math.min(512, corpus.size) }, (_, row) => row)
  const of = (one: Artefact) => logitsOf(one.model, corpus.inputs(one), classes, bench, rows)
  const [before, now] = [await of(state.artefact), await of(after)]
  const scale = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const apart = before.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (now[at] ?? 0))),
    0,
  )
  if (apart > 1e-5 * scale)
    throw new RightsizeError('SHRINK_PASS', `logits moved by ${apart} of ${scale} on the corpus`)
}

/** Every text of the corpus must come apart as before, in the original's numbers. */
function verifyTokens(before: Artefact, after: Artefact, { corpus, open }: Bench): void {
  if (open === null || corpus.texts === null) return
  const [old, now] = [open(before), open(after)]
  const originally = ({ idsKept }: Artefact, ids: readonly number[]) =>
    ids.map((id) => idsKept?.[id] ?? (idsKept === undefined ? id : -1)).join(' ')
  const other = corpus.texts.find(
    (text) => originally(before, old.encode(text).ids) !== originally(after, now.encode(text).ids),
  )
  if (other === undefined) return
  const what = `the trimmed tokenizer takes "${other.slice(0, 60)}" apart otherwise than before`
  throw new RightsizeError('SHRINK_PASS', what)
}

/** How an attempt is made: a probe only measures and keeps nothing. */
export interface AttemptOptions {
  readonly probe?: boolean
}

/** What came of a trial. `trial` is null where the same model had been tried before. */
export interface Attempted {
  readonly kept: State | null
  readonly trial: Trial | null
}

const noSaving = 'it saves no bytes'

/** One trial: apply, heal, verify, judge, write down. */
export async function attempt(
  state: State,
  pass: Pass,
  step: RecipeStep,
  proposal: Proposal,
  bench: Bench,
  log: Log,
  { probe = false }: AttemptOptions = {},
): Promise<Attempted> {
  bench.signal?.throwIfAborted()
  const started = bench.cpuS()
  const number = log.trials.length + 1
  const base = {
    ...{ number, parent: state.id, step, family: pass.family, predicted: proposal.saves },
    text: `${proposal.text}${stepText(step, proposal)}`,
  }
  try {
    const own = probe ? { ...emptyLog(), made: log.made } : log
    const result = await made(state, pass, step, proposal, bench, own)
    if (result === null) return { kept: null, trial: null }
    if (result.earlierCpuS !== null) {
      log.resumed += 1
      log.earlierCpuS += result.earlierCpuS
    }
    const before = bench.original.subarray(0, result.scores.length)
    const verdict = gate(result.scores, before, bench.gate, alphaOfTrial(bench.gate.alpha, number))
    const smaller = result.bytes < state.bytes || proposal.saves.bytes === 0
    const whole = result.scores.length === bench.original.length
    const keeps = verdict.kind !== 'refused' && smaller && whole && !probe
    const trial: Trial = {
      ...base,
      bytes: { before: state.bytes, after: result.bytes },
      changes: result.changes,
      gate: verdict,
      verdict: probe ? 'probed' : keeps ? 'kept' : 'refused',
      reason: smaller ? verdict.reason : noSaving,
      cpuS: result.earlierCpuS ?? bench.cpuS() - started,
      resumed: result.earlierCpuS !== null,
      model: result.id,
      ...(probe ? await probedCost(state, result.artefact, bench) : {}),
    }
    written(trial, bench, log)
    if (!keeps) return { kept: null, trial }
    const { artefact, id, bytes, scores } = result
    const recipe = [...state.recipe, step]
    const kept = { artefact, id, bytes, scores, recipe, gate: verdict, text: trial.text }
    log.states.set(id, kept)
    return { kept, trial }
  } catch (error) {
    if (!(error instanceof RightsizeError) || endsSearch(error)) throw error
    const bytes = { before: state.bytes, after: state.bytes }
    const trial: Trial = {
      ...base,
      ...{ bytes, changes: [], gate: null, verdict: 'failed', resumed: false },
      reason: `${error.code}: ${error.message}`,
      cpuS: bench.cpuS() - started,
      model: state.id,
    }
    written(trial, bench, log)
    return { kept: null, trial }
  }
}

/** Without room for what trials give, every later one would be paid for and lost. */
export const endsSearch = ({ code }: RightsizeError): boolean =>
  code === 'DISK_FULL' || code === 'WRITE_FAILED'

function written(trial: Trial, bench: Bench, log: Log): void {
  log.trials.push(trial)
  bench.say(lineOf(trial))
}

/** Whether a number format is faster here: the factor is part of the report even where the format is not taken. */
async function probedCost(
  state: State,
  after: Artefact,
  { costEngine: engine, own, items }: Bench,
): Promise<Pick<Trial, 'cost'>> {
  const of = (artefact: Artefact) => ({ model: artefact.model, inputs: items.inputs(artefact) })
  const options = { engine, own: byCpuTime(own), batch: 1, rounds: 6, windowS: 0.06 }
  const cost = await measureCost(of(state.artefact), of(after), options)
  return cost === null ? {} : { cost }
}

const stepText = ({ params, heal: healing }: RecipeStep, { training }: Proposal): string => {
  const { repair } = params
  const fixed = typeof repair === 'string' && repair !== 'none' ? `, ${repair}` : ''
  const how = training === undefined ? 'healing' : 'training'
  return `${fixed}${healing === null ? '' : `, ${healing.steps} ${how} steps`}`
}

function lineOf({ number, text, verdict, gate: judged, bytes, cpuS, reason, cost }: Trial): string {
  const loss =
    judged === null || reason === noSaving
      ? reason
      : `loss ${(100 * judged.loss).toFixed(2)} points`
  const size = `${(bytes.before / 1e6).toFixed(2)} -> ${(bytes.after / 1e6).toFixed(2)} MB`
  const factor = cost === undefined ? '' : `, CPU ${cost.times.toFixed(2)}x less`
  return `${String(number).padStart(3)} ${verdict.padEnd(7)} ${text}: ${size}, ${loss}${factor}, ${cpuS.toFixed(1)} CPU-s`
}
