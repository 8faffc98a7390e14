import { Document, isMap, isSeq, type YAMLMap } from 'yaml'
import type { SpecInput } from './define.ts'
import { INLINE } from './fill.ts'
import { isOwnSetting } from './settings.ts'
import type { CandidateSpec, Spec } from './spec.ts'

/** One line of comment above each top-level key, so that the file explains itself. */
const COMMENTS: Readonly<Record<string, string>> = {
  dataset: ' the items that decide, and which columns hold what',
  scorer: ' how an answer is scored',
  accept: ' score from which an answer counts as accepted',
  candidates: ' ways of doing the task; lists of prompts or settings make one candidate each',
  incumbent: ' what is in use now',
  bar: ' what is good enough: a margin against the incumbent (0.01 is one point), or floor and target',
  order: ' what "cheapest" goes by: auto | energy | price | latency | parameters',
  constraints: ' what a candidate must keep besides quality',
  risk: ' how sure the decision must be; claim: supported | certified',
  budget: ' the most that the benchmark may spend',
  regime: ' auto | full (run everything) | race (stop early)',
  account: ' facts for energy, carbon and money',
  validDays: ' days until the decision expires',
}

/** The id stands first in each candidate. */
function idFirst(input: SpecInput): SpecInput {
  const candidates = input.candidates.map((one) => {
    if (typeof one === 'string' || one.id === undefined) return one
    const { id, ...rest } = one
    return { id, ...rest }
  })
  return { ...input, candidates }
}

/** A written spec as YAML with a comment above each part; `parseSpec` reads it back. */
export function renderSpecInput(
  input: SpecInput,
  schemaPath = '.rightsize/spec.schema.json',
): string {
  const document = new Document(idFirst(input))
  document.commentBefore = ` yaml-language-server: $schema=${schemaPath}`
  if (isMap(document.contents)) {
    comment(document.contents)
    inOneLine(document.contents)
  }
  return document.toString({ lineWidth: 110, flowCollectionPadding: true })
}

/** A parsed spec in its written form. Expanded candidates are written one by one. */
export function renderSpec(spec: Spec): string {
  return renderSpecInput(writtenForm(spec))
}

function writtenForm(spec: Spec): SpecInput {
  const { rows, test, ...dataset } = spec.dataset
  const { kind: _, ...bar } = spec.bar
  const known = Object.entries(spec.account).filter(([, value]) => value !== null)
  const parts = {
    task: spec.task,
    description: spec.description,
    dataset: {
      ...(test === INLINE ? {} : { test }),
      ...dataset,
      ...(rows === undefined ? {} : { rows }),
    },
    scorer: spec.scorers.map(({ name, weight, options }) => ({ name, weight, options })),
    accept: spec.accept ?? undefined,
    candidates: spec.candidates.map(writtenCandidate),
    incumbent: spec.incumbent ?? undefined,
    bar,
    order: spec.order,
    constraints: filled(spec.constraints),
    risk: spec.risk,
    budget: filled(spec.budget),
    regime: spec.regime,
    account: Object.fromEntries(known),
    deployment: spec.deployment === null ? undefined : writtenDeployment(spec.deployment),
    validDays: spec.validDays,
    strictSplits: spec.strictSplits || undefined,
  }
  return Object.fromEntries(
    Object.entries(parts).filter(([, v]) => v !== undefined),
  ) as unknown as SpecInput
}

const filled = <T extends object>(value: T) => (Object.keys(value).length === 0 ? undefined : value)

function writtenDeployment({ load, ...rest }: NonNullable<Spec['deployment']>): object {
  return { ...rest, ...(load.length === 0 ? {} : { load: load.length === 1 ? load[0] : load }) }
}

function writtenCandidate({ base: _, settings, ...candidate }: CandidateSpec): object {
  const known = Object.entries(settings)
  const own = known.filter(([key]) => isOwnSetting(key))
  const extra = known.filter(([key]) => !isOwnSetting(key))
  const written = {
    ...Object.fromEntries(own),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  }
  return { ...candidate, ...(Object.keys(written).length === 0 ? {} : { settings: written }) }
}

function comment(map: YAMLMap): void {
  for (const { key } of map.items) {
    const node = key as { value?: unknown; commentBefore?: string; spaceBefore?: boolean }
    const text = COMMENTS[String(node.value)]
    if (text !== undefined) node.commentBefore = text
  }
}

/** Small maps on one line, as a person would write them; candidates one below the other. */
function inOneLine(map: YAMLMap): void {
  for (const { value } of map.items) {
    if (isMap(value)) flow(value)
    if (isSeq(value)) for (const item of value.items) if (isMap(item)) flow(item)
  }
}

function flow(map: YAMLMap): void {
  if (JSON.stringify(map).length < 110) map.flow = true
}
