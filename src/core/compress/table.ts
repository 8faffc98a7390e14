import { type Part, type Parts, partName, unknownPart } from '../part/part.ts'
import type { Pass } from './pass.ts'

/** The facts of one compression pass, and how it is loaded. */
export interface PassPart extends Part {
  /** Leaves weights of 8 bits or fewer: the file of the model is named so. */
  readonly quantizes: boolean
  /** Texts are cut to fewer tokens: the candidate needs the new limit. */
  readonly shortens: boolean
  /** Another model takes over: what was measured on the graph of the incumbent does not apply to it. */
  readonly replaces: boolean
  /** Null where the search runs the step itself, once, instead of offering it again and again. */
  readonly load: (() => Promise<Pass>) | null
}

const cut = { quantizes: false, shortens: false, replaces: false } as const
const only = (name: string) => `rightsize shrink models/large --only ${name}`

/**
 * Every compression pass, in the order in which they make sense together: what is free first, then what removes, then what stands in for the
 * model, then number formats (they are almost independent of the rest, and float repairs come before them). Within a family what needs no
 * training comes first: measured on a 3-layer encoder, a quarter of the neurons and heads passed after least squares (1 CPU-s a trial), a
 * single layer less did not pass before minutes of fine-tuning.
 */
export const passes = {
  tidy: {
    ...cut,
    summary: 'remove unused, duplicate and idle parts of the graph, bit for bit the same',
    example: only('tidy'),
    load: async () => (await import('./tidy.ts')).tidy,
  },
  inactive: {
    ...cut,
    summary: 'remove neurons and heads that never change on your data',
    example: only('inactive'),
    load: async () => (await import('./inactive.ts')).inactive,
  },
  vocabulary: {
    ...cut,
    summary: 'remove tokens that your texts never use from tokenizer and tables',
    example: only('vocabulary'),
    load: async () => (await import('./vocabulary.ts')).vocabulary,
  },
  'max-length': {
    ...cut,
    summary: 'truncate texts to fewer tokens',
    example: only('max-length'),
    shortens: true,
    load: async () => (await import('./max-length.ts')).maxLength,
  },
  'student-linear': {
    ...cut,
    summary: 'an n-gram model taught by the incumbent, tried before anything else',
    example: only('student-linear'),
    replaces: true,
    load: null,
  },
  'student-static': {
    ...cut,
    summary: 'a model of static token vectors, taught by the incumbent',
    example: only('student-static'),
    replaces: true,
    load: async () => (await import('./student-static.ts')).studentStatic,
  },
  'student-encoder': {
    ...cut,
    summary: 'a small transformer, taught by the incumbent',
    example: only('student-encoder'),
    replaces: true,
    load: async () => (await import('./student-encoder.ts')).studentEncoder,
  },
  polish: {
    ...cut,
    summary: 'fine-tune the whole model on the answers of the incumbent, after the last cut',
    example: 'rightsize shrink models/large',
    load: null,
  },
  neurons: {
    ...cut,
    summary: 'remove the feed-forward neurons that matter least',
    example: only('neurons'),
    load: async () => (await import('./structural-neurons.ts')).neurons,
  },
  heads: {
    ...cut,
    summary: 'remove the attention heads that matter least',
    example: only('heads'),
    load: async () => (await import('./structural-heads.ts')).heads,
  },
  layers: {
    ...cut,
    summary: 'remove whole layers',
    example: only('layers'),
    load: async () => (await import('./structural-layers.ts')).layers,
  },
  width: {
    ...cut,
    summary: 'remove channels of the residual stream everywhere',
    example: only('width'),
    load: async () => (await import('./structural-width.ts')).width,
  },
  int8: {
    ...cut,
    summary: '8-bit matrix products, activations quantized at run time',
    example: only('int8'),
    quantizes: true,
    load: async () => (await import('./int8.ts')).int8,
  },
  'int8-embedding': {
    ...cut,
    summary: '8-bit embedding tables, one scale per row',
    example: only('int8-embedding'),
    quantizes: true,
    load: async () => (await import('./int8-embedding.ts')).int8Embedding,
  },
  'static-qdq': {
    ...cut,
    summary: '8-bit convolutions, with ranges from your data',
    example: only('static-qdq'),
    quantizes: true,
    load: async () => (await import('./static-qdq.ts')).staticQdq,
  },
  blocks: {
    ...cut,
    summary: 'weights in blocks of 4 or 8 bits',
    example: only('blocks'),
    quantizes: true,
    load: async () => (await import('./blocks.ts')).blocks,
  },
  half: {
    ...cut,
    summary: 'weights stored as 16-bit floats, widened on load',
    example: only('half'),
    load: async () => (await import('./half.ts')).half,
  },
} as const satisfies Parts<PassPart>

export type PassId = keyof typeof passes

/** Steps that the search runs itself, by what for. */
export const passFor = {
  /** The simple alternative. */
  baseline: 'student-linear',
  /** The last step before numbers are made coarse. */
  finish: 'polish',
} as const satisfies Readonly<Record<string, PassId>>

/** The facts of the pass of a recorded step. Throws SHRINK_OPTION for a name that there is not. */
export function passPart(name: string): PassPart {
  const id = partName(passes, name)
  if (id !== null) return passes[id]
  throw unknownPart(passes, name, { code: 'SHRINK_OPTION', noun: 'pass' })
}

/** All passes that a search offers, in the order of the table. */
export async function loadPasses(): Promise<readonly Pass[]> {
  const rows = Object.values<PassPart>(passes)
  return Promise.all(rows.flatMap(({ load }) => (load === null ? [] : [load()])))
}
