import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type {
  Runtime,
  RuntimeContext,
  RuntimeItem,
  RuntimeSession,
} from '../../contract/runtime.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Answer } from '../../core/spec/answer.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { decodeLinear } from '../../core/student/linear-form.ts'
import { LinearClassifier } from '../../core/student/runtime-linear.ts'

/** Texts per message to the child; the model needs microseconds each. */
const batchSize = 256
/** Name of the file inside a model folder. */
const fileName = 'model.safetensors'

/** The linear n-gram student: one safetensors file, format rightsize-linear@1. */
export function createLinearRuntime(): Runtime {
  return { kind: 'linear', open: openLinearModel }
}

async function openLinearModel(
  candidate: CandidateSpec,
  context: RuntimeContext,
): Promise<RuntimeSession> {
  const file = fileOf(candidate, context)
  const bytes = readFileSync(file)
  const model = decodeLinear(bytes)
  const classifier = new LinearClassifier(model)
  return {
    identity: {
      model: candidate.model ?? '',
      revision: createHash('sha256').update(bytes).digest('hex'),
      precision: 'int8',
      engine: 'rightsize-linear@1',
      floating: false,
      parameters: model.hashes.length * model.labels.length,
      bytes: bytes.length,
      labels: model.labels,
    },
    batchSize,
    answer: async (batch) => batch.map((item) => answerOf(classifier, item)),
    usage: async () => ({
      pids: [process.pid],
      threads: 1,
      loadS: null,
      loadCpuS: null,
      peakRssBytes: null,
    }),
    close: async () => undefined,
  }
}

function fileOf(candidate: CandidateSpec, context: RuntimeContext): string {
  if (!candidate.model)
    throw new RightsizeError('MODEL_NOT_FOUND', `candidate ${candidate.id} names no model`, {
      next: 'Give the path of a trained student, or set train: true.',
    })
  const { model } = candidate
  const path = isAbsolute(model) ? model : resolve(context.baseDir, model)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) throw new RightsizeError('MODEL_NOT_FOUND', `${path} does not exist`)
  return stat.isDirectory() ? join(path, fileName) : path
}

function answerOf(classifier: LinearClassifier, { input }: RuntimeItem): Answer {
  const { labels } = classifier.model
  const { label, probabilities } = classifier.classify(textOf(input))
  return {
    ok: true,
    output: {
      kind: 'label',
      label,
      probabilities: Object.fromEntries(labels.map((name, i) => [name, probabilities[i] ?? 0])),
    },
  }
}

/** Several fields are read as one text, in their order. */
function textOf(input: RuntimeItem['input']): string {
  return typeof input === 'string' ? input : Object.values(input).map(String).join('\n')
}
