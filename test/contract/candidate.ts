import type { RuntimeContext } from '../../src/contract/runtime.ts'
import type { CandidateSpec } from '../../src/core/spec/spec.ts'

/** A candidate with what a test says and nothing else. */
export function candidate(
  parts: Partial<Omit<CandidateSpec, 'runtime'>> & { readonly runtime: string },
): CandidateSpec {
  return { id: 'test', base: 'test', settings: {}, ...parts } as CandidateSpec
}

export function context(parts: Partial<RuntimeContext> = {}): RuntimeContext {
  const { PATH } = process.env
  return { baseDir: '/', env: PATH === undefined ? {} : { PATH }, fetch, ...parts }
}
