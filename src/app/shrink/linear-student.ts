import { alphaOfTrial, gate } from '../../core/compress/gate.ts'
import { passFor } from '../../core/compress/table.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Trial } from '../../core/result/compression.ts'
import type { LabelledText } from '../../core/student/example.ts'
import { linearTraining } from '../../core/student/linear.ts'
import { LinearClassifier } from '../../core/student/runtime-linear.ts'
import { encodeLinear } from '../../core/student/student-forms.ts'
import { classesOf, scoresOf } from './answers.ts'
import { endsSearch } from './attempt.ts'
import type { Bench, Log } from './bench.ts'
import type { Contender } from './contender.ts'
import type { Part } from './inputs.ts'

const about = {
  pass: passFor.baseline,
  params: {},
  text: 'word and character n-grams with a logistic layer in its place',
} as const

/**
 * The simple alternative, tried before anything with attention: n-grams taught by the original's answers to the training texts. Judged and
 * written down like every trial; null where it is refused, or where nothing can be learned from.
 */
export async function linearStudent(
  original: { readonly id: string; readonly bytes: number },
  labels: readonly string[],
  bench: Bench,
  log: Log,
): Promise<Contender | null> {
  const { corpus, lessons, items, gate: spec } = bench
  if (lessons === null || corpus.texts === null || items.texts === null) return null
  const started = bench.cpuS()
  const number = log.trials.length + 1
  const base = {
    ...{ number, parent: original.id, text: about.text, resumed: false },
    family: 'distil',
    step: { pass: about.pass, params: about.params, heal: null },
    predicted: { bytes: 0, cpuShare: 0 },
  } as const
  try {
    const taught = await teach(corpus.texts, labels, bench)
    const scores = taught.right(items)
    const verdict = gate(scores, bench.original, spec, alphaOfTrial(spec.alpha, number))
    const { bytes } = taught
    const keeps = verdict.kind !== 'refused' && bytes < original.bytes
    const trial: Trial = {
      ...base,
      bytes: { before: original.bytes, after: bytes },
      changes: [`${taught.features} n-grams, taught by ${corpus.size} texts`],
      gate: verdict,
      verdict: keeps ? 'kept' : 'refused',
      reason: bytes < original.bytes ? verdict.reason : 'it saves no bytes',
      cpuS: bench.cpuS() - started,
      model: taught.id,
    }
    written(trial, bench, log)
    if (!keeps) return null
    return {
      ...{ id: taught.id, bytes, scores, text: about.text },
      recipe: [],
      state: null,
      files: new Map([['model.safetensors', taught.file]]),
      right: async (part) => taught.right(part),
      work: () => taught.work(items),
    }
  } catch (error) {
    if (!(error instanceof RightsizeError) || endsSearch(error)) throw error
    const trial: Trial = {
      ...base,
      ...{ bytes: { before: original.bytes, after: original.bytes }, changes: [], gate: null },
      verdict: 'failed',
      reason: `${error.code}: ${error.message}`,
      cpuS: bench.cpuS() - started,
      model: original.id,
    }
    written(trial, bench, log)
    return null
  }
}

function written(trial: Trial, bench: Bench, log: Log): void {
  log.trials.push(trial)
  const loss =
    trial.gate === null ? trial.reason : `loss ${(100 * trial.gate.loss).toFixed(2)} points`
  bench.say(
    `${String(trial.number).padStart(3)} ${trial.verdict.padEnd(7)} ${trial.text}: ${(trial.bytes.after / 1e6).toFixed(2)} MB, ${loss}, ${trial.cpuS.toFixed(1)} CPU-s`,
  )
}

/** Trained on the corpus with the original's probabilities; one strength of L2, as the answers are soft already. */
async function teach(texts: readonly string[], labels: readonly string[], bench: Bench) {
  const rows = await rowsOf(texts, labels, bench)
  const training = linearTraining(rows, { labels, seed: bench.seed, costs: [10] })
  let next = training.next()
  while (!next.done) {
    bench.signal?.throwIfAborted()
    next = training.next()
  }
  const { model } = next.value
  const file = encodeLinear(model)
  const reader = new LinearClassifier(model)
  const read = ({ texts: asked }: Part) => (asked ?? []).map((text) => reader.best(text))
  return {
    file,
    id: bench.digest(file),
    bytes: file.byteLength,
    features: model.scales.length,
    right: (part: Part) => scoresOf(read(part), part.labels),
    work: (part: Part) => ({
      items: Math.min(64, part.size),
      run: async () => {
        for (const text of (part.texts ?? []).slice(0, 64)) reader.best(text)
      },
    }),
  }
}

async function rowsOf(
  texts: readonly string[],
  labels: readonly string[],
  { lessons, classes }: Bench,
): Promise<readonly LabelledText[]> {
  const { logits, own } = (await lessons?.()) ?? { logits: new Float32Array(), own: 0 }
  const answers = classesOf(logits.subarray(0, own * classes), classes)
  return texts.slice(0, own).map((text, row) => ({
    text,
    label: labels[answers[row] ?? 0] ?? '',
    soft: softmax(logits.subarray(row * classes, (row + 1) * classes)),
  }))
}

function softmax(logits: Float32Array): Float32Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const powers = logits.map((value) => Math.exp(value - most))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((value) => value / sum)
}
