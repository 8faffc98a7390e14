import type {
  ModelIdentity,
  Runtime,
  RuntimeContext,
  RuntimeSession,
} from '../../contract/runtime.ts'
import type { TensorEngine, TensorInputInfo, TensorSession } from '../../contract/tensors.ts'
import type { OpenTokenizer } from '../../contract/tokenizer.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { classNames, fixedTokens, maxTokens } from '../../core/onnx/model-config.ts'
import { requireTextInputs, tokenFacts } from '../../core/onnx/text-feeds.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { answerAll, type Loaded, type TextSide } from './onnx/answer.ts'
import { digestModel, type ModelFolder, openedModel } from './onnx/folder.ts'
import { openTokenizerFile } from './onnx/tokenizer-file.ts'
import { weightsOf } from './onnx/weights.ts'

export interface OnnxParts {
  readonly engine: TensorEngine
  readonly openTokenizer: OpenTokenizer
}

/** Items in one run of the graph unless settings.batch says otherwise. */
const defaultBatch = 32

/**
 * ONNX models: text with a tokenizer.json (classes, token classes, embeddings) and raw tensors.
 * One thread, no spinning, batches of 32 by like length, unless settings say otherwise.
 */
export function createOnnxRuntime(parts: OnnxParts): Runtime {
  return { kind: 'onnx', open: (candidate, context) => openOnnx(parts, candidate, context) }
}

async function openOnnx(
  parts: OnnxParts,
  candidate: CandidateSpec,
  context: RuntimeContext,
): Promise<RuntimeSession> {
  const model = openedModel(candidate, context)
  const { settings } = candidate
  const session = await openGraph(parts.engine, model, candidate)
  const inputs = inputsOf(session)
  const labels = candidate.labels ?? classNames(model.config) ?? []
  const loaded: Loaded = {
    session,
    inputs,
    labels,
    batch: inputs[0]?.dims[0] === 1 ? 1 : (settings.batch ?? defaultBatch),
    text: textSide(parts.openTokenizer, model, candidate, inputs),
    multiLabel: model.config['problem_type'] === 'multi_label_classification',
    pooling: settings['pooling'] === 'cls' ? 'cls' : 'mean',
    alive: context.alive ?? (() => undefined),
  }
  const identity = await identify(parts.engine, model, candidate, labels)
  return onnxSession(loaded, identity, settings.threads ?? 1)
}

function onnxSession(loaded: Loaded, identity: ModelIdentity, threads: number): RuntimeSession {
  return {
    identity,
    // A graph that takes one item at a time is still asked in batches: a message and a transaction per item would cost more.
    batchSize: Math.max(loaded.batch, defaultBatch),
    answer: (batch, signal) => answerAll(loaded, batch, signal),
    usage: async () => ({
      pids: [process.pid],
      threads,
      loadS: null,
      loadCpuS: null,
      peakRssBytes: null,
    }),
    close: () => loaded.session.close(),
  }
}

async function openGraph(
  engine: TensorEngine,
  model: ModelFolder,
  candidate: CandidateSpec,
): Promise<TensorSession> {
  try {
    return await engine.open(model.file, {
      intraThreads: candidate.settings.threads ?? 1,
      spinning: candidate.settings.spinning ?? false,
    })
  } catch (cause) {
    if (cause instanceof RightsizeError && cause.code !== 'TENSOR_ENGINE_FAILED') throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RightsizeError('MODEL_CANNOT_LOAD', `${model.file}: ${reason.slice(0, 400)}`, {
      cause,
    })
  }
}

/** Shapes where the engine tells them; else free ones, so that text still works. */
function inputsOf(session: TensorSession): readonly TensorInputInfo[] {
  return (
    session.inputInfo ??
    session.inputs.map((name) => ({ name, dtype: 'int64' as const, dims: ['batch', 'length'] }))
  )
}

function textSide(
  open: OpenTokenizer,
  model: ModelFolder,
  candidate: CandidateSpec,
  inputs: readonly TensorInputInfo[],
): TextSide | null {
  if (!inputs.some((input) => input.name === 'input_ids')) return null
  requireTextInputs(inputs)
  if (model.tokenizerFile === null)
    throw new RightsizeError('TOKENIZER_MISSING', `no tokenizer.json next to ${model.file}`)
  const tokenizer = openTokenizerFile(open, model.tokenizerFile, model.tokenizerConfig)
  return {
    tokenizer,
    maxLength: maxLengthOf(model, candidate, inputs),
    facts: tokenFacts(tokenizer),
  }
}

/** settings.maxLength, else what the model says of itself; never more than the graph fixes. */
function maxLengthOf(
  model: ModelFolder,
  candidate: CandidateSpec,
  inputs: readonly TensorInputInfo[],
): number {
  const asked = candidate.settings.maxLength ?? maxTokens({ ...model, inputs })
  return Math.min(asked, fixedTokens(inputs) ?? asked)
}

async function identify(
  engine: TensorEngine,
  model: ModelFolder,
  candidate: CandidateSpec,
  labels: readonly string[],
): Promise<ModelIdentity> {
  const weights = weightsOf(model.file)
  const parameters = candidate.parameters ?? weights?.parameters
  return {
    model: candidate.model ?? candidate.id,
    revision: await digestModel(model),
    precision: weights?.precision ?? model.precision,
    engine: `${engine.name}@${engine.version}`,
    floating: false,
    bytes: model.bytes,
    ...(parameters === undefined ? {} : { parameters }),
    ...(labels.length === 0 ? {} : { labels }),
  }
}
