import { RightsizeError } from '../error/error.ts'

/** What config.json says of an encoder of BERT's family. */
export interface BertConfig {
  readonly family: 'bert' | 'roberta' | 'distilbert'
  readonly head: 'classes' | 'embedding'
  readonly width: number
  readonly depth: number
  readonly heads: number
  readonly ffn: number
  readonly positions: number
  readonly activation: 'gelu' | 'gelu_new' | 'relu'
  readonly epsilon: number
  /** The padding's id: RoBERTa counts places from it. */
  readonly padId: number
}

type Fields = Readonly<Record<string, unknown>>

/** Models that are these families under another name. */
const families: Readonly<Record<string, BertConfig['family']>> = {
  bert: 'bert',
  roberta: 'roberta',
  'xlm-roberta': 'roberta',
  camembert: 'roberta',
  distilbert: 'distilbert',
}

const activations: Readonly<Record<string, BertConfig['activation']>> = {
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  relu: 'relu',
}

function refuse(what: string): never {
  throw new RightsizeError('MODEL_IMPORT', what, { at: 'config.json' })
}

/**
 * Reads config.json. Throws MODEL_IMPORT, with the name, for other architectures and for variants that calculate differently (relative
 * positions, decoders, other activations or heads). Defaults as in transformers 5 (configuration_bert.py and its siblings).
 */
export function readBertConfig(config: Fields): BertConfig {
  const type = String(config['model_type'])
  const family = Object.hasOwn(families, type) ? families[type] : undefined
  if (family === undefined)
    refuse(`'${type}' is not built yet; known are ${Object.keys(families).join(', ')}`)
  for (const key of ['is_decoder', 'add_cross_attention'])
    if (config[key] === true) refuse(`${key} is not built`)
  const positions = config['position_embedding_type'] ?? 'absolute'
  if (positions !== 'absolute') refuse(`positions of type '${String(positions)}' are not built`)
  const distil = family === 'distilbert'
  const size = (key: string, fallback: number) => sizeOf(config, key, fallback)
  const width = size(distil ? 'dim' : 'hidden_size', 768)
  const heads = size(distil ? 'n_heads' : 'num_attention_heads', 12)
  if (width % heads !== 0) refuse(`a width of ${width} is not a multiple of ${heads} heads`)
  const epsilon = config['layer_norm_eps']
  const padId = config['pad_token_id']
  return {
    family,
    head: headOf(config),
    width,
    heads,
    depth: size(distil ? 'n_layers' : 'num_hidden_layers', distil ? 6 : 12),
    ffn: size(distil ? 'hidden_dim' : 'intermediate_size', 3072),
    positions: size('max_position_embeddings', 512),
    activation: activationOf(config[distil ? 'activation' : 'hidden_act'] ?? 'gelu'),
    // DistilBERT's is written into its code: modeling_distilbert.py, LayerNorm(eps=1e-12).
    epsilon: !distil && typeof epsilon === 'number' ? epsilon : 1e-12,
    padId: typeof padId === 'number' ? padId : family === 'roberta' ? 1 : 0,
  }
}

function sizeOf(config: Fields, key: string, fallback: number): number {
  const value = config[key] ?? fallback
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 24)
    return value
  refuse(`${key} must be a whole number above 0, not ${JSON.stringify(value)}`)
}

function activationOf(value: unknown): BertConfig['activation'] {
  const name = String(value)
  const known = Object.hasOwn(activations, name) ? activations[name] : undefined
  return known ?? refuse(`the activation '${name}' is not built`)
}

function headOf(config: Fields): BertConfig['head'] {
  const { architectures } = config as { readonly architectures?: unknown }
  const name = String(Array.isArray(architectures) ? architectures[0] : 'none named')
  if (name.endsWith('ForSequenceClassification')) return 'classes'
  if (/^[A-Za-z]+Model$/.test(name)) return 'embedding'
  refuse(`the head of '${name}' is not built; known are ...ForSequenceClassification and ...Model`)
}
