import { canonicalBytes } from '../data/canonical.ts'

/** The files of a model folder that decide its answers: sha256 of each. */
export interface ModelParts {
  readonly graph: string
  /** Files of tensor data, by the path that the graph names. */
  readonly data: Readonly<Record<string, string>>
  /** Those of `filesBeside` that are there, by name. */
  readonly beside: Readonly<Record<string, string>>
}

/**
 * What a loader reads in the folder of a model beside the graph: the settings and the files of its tokenizer, in every
 * form that loaders know. A README is none of them.
 */
export const filesBeside = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
  'spiece.model',
  'sentencepiece.bpe.model',
  'tokenizer.model',
] as const

/**
 * The one identity of a model folder, in lock, store, compression.json and result: whoever names the model names it so.
 * Neither the path nor the name of the graph's file counts: they change no answer.
 */
export const modelIdentity = (parts: ModelParts, digest: (bytes: Uint8Array) => string): string =>
  digest(canonicalBytes(parts))
