import { RightsizeError } from '../error/error.ts'
import type { BarInput, SpecInput } from './define.ts'
import { candidateId } from './expand.ts'
import { parseSpec, parseSpecValue } from './parse.ts'
import { importPromptfoo, isPromptfoo } from './promptfoo.ts'
import type { Ignored, PromptfooWorld } from './promptfoo-prompts.ts'
import { renderSpecInput } from './render.ts'
import { readSource } from './source-lines.ts'
import type { Spec } from './spec.ts'

export interface SpecFileOptions extends PromptfooWorld {
  /** Name of the file, for messages. */
  readonly file: string
  /** What the command line adds to a promptfoo file, which knows neither. */
  readonly bar?: BarInput | undefined
  readonly incumbent?: string | undefined
}

export interface SpecFile {
  readonly spec: Spec
  /** What of a promptfoo file was not used; empty for our own. */
  readonly ignored: readonly Ignored[]
  /** The spec in our own words, where the file was promptfoo's. */
  readonly yaml: string | null
}

/**
 * A spec from our own file (strict) or from promptfoo's (imported, with a list of what was ignored). A promptfoo file
 * says nothing about what is good enough: without a bar, in the file or given, SPEC_BAR asks for one and names the ids.
 */
export function parseSpecFile(text: string, options: SpecFileOptions): SpecFile {
  const { value } = readSource(text, options.file)
  if (!isPromptfoo(value)) return { spec: parseSpec(text, options), ignored: [], yaml: null }
  const { input, ignored } = importPromptfoo(value, options.file, options)
  const asked: SpecInput = {
    ...input,
    bar: options.bar ?? input.bar,
    incumbent: options.incumbent ?? input.incumbent,
  }
  if (asked.bar?.floor === undefined && asked.incumbent === undefined)
    throw noBar(input, ignored, options.file)
  return { spec: parseSpecValue(asked, options.file), ignored, yaml: renderSpecInput(asked) }
}

function noBar(
  { candidates }: SpecInput,
  ignored: readonly Ignored[],
  file: string,
): RightsizeError {
  const ids = candidates.map((one) => (typeof one === 'string' ? one : candidateId(one)))
  const left = ignored.map(({ path, why }) => `\n  ignored ${path}: ${why}`)
  return new RightsizeError(
    'SPEC_BAR',
    `A promptfoo file does not say what is good enough.${left.join('')}`,
    {
      at: file,
      next: `Add \`incumbent: ${ids[0]}\` and \`bar: { margin: 0.01 }\` to the file (or --incumbent ${ids[0]}), or \`bar: { floor: 0.9 }\` (--floor 0.9). Candidates: ${ids.join(', ')}`,
    },
  )
}
