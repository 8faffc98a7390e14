import type { Pass } from './pass.ts'

/**
 * Every compression pass, loaded when asked for, in the order in which they make sense together: what is free first, then what removes,
 * then what stands in for the model, then number formats (they are almost independent of the rest, and float repairs come before them).
 */
export const passes = {
  tidy: async () => (await import('./tidy.ts')).tidy,
  inactive: async () => (await import('./inactive.ts')).inactive,
  vocabulary: async () => (await import('./vocabulary.ts')).vocabulary,
  'max-length': async () => (await import('./max-length.ts')).maxLength,
  'student-static': async () => (await import('./student-static.ts')).studentStatic,
  'student-encoder': async () => (await import('./student-encoder.ts')).studentEncoder,
  layers: async () => (await import('./structural-layers.ts')).layers,
  neurons: async () => (await import('./structural-neurons.ts')).neurons,
  heads: async () => (await import('./structural-heads.ts')).heads,
  width: async () => (await import('./structural-width.ts')).width,
  int8: async () => (await import('./int8.ts')).int8,
  'int8-embedding': async () => (await import('./int8-embedding.ts')).int8Embedding,
  'static-qdq': async () => (await import('./static-qdq.ts')).staticQdq,
  blocks: async () => (await import('./blocks.ts')).blocks,
  half: async () => (await import('./half.ts')).half,
} as const satisfies Readonly<Record<string, () => Promise<Pass>>>

export type PassId = keyof typeof passes

/** All passes, in the order of the table. */
export async function loadPasses(): Promise<readonly Pass[]> {
  return Promise.all(Object.values(passes).map((load) => load()))
}
