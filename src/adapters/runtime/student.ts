import type {
  Runtime,
  RuntimeContext,
  RuntimeItem,
  RuntimeSession,
} from '../../contract/runtime.ts'
import type { Answer } from '../../core/data/answer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { Classified } from '../../core/student/example.ts'
import { LinearClassifier } from '../../core/student/runtime-linear.ts'
import { StaticClassifier } from '../../core/student/runtime-static.ts'
import {
  classifyHead,
  decodeHead,
  decodeLinear,
  decodeStatic,
} from '../../core/student/student-forms.ts'
import { encoderOf, type StudentFile, studentFile } from './student/file.ts'

/** Texts per message to the child; these models need microseconds each. */
const batchSize = 256
/** A head waits for its encoder, which likes smaller batches. */
const headBatchSize = 32

/** What reads one text. */
interface TextStudent {
  readonly labels: readonly string[]
  readonly parameters: number
  readonly precision: string
  classify(text: string): Classified
}

/** How the bytes of each kind become a student. */
const textStudents = {
  linear: (bytes: Uint8Array): TextStudent => {
    const model = decodeLinear(bytes)
    const classifier = new LinearClassifier(model)
    return {
      labels: model.labels,
      parameters: model.weights.length + model.bias.length,
      precision: model.weights instanceof Int8Array ? 'int8' : 'fp32',
      classify: (text) => classifier.classify(text),
    }
  },
  static: (bytes: Uint8Array): TextStudent => {
    const model = decodeStatic(bytes)
    const classifier = new StaticClassifier(model)
    const dense = model.layers.reduce((n, { weights, bias }) => n + weights.length + bias.length, 0)
    return {
      labels: model.labels,
      parameters: model.embeddings.length + dense,
      precision: model.embeddings instanceof Int8Array ? 'int8' : 'fp32',
      classify: (text) => classifier.classify(text),
    }
  },
} as const

/** The linear n-gram student and the static-embedding student: one safetensors file each. */
export function createTextStudentRuntime(kind: keyof typeof textStudents): Runtime {
  return {
    kind,
    open: async (candidate, context) => {
      const file = studentFile(candidate, context)
      const student = textStudents[kind](file.bytes)
      return {
        identity: identityOf(candidate, file, { ...student, kind }),
        batchSize,
        answer: async (batch, signal) => {
          signal?.throwIfAborted()
          return batch.map(({ input }) => answerOf(student.labels, student.classify(textOf(input))))
        },
        usage,
        close: async () => undefined,
      }
    },
  }
}

/** A small classifier on the embeddings of a frozen encoder, which is opened by the onnx runtime in this same process. */
export function createHeadRuntime(encoders: Runtime): Runtime {
  return { kind: 'head', open: (candidate, context) => openHead(encoders, candidate, context) }
}

async function openHead(
  encoders: Runtime,
  candidate: CandidateSpec,
  context: RuntimeContext,
): Promise<RuntimeSession> {
  const file = studentFile(candidate, context)
  const model = decodeHead(file.bytes)
  const encoder = await encoders.open(encoderOf(candidate, file), context)
  const parameters = model.layers.reduce(
    (n, layer) => n + layer.weights.length + layer.bias.length,
    0,
  )
  const own = identityOf(candidate, file, {
    kind: 'head',
    precision: 'fp32',
    parameters,
    labels: model.labels,
  })
  return {
    identity: {
      ...own,
      revision: `${own.revision} on ${encoder.identity.revision}`,
      precision: encoder.identity.precision,
      engine: `${own.engine} on ${encoder.identity.engine}`,
      bytes: (own.bytes ?? 0) + (encoder.identity.bytes ?? 0),
      ...sumOfParameters(parameters, encoder),
    },
    batchSize: headBatchSize,
    answer: async (batch, signal) => {
      const vectors = await encoder.answer(batch, signal)
      return vectors.map((answer) => (answer.ok ? headAnswer(model, answer) : answer))
    },
    usage: encoder.usage,
    close: encoder.close,
  }
}

/** Unknown as long as nobody knows how large the encoder is. */
function sumOfParameters(own: number, { identity }: RuntimeSession): { parameters?: number } {
  return identity.parameters === undefined ? {} : { parameters: own + identity.parameters }
}

function headAnswer(model: ReturnType<typeof decodeHead>, answer: Answer & { ok: true }): Answer {
  if (answer.output.kind !== 'vector')
    throw new RightsizeError('MODEL_INPUT', `the encoder gives ${answer.output.kind}, no vector`, {
      next: 'Use an encoder without a classification head, such as a sentence-transformers model.',
    })
  const { tokens } = answer
  const read = answerOf(model.labels, classifyHead(model, answer.output.vector))
  return tokens === undefined ? read : { ...read, tokens }
}

function identityOf(
  candidate: CandidateSpec,
  file: StudentFile,
  student: Pick<TextStudent, 'labels' | 'parameters' | 'precision'> & { readonly kind: string },
): RuntimeSession['identity'] {
  return {
    model: candidate.model ?? '',
    revision: file.digest,
    precision: student.precision,
    engine: `rightsize-${student.kind}@1`,
    floating: false,
    parameters: student.parameters,
    bytes: file.bytes.length,
    labels: student.labels,
  }
}

function answerOf(
  labels: readonly string[],
  { label, probabilities }: Classified,
): Answer & { readonly ok: true } {
  const shares = Object.fromEntries(labels.map((name, i) => [name, probabilities[i] ?? 0]))
  return { ok: true, output: { kind: 'label', label, probabilities: shares } }
}

/** Several fields are read as one text, in their order. */
function textOf(input: RuntimeItem['input']): string {
  return typeof input === 'string' ? input : Object.values(input).map(String).join('\n')
}

const usage: RuntimeSession['usage'] = async () => ({
  pids: [process.pid],
  threads: 1,
  loadS: null,
  loadCpuS: null,
  peakRssBytes: null,
})
