import { RightsizeError } from '../error/error.ts'

/** What config.json says of an encoder of BERT's family. */
export interface BertConfig {
  readonly family: 'bert' | 'roberta' | 'distilbert' | 'mpnet'
  /** One label per text, one per token, a word of the vocabulary per token, or one vector per text. */
  readonly head: 'classes' | 'tokens' | 'words' | 'embedding'
  readonly width: number
  readonly depth: number
  readonly heads: number
  readonly ffn: number
  readonly positions: number
  readonly activation: 'gelu' | 'gelu_new' | 'relu' | 'silu'
  readonly epsilon: number
  /** The padding's id: RoBERTa and MPNet count places from it. */
  readonly padId: number
  /** Whether a masked-word head multiplies by the word vectors themselves. */
  readonly tied: boolean
  /** Rows of MPNet's table of relative positions. */
  readonly buckets: number
}

type Fields = Readonly<Record<string, unknown>>

/** Models that are these families under another name. */
const families: Readonly<Record<string, BertConfig['family']>> = {
  bert: 'bert',
  roberta: 'roberta',
  'xlm-roberta': 'roberta',
  camembert: 'roberta',
  distilbert: 'distilbert',
  mpnet: 'mpnet',
}

/** Names and formulas as in transformers/activations.py (ACT2FN); gelu_fast is gelu_new in another order. */
const activations: Readonly<Record<string, BertConfig['activation']>> = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_new',
  gelu_fast: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
}

function refuse(what: string): never {
  throw new RightsizeError('MODEL_IMPORT', what, { at: 'config.json' })
}

/** Token places that the table of positions has room for: RoBERTa and MPNet leave those up to the padding's id unused. */
export const longestText = ({ family, positions, padId }: BertConfig): number =>
  family === 'roberta' || family === 'mpnet' ? positions - padId - 1 : positions

/**
 * Reads config.json; `asEncoder` is for sentence-transformers, which leave out whatever head a checkpoint has. Throws MODEL_IMPORT, with the name, for other architectures and for variants that calculate differently (relative
 * positions, decoders, other activations or heads). Defaults as in transformers 5 (configuration_bert.py and its siblings).
 */
export function readBertConfig(config: Fields, asEncoder = false): BertConfig {
  const type = String(config['model_type'])
  const family = Object.hasOwn(families, type) ? families[type] : undefined
  if (family === undefined)
    refuse(`'${type}' is not built yet; known are ${Object.keys(families).join(', ')}`)
  for (const key of ['is_decoder', 'add_cross_attention'])
    if (config[key] === true) refuse(`${key} is not built`)
  if (config['quantization_config'] !== undefined)
    refuse('quantized weights are not supported; use the checkpoint from before quantization')
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
    head: asEncoder ? 'embedding' : headOf(config),
    width,
    heads,
    depth: size(distil ? 'n_layers' : 'num_hidden_layers', distil ? 6 : 12),
    ffn: size(distil ? 'hidden_dim' : 'intermediate_size', 3072),
    positions: size('max_position_embeddings', 512),
    activation: activationOf(config[distil ? 'activation' : 'hidden_act'] ?? 'gelu'),
    // DistilBERT's is written into its code: modeling_distilbert.py, LayerNorm(eps=1e-12).
    epsilon: !distil && typeof epsilon === 'number' ? epsilon : 1e-12,
    padId: typeof padId === 'number' ? padId : family === 'roberta' || family === 'mpnet' ? 1 : 0,
    tied: config['tie_word_embeddings'] !== false,
    buckets: family === 'mpnet' ? size('relative_attention_num_buckets', 32) : 0,
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
  if (name.endsWith('ForTokenClassification')) return 'tokens'
  if (name.endsWith('ForMaskedLM')) return 'words'
  if (/^[A-Za-z]+Model$/.test(name)) return 'embedding'
  const known = 'ForSequenceClassification, ForTokenClassification, ForMaskedLM and Model'
  refuse(`the head of '${name}' is not built; known are those that end in ${known}`)
}
