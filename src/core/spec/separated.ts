import { scorerFor } from '../part/scorer-name.ts'
import type { SpecInput } from './define.ts'
import type { Definition, FunctionCandidate, FunctionScorer, Functions } from './definition.ts'

/** A definition as a spec without functions, and the functions. A candidate keeps its id; a scorer becomes a path. */
export function separated(definition: Definition): {
  readonly spec: SpecInput
  readonly functions: Functions
} {
  const candidates = new Map<string, FunctionCandidate>()
  const scorers = new Map<string, FunctionScorer>()
  const spec = {
    ...definition,
    candidates: definition.candidates.map((one) => {
      if (typeof one === 'string' || !('answer' in one)) return one
      const { answer: _answer, version: _version, concurrency, ...rest } = one
      candidates.set(one.id, one)
      const model = `${one.id} (a function)`
      return { ...rest, runtime: 'module' as const, model, settings: { concurrency } }
    }),
    scorer: scorersOf(definition.scorer, scorers),
  }
  return { spec: spec as SpecInput, functions: { candidates, scorers } }
}

function scorersOf(
  scorer: Definition['scorer'],
  found: Map<string, FunctionScorer>,
): SpecInput['scorer'] {
  if (scorer === undefined || typeof scorer === 'string') return scorer
  const list = typeof scorer === 'function' ? [{ name: 'score', score: scorer }] : [scorer].flat()
  return list.map((one) => {
    if (!('score' in one)) return one
    const { score: _score, version: _version, name, ...rest } = one
    const path = `${name} (a function)`
    found.set(path, one)
    return { ...rest, name: scorerFor.path, options: { path } }
  })
}
