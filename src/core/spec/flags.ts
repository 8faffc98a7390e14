import { RightsizeError } from '../error/error.ts'
import { runtimePart } from '../part/runtimes.ts'
import { scorerFor, scorerName } from '../part/scorer-name.ts'
import type { CandidateInput, DatasetInput, SpecInput } from './define.ts'
import { candidateFromShort, candidateId, withoutUndefined } from './expand.ts'
import { DEFAULTS } from './fill.ts'
import { parseSpecValue } from './parse.ts'
import { renderSpecInput } from './render.ts'
import type { Spec, StatedFactor } from './spec.ts'
import { type StatedCosts, withStatedCosts } from './stated-cost.ts'

/** What may be said on the command line whatever the items and answers come from. */
export interface DecisionFlags extends StatedCosts {
  readonly task?: string | undefined
  readonly incumbent?: string | undefined
  readonly scorer?: string | undefined
  readonly margin?: number | undefined
  readonly floor?: number | undefined
  readonly claim?: 'supported' | 'certified' | undefined
  readonly order?: SpecInput['order']
  readonly regime?: SpecInput['regime']
  readonly grid?: string | StatedFactor | undefined
  readonly volumePerMonth?: number | undefined
}

/** What `rightsize run` was told on the command line instead of in a file. */
export interface SpecFlags extends DecisionFlags {
  readonly dataset: string
  readonly input?: string | undefined
  readonly expected?: string | undefined
  readonly id?: string | undefined
  readonly slices?: readonly string[] | undefined
  readonly cluster?: string | undefined
  readonly train?: string | undefined
  /** `runtime:model`, as in `--try`. */
  readonly incumbent?: string | undefined
  readonly try?: readonly string[] | undefined
  readonly baseUrl?: string | undefined
  readonly apiKeyEnv?: string | undefined
  /** Path of a prompt file, or a template with {{...}}. */
  readonly prompt?: string | undefined
  readonly target?: number | undefined
  readonly maxCalls?: number | undefined
  readonly synthetic?: boolean | undefined
}

/** A spec from flags, and the YAML that says the same, to be written beside the data. */
export function specFromFlags(flags: SpecFlags): { readonly spec: Spec; readonly yaml: string } {
  const input = inputFromFlags(flags)
  return { spec: parseSpecValue(input, 'flags'), yaml: renderSpecInput(input) }
}

function inputFromFlags(flags: SpecFlags): SpecInput {
  const shorts = [...new Set([...(flags.try ?? []), ...listed(flags.incumbent)])]
  if (shorts.length === 0)
    throw new RightsizeError('SPEC_MISSING_KEY', 'No candidate is named.', {
      next: 'Add --try openai:MODEL, --try onnx:FOLDER or --try linear.',
    })
  const candidates = withStatedCosts(
    withOwnIds(shorts.map((short) => fromFlag(short, flags))),
    flags,
    candidateId,
  )
  const incumbent = flags.incumbent === undefined ? -1 : shorts.indexOf(flags.incumbent)
  return defined({
    task: flags.task ?? taskName(flags.dataset),
    dataset: datasetFromFlags(flags),
    scorer: scorerFromFlags(flags, candidates),
    candidates,
    incumbent: candidates[incumbent]?.id,
    bar: barFromFlags(flags),
    order: flags.order,
    risk: flags.claim === undefined ? undefined : { claim: flags.claim },
    budget: flags.maxCalls === undefined ? undefined : { calls: flags.maxCalls },
    regime: flags.regime,
    account: accountFromFlags(flags),
  }) as unknown as SpecInput
}

const listed = (value: string | undefined) => (value === undefined ? [] : [value])

/** `data/tickets.csv` is the task `tickets`. */
function taskName(path: string): string {
  const name =
    path
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? path
  return name.replace(/(\.[A-Za-z]{2,6}){1,2}$/, '') || 'task'
}

function datasetFromFlags(flags: SpecFlags): DatasetInput {
  const { dataset: test, input = 'input', expected, id, cluster, train, synthetic } = flags
  const slices = flags.slices === undefined || flags.slices.length === 0 ? undefined : flags.slices
  return defined({
    test,
    input,
    expected,
    id,
    slices,
    cluster,
    train,
    synthetic,
  }) as unknown as DatasetInput
}

/** A chat model says "Refund." for refund: without a scorer named, case and punctuation of its answers are forgiven. */
function scorerFromFlags(
  flags: SpecFlags,
  candidates: readonly CandidateInput[],
): SpecInput['scorer'] {
  if (flags.scorer !== undefined) return scorerName(flags.scorer, '--scorer')
  const chat = candidates.some(({ runtime }) => runtimePart(runtime).talks)
  const name = scorerFor.labels
  return chat ? { name, options: { ignoreCase: true, ignorePunctuation: true } } : name
}

function fromFlag(short: string, flags: SpecFlags): CandidateInput {
  const candidate = candidateFromShort(short)
  const { baseUrl, apiKeyEnv, prompt } = flags
  const given = { baseUrl, apiKeyEnv, prompt: templateOf(prompt) }
  const taken = runtimePart(candidate.runtime).flags.map((key) => [key, given[key]])
  return defined({ ...candidate, ...Object.fromEntries(taken) })
}

/** A template as it is written, or the file that holds it. */
function templateOf(prompt: string | undefined): string | undefined {
  if (prompt === undefined || /\{\{|\n/.test(prompt)) return prompt
  return `file://${prompt.replace(/^file:\/\//, '')}`
}

/** Ids from the names; where two would be the same, the runtime goes before both. */
function withOwnIds(candidates: readonly CandidateInput[]): readonly CandidateInput[] {
  const ids = candidates.map((candidate) => candidateId(candidate))
  return candidates.map((candidate, index) => {
    const id = ids[index] ?? candidate.runtime
    const twice = ids.filter((other) => other === id).length > 1
    return { ...candidate, id: twice ? `${candidate.runtime}/${candidate.model ?? id}` : id }
  })
}

/** One point unless said otherwise, and written down so that it can be seen. */
function barFromFlags({ margin, floor, target, incumbent }: SpecFlags): SpecInput['bar'] {
  if (margin === undefined && floor === undefined && target === undefined)
    return incumbent === undefined ? undefined : { margin: DEFAULTS.margin }
  return defined({ margin, floor, target })
}

/** The account that flags state; undefined where they state nothing of it. */
export function accountFromFlags({ grid, volumePerMonth }: DecisionFlags): SpecInput['account'] {
  return grid === undefined && volumePerMonth === undefined
    ? undefined
    : defined({ grid, volumePerMonth })
}

const defined = withoutUndefined
