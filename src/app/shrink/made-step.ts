import { refusedEarly } from '../../core/compress/gate.ts'
import type { Artefact, Pass, Proposal } from '../../core/compress/pass.ts'
import { decodeModel } from '../../core/onnx/decode.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { RecipeStep } from '../../core/result/compression.ts'
import { classesOf, openAnswering, scoresOf } from './answers.ts'
import { fineTuned, type Patch, patch } from './apply-step.ts'
import type { Bench, Log, State } from './bench.ts'
import { verifyPromise } from './pass-promise.ts'

/** What is tried: a step of a pass on a state. */
export interface Step {
  readonly state: State
  readonly pass: Pass
  readonly step: RecipeStep
  readonly proposal: Proposal
}

/** A step's model, judged. */
export interface Made extends Patch {
  /** Of the items that were looked at: fewer than all where it was certainly worse. */
  readonly scores: Uint8Array
  readonly id: string
  readonly bytes: number
  /** What was to be fine-tuned and judged: two steps that cut the same are one. */
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
export async function made(what: Step, bench: Bench, log: Log): Promise<Made | null> {
  const { state, step } = what
  const name = bench.digest(encoder.encode(JSON.stringify([bench.fingerprint, state.id, step])))
  if (log.seen.has(name)) return null
  log.seen.set(name, log.trials.length + 1)
  const before = await resumed(state, name, bench)
  if (before !== null) {
    if (log.seen.has(before.key)) return null
    log.seen.set(before.key, log.trials.length + 1)
    return log.made.has(name) ? { ...before, earlierCpuS: null } : before
  }
  const found = await fresh(what, bench, log)
  if (found === null) return null
  await remember(name, found, state, bench)
  log.made.add(name)
  return found
}

async function fresh(
  { state, pass, step, proposal }: Step,
  bench: Bench,
  log: Log,
): Promise<(Made & { readonly cpuS: number }) | null> {
  const started = bench.own.cpuS()
  const patched = await patch(state.artefact, pass, { ...proposal, params: step.params }, bench)
  const cut = bench.digest(encodeModel(patched.artefact.model))
  const key = JSON.stringify([cut, step.pass, step.fineTuning, patched.artefact.maxLength ?? null])
  if (log.seen.has(key)) return null
  log.seen.set(key, log.trials.length + 1)
  const result = await fineTuned(patched, step, bench)
  await verifyPromise(state, result.artefact, proposal, step, bench)
  const scores = await judged(result.artefact, bench)
  const model = encodeModel(result.artefact.model)
  const id = bench.digest(model)
  const cpuS = bench.own.cpuS() - started
  return { ...result, scores, id, key, bytes: model.byteLength, earlierCpuS: null, cpuS }
}

/** Keeps what a step made for an interrupted search. */
async function remember(
  name: string,
  { artefact, id, key, changes, scores, cpuS }: Made & { readonly cpuS: number },
  state: State,
  { keep }: Bench,
): Promise<void> {
  const { model, ...sidecar } = artefact
  const { model: _, ...own } = state.artefact
  const same = JSON.stringify(sidecar) === JSON.stringify(own)
  const note: Note = {
    ...{ model: id, key, changes, cpuS, scores: scores.join('') },
    sidecar: same ? null : sidecar,
  }
  await keep.save(`${name}.onnx`, encodeModel(model))
  await keep.save(`${name}.json`, encoder.encode(JSON.stringify(note)))
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
