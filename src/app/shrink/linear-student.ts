import { passFor } from '../../core/compress/table.ts'
import type { LabelledText } from '../../core/student/example.ts'
import { linearTraining } from '../../core/student/linear.ts'
import { LinearClassifier } from '../../core/student/runtime-linear.ts'
import { encodeLinear } from '../../core/student/student-forms.ts'
import { classesOf, scoresOf } from './answers.ts'
import type { Bench, Log } from './bench.ts'
import type { Contender } from './contender.ts'
import { requireTime } from './fine-tune.ts'
import type { Part } from './inputs.ts'
import { writtenTrial } from './trial-log.ts'

const about = {
  step: { pass: passFor.baseline, params: {}, fineTuning: null },
  text: 'word and character n-grams with a logistic layer in its place',
  family: 'distil',
  predicted: { bytes: 0, cpuShare: 0 },
  ...{ savesBytes: true, probe: false },
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
  const { corpus, training, items } = bench
  const { texts } = corpus
  if (training === null || texts === null || items.texts === null) return null
  const { kept } = await writtenTrial({ ...about, on: original }, bench, log, async () => {
    const taught = await teach(texts, labels, bench)
    const changes = [`${taught.features} n-grams, taught by ${corpus.size} texts`]
    return { ...taught, changes, scores: taught.right(items), earlierCpuS: null }
  })
  if (kept === null) return null
  const { id, bytes, scores, file, right, work } = kept
  return {
    ...{ id, bytes, scores, text: about.text, recipe: [], state: null },
    files: new Map([['model.safetensors', file]]),
    right: async (part) => right(part),
    work: () => work(items),
  }
}

/** Trained on the corpus with the original's probabilities; one strength of L2, as the answers are soft already. */
async function teach(texts: readonly string[], labels: readonly string[], bench: Bench) {
  const rows = await rowsOf(texts, labels, bench)
  const training = linearTraining(rows, { labels, seed: bench.seed, costs: [10] })
  let next = training.next()
  while (!next.done) {
    bench.signal?.throwIfAborted()
    requireTime(bench.expired)
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
  { training, classes }: Bench,
): Promise<readonly LabelledText[]> {
  const { logits, own } = (await training?.()) ?? { logits: new Float32Array(), own: 0 }
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
