import { RightsizeError } from '../error/error.ts'
import type { SpecInput } from './define.ts'
import { fillSpec } from './fill.ts'
import { isPromptfoo } from './promptfoo.ts'
import { specSchema } from './schema.ts'
import { readSource, type Source, valueSource } from './source-lines.ts'
import type { Spec } from './spec.ts'
import { specError } from './spec-issues.ts'

export interface ParseOptions {
  /** Name of the file, for messages. */
  readonly file?: string
  /** JSON is read by the same reader as YAML; the word is only for messages. */
  readonly format?: 'yaml' | 'json'
}

/**
 * A spec from the text of a YAML or JSON file: checked strictly, defaults filled in, lists of settings expanded.
 * Throws a RightsizeError with `file:line` for everything that is wrong.
 */
export function parseSpec(text: string, { file = 'rightsize.yaml' }: ParseOptions = {}): Spec {
  return specFrom(readSource(text, file))
}

/** The same from an object, for the library and for tools that make specs. */
export function parseSpecValue(value: unknown, name = 'spec'): Spec {
  return specFrom(valueSource(value, name))
}

function specFrom(source: Source): Spec {
  return fillSpec(checked(source), (path) => source.at(path))
}

function checked(source: Source): SpecInput {
  checkKind(source)
  const result = specSchema.safeParse(source.value)
  if (result.success) return result.data
  throw specError(result.error.issues, source, specSchema)
}

/** Says what a file is that is no spec at all. */
function checkKind({ value, at }: Source): void {
  if (value === null || value === undefined)
    throw new RightsizeError('SPEC_MISSING_KEY', 'The spec is empty.', {
      at: at([]),
      next: 'Run `rightsize init` to write one.',
    })
  if (isPromptfoo(value))
    throw new RightsizeError('SPEC_MISSING_KEY', 'This is a promptfoo file: it has no `task`.', {
      at: at([]),
      next: 'Run it with `rightsize run FILE`, which imports it, or write `task`, `dataset` and `candidates`.',
    })
}
