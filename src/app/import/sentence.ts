import { RightsizeError } from '../../core/error/error.ts'
import { decodeSafetensors } from '../../core/onnx/safetensors.ts'
import type { DenseStep, EmbeddingHead, Pooling } from '../../core/train/build-bert-head.ts'
import type { WeightFiles } from './weights.ts'

/** A sentence-transformers folder: where the encoder lies and what follows it. */
export interface SentenceModules {
  /** Folder of config.json and weights. */
  readonly encoder: string
  readonly head: EmbeddingHead
  /** sentence_bert_config.json's max_seq_length; null where nothing is said. */
  readonly maxLength: number | null
}

type Fields = Readonly<Record<string, unknown>>

interface Module {
  readonly kind: string
  readonly path: string
}

const refuse = (what: string, at: string): RightsizeError =>
  new RightsizeError('MODEL_IMPORT', what, { at })

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

/**
 * Reads modules.json and what it names; null where there is none. Throws MODEL_IMPORT for modules, orders and settings that are not built and
 * for folders outside this one. Format: sentence_transformers, base/model.py and its modules' config.json.
 */
export async function sentenceModules(
  folder: string,
  files: WeightFiles,
): Promise<SentenceModules | null> {
  const json = (path: string) => jsonOrNull(path, files)
  const listed = await json(files.join(folder, 'modules.json'))
  if (listed === null) return null
  const [first, second, ...rest] = modulesOf(listed)
  if (first?.kind !== 'Transformer')
    throw refuse('the first module is not a Transformer', 'modules.json')
  if (second !== undefined && second.kind !== 'Pooling')
    throw refuse(`'${second.kind}' behind Transformer is not built; Pooling is`, 'modules.json')
  const pooled = second && (await json(files.join(folder, second.path, 'config.json')))
  const steps: EmbeddingHead['steps'][number][] = []
  for (const module of rest) {
    if (module.kind === 'Normalize') steps.push({ kind: 'normalise' })
    else if (module.kind === 'Dense')
      steps.push(await denseStep(files.join(folder, module.path), files))
    else throw refuse(`the module '${module.kind}' is not built`, 'modules.json')
  }
  const encoder = files.join(folder, first.path)
  const settings = fields(await json(files.join(encoder, 'sentence_bert_config.json')))
  const { max_seq_length: length } = settings as { readonly max_seq_length?: unknown }
  return {
    encoder,
    head: { poolings: poolingsOf(fields(pooled), second?.path ?? ''), steps },
    maxLength: typeof length === 'number' && length > 0 ? length : null,
  }
}

function modulesOf(listed: unknown): readonly Module[] {
  if (!Array.isArray(listed)) throw refuse('it is not a list of modules', 'modules.json')
  return listed.map((one) => {
    const { type, path } = fields(one) as { readonly type?: unknown; readonly path?: unknown }
    const kind = String(type).split('.').at(-1) ?? ''
    const place = path === undefined ? '' : path
    if (typeof place !== 'string' || !/^([\w-][\w.-]*)?$/.test(place))
      throw refuse(
        `the module '${kind}' lies in ${JSON.stringify(place)}, outside the folder`,
        'modules.json',
      )
    return { kind, path: place }
  })
}

/** Keys up to sentence-transformers 5 in the order in which vectors are joined (pooling.py, _LEGACY_POOLING_MODE_KWARGS). */
const legacy: readonly (readonly [string, string])[] = [
  ['pooling_mode_cls_token', 'cls'],
  ['pooling_mode_max_tokens', 'max'],
  ['pooling_mode_mean_tokens', 'mean'],
  ['pooling_mode_mean_sqrt_len_tokens', 'mean_sqrt_len_tokens'],
  ['pooling_mode_weightedmean_tokens', 'weightedmean'],
  ['pooling_mode_lasttoken', 'lasttoken'],
]

const built: ReadonlySet<string> = new Set<Pooling>(['cls', 'max', 'mean', 'mean_sqrt_len_tokens'])

function poolingsOf(config: Fields, path: string): readonly Pooling[] {
  const { pooling_mode: said } = config as { readonly pooling_mode?: unknown }
  const modes = (
    said === undefined
      ? legacy.flatMap(([key, mode]) => (config[key] === true ? [mode] : []))
      : [said].flat()
  ).map(String)
  for (const mode of modes)
    if (!built.has(mode)) throw refuse(`pooling by ${mode} is not built`, `${path}/config.json`)
  return modes.length === 0 ? ['mean'] : (modes as Pooling[])
}

/** PyTorch's modules, as Dense writes their full names. */
const activations: Readonly<Record<string, DenseStep['activation']>> = {
  Identity: 'none',
  Tanh: 'tanh',
  Sigmoid: 'sigmoid',
  ReLU: 'relu',
  GELU: 'gelu',
  SiLU: 'silu',
}

async function denseStep(folder: string, files: WeightFiles): Promise<DenseStep> {
  const at = files.join(folder, 'config.json')
  const config = fields(await jsonOrNull(at, files))
  const { in_features: from, out_features: to, activation_function: named } = config
  if (!isSize(from) || !isSize(to)) throw refuse('Dense needs in_features and out_features', at)
  for (const key of ['use_residual', 'module_output_name'] as const)
    if (config[key] !== undefined && config[key] !== false && config[key] !== 'sentence_embedding')
      throw refuse(`Dense with ${key} is not built`, at)
  const name = String(named ?? 'torch.nn.modules.activation.Tanh')
    .split('.')
    .at(-1)
  const activation = Object.hasOwn(activations, name ?? '') ? activations[name ?? ''] : undefined
  if (activation === undefined) throw refuse(`Dense with ${String(named)} is not built`, at)
  return { kind: 'dense', from, to, activation, tensors: denseTensors(folder, files) }
}

const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 24

function denseTensors(folder: string, files: WeightFiles): DenseStep['tensors'] {
  try {
    return decodeSafetensors(files.source(files.join(folder, 'model.safetensors'))).tensors
  } catch (cause) {
    if (cause instanceof RightsizeError && cause.code === 'TENSOR_FILE_INVALID') throw cause
    const what = `${folder} has no model.safetensors that can be read`
    const next = 'Older checkpoints (pytorch_model.bin) must be saved as safetensors first.'
    throw new RightsizeError('MODEL_IMPORT', what, { cause, next })
  }
}

async function jsonOrNull(path: string, files: WeightFiles): Promise<unknown> {
  const text = await files.textOrNull(path)
  return text === null ? null : parsedJson(text, path)
}

/** Throws MODEL_IMPORT for what is not JSON. */
export function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RightsizeError('MODEL_IMPORT', `${path} is not JSON`, { cause })
  }
}
