export { RightsizeError, renderError } from './core/error/error.ts'
export type { RunResult } from './core/spec/run-result.ts'
export type { Spec } from './core/spec/spec.ts'
