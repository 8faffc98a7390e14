import type { TensorEngine } from '../../contract/tensors.ts'
import type { Tokenizer } from '../../contract/tokenizer.ts'
import { encodeModel } from '../../core/onnx/encode.ts'
import type { Feeds } from '../../core/onnx/host-tensor.ts'
import type { Model, Tensor } from '../../core/onnx/model.ts'
import { type BertConfig, longestText, readBertConfig } from '../../core/train/bert-config.ts'
import { buildBert } from '../../core/train/build-bert.ts'
import type { EmbeddingHead } from '../../core/train/build-bert-head.ts'
import { outputsChecked, paddingChecked } from './check.ts'

/** A checkpoint folder, read. */
export interface Checkpoint {
  readonly config: Readonly<Record<string, unknown>>
  readonly tensors: readonly Tensor[]
  readonly tokenizer: Tokenizer | null
  /** What sentence-transformers puts behind the encoder; null where the folder is a plain checkpoint. */
  readonly sentence: EmbeddingHead | null
  /** What `--logits` names: `{ texts | input_ids, attention_mask?, token_type_ids?, logits }`, parsed; null where nothing was given. */
  readonly expected: unknown
}

export interface Imported {
  readonly model: Model
  readonly parameters: number
  /** Tokens that a text may have. */
  readonly maxLength: number
  /** How the graph was checked, one line each. */
  readonly checks: readonly string[]
  readonly notes: readonly string[]
}

/**
 * The checkpoint as an ONNX model, checked: against given outputs where there are some, always that outputs are finite and that padding
 * changes nothing. Throws MODEL_IMPORT for what is not built, MODEL_IMPORT_DIFFERS when a check fails.
 */
export async function importBert(checkpoint: Checkpoint, engine: TensorEngine): Promise<Imported> {
  const { tensors, sentence, expected, tokenizer } = checkpoint
  const config = readBertConfig(checkpoint.config, sentence !== null)
  const { model, unused } = buildBert(config, tensors, sentence ?? undefined)
  const session = await engine.open(encodeModel(model), { intraThreads: 1 })
  try {
    const run = async (feeds: Feeds) => Object.values(await session.run(feeds))[0]
    const checks = [await paddingChecked(model, run)]
    if (expected !== null) checks.push(await outputsChecked(model, expected, tokenizer, run))
    const parameters = model.graph.initializers.reduce(
      (sum, { dtype, byteLength }) => sum + (dtype === 'float32' ? byteLength / 4 : 0),
      0,
    )
    const notes = notesOf(unused, checkpoint, config)
    return { model, parameters, maxLength: longestText(config), checks, notes }
  } finally {
    await session.close()
  }
}

function notesOf(
  unused: readonly string[],
  { tensors, tokenizer, expected, sentence }: Checkpoint,
  { head }: BertConfig,
): readonly string[] {
  return [
    ...widenedNotes(tensors),
    ...(unused.length === 0 ? [] : [`not needed by this head: ${unused.join(', ')}`]),
    ...(tokenizer === null ? ['there is no tokenizer.json: texts cannot be run yet'] : []),
    ...(expected === null ? ['no --logits given: only the form of the outputs was checked'] : []),
    ...(head === 'embedding' && sentence === null
      ? ['no modules.json of sentence-transformers: the vector is the mean over tokens']
      : []),
  ]
}

function widenedNotes(tensors: readonly Tensor[]): readonly string[] {
  const how = {
    float16: 'turned into float32, every value exactly',
    bfloat16: 'turned into float32, every value exactly',
    float64: 'rounded to float32',
  }
  return Object.entries(how).flatMap(([dtype, text]) => {
    const count = tensors.filter((tensor) => tensor.dtype === dtype).length
    return count === 0 ? [] : [`${count} tensors of ${dtype} were ${text}`]
  })
}
