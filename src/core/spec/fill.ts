import { readQuery, writtenQuery } from '../energy/promql.ts'
import { RightsizeError } from '../error/error.ts'
import { suggestion } from '../error/nearest.ts'
import { runtimePart } from '../part/runtimes.ts'
import { checkedScorer, scorerFor } from '../part/scorer-name.ts'
import type { BarInput, CandidateInput, DatasetInput, SpecInput } from './define.ts'
import {
  candidateFromShort,
  candidateId,
  expandCandidate,
  tunedIncumbent,
  withoutUndefined,
} from './expand.ts'
import { fallbackOf } from './fallback.ts'
import type { KeyPath } from './source-lines.ts'
import type {
  BarSpec,
  CandidateSpec,
  DatasetSpec,
  DeploymentSpec,
  ScorerSpec,
  Spec,
} from './spec.ts'

/** Defaults of a spec. Margin and tolerance are one point; alpha and beta the usual 5 %. */
export const DEFAULTS = {
  scorer: scorerFor.labels,
  margin: 0.01,
  tolerance: 0.01,
  risk: { alpha: 0.05, beta: 0.05, claim: 'supported', supportedAt: 0.8 },
  validDays: 90,
  account: {
    grid: null,
    pue: null,
    volumePerMonth: null,
    pricePerKwh: null,
    currency: 'USD',
    horizonMonths: 12,
    lifetimeYears: null,
    ledger: null,
    unit: null,
    provider: null,
    marginalGrid: null,
  },
  deployment: { instances: 1, replicas: 1, share: 1, scaleToZero: false },
} as const

type Locate = (path: KeyPath) => string

/**
 * A written spec with every default filled in and every list of settings expanded. `locate` turns a key path into
 * `file:line` for errors. Throws SPEC_BAR, SPEC_INCUMBENT, SPEC_DUPLICATE_ID, SPEC_CANDIDATE, SPEC_MISSING_KEY.
 */
export function fillSpec(input: SpecInput, locate: Locate = (path) => path.join('.')): Spec {
  const written = input.candidates.map((one, index) =>
    typeof one === 'string' ? candidateFromShort(one, locate(['candidates', index])) : one,
  )
  written.forEach((candidate, index) => {
    checkCandidate(candidate, locate(['candidates', index]))
  })
  const scorers = scorersOf(input, locate(['scorer']))
  const candidates = candidatesOf(written, input, locate)
  const incumbent = incumbentOf(input, candidates, written, locate)
  return {
    task: input.task,
    ...(input.description === undefined ? {} : { description: input.description }),
    dataset: datasetOf(input.dataset, locate),
    scorers,
    accept: input.accept ?? null,
    candidates,
    incumbent,
    bar: barOf(input.bar ?? {}, incumbent, locate),
    order: input.order ?? 'auto',
    constraints: withoutUndefined(input.constraints ?? {}) as Spec['constraints'],
    risk: filledFrom(DEFAULTS.risk, input.risk),
    budget: withoutUndefined(input.budget ?? {}) as Spec['budget'],
    regime: input.regime ?? 'auto',
    account: accountOf(input.account ?? {}, candidates, locate),
    deployment: deploymentOf(input),
    validDays: input.validDays ?? DEFAULTS.validDays,
    strictSplits: input.strictSplits ?? false,
  }
}

function accountOf(
  { fallback, detector, ...rest }: NonNullable<SpecInput['account']>,
  candidates: readonly CandidateSpec[],
  locate: Locate,
): Spec['account'] {
  const ids = candidates.map(({ id }) => id)
  return {
    ...filledFrom(DEFAULTS.account, rest),
    fallback: fallbackOf({ fallback, detector }, ids, locate),
  }
}

function datasetOf(input: DatasetInput, locate: Locate): DatasetSpec {
  const { file, test = file, rows, ...rest } = input
  if (input.test !== undefined && file !== undefined)
    throw new RightsizeError(
      'SPEC_INVALID',
      '`dataset.test` and `dataset.file` mean the same; write one of them.',
      { at: locate(['dataset', 'file']) },
    )
  if (test === undefined && rows === undefined)
    throw new RightsizeError('SPEC_MISSING_KEY', '`dataset.test` is missing.', {
      at: locate(['dataset']),
      next: 'Write `dataset: { test: data/test.jsonl, input: text, expected: label }`.',
    })
  return withoutUndefined({ ...rest, test: test ?? INLINE, rows }) as DatasetSpec
}

/** Stands for a path where the rows are written in the spec. */
export const INLINE = '(rows in the spec)'

function scorersOf(input: SpecInput, at: string): readonly ScorerSpec[] {
  const { scorer } = input
  const list =
    scorer === undefined || typeof scorer === 'string'
      ? [{ name: scorer ?? DEFAULTS.scorer }]
      : [scorer].flat()
  return list.map((one) => ({ ...checkedScorer(one, at), weight: one.weight ?? 1 }))
}

function checkCandidate(candidate: CandidateInput, at: string): void {
  const id = candidateId(candidate)
  const refuse = (what: string, next?: string) => {
    throw new RightsizeError('SPEC_CANDIDATE', what, { at, next })
  }
  const { needs } = runtimePart(candidate.runtime, at)
  const missing = needs.find((key) => candidate[key] === undefined)
  if (missing !== undefined)
    refuse(`Candidate \`${id}\` with runtime ${candidate.runtime} needs \`${missing}\`.`)
  if (/^[a-z]+:\/\/[^/]*@/i.test(candidate.baseUrl ?? ''))
    refuse(
      `The baseUrl of \`${id}\` holds a user name or key.`,
      'Leave it out of the address and name the environment variable that holds it in `apiKeyEnv`.',
    )
  const { prometheus } = candidate.energy ?? {}
  if (prometheus !== undefined) readQuery(writtenQuery(prometheus), at)
  if (/[\s\p{Cc}]/u.test(id))
    refuse(
      `The id ${JSON.stringify(id)} has spaces or control characters.`,
      'Write an id of letters, digits and . _ - / : + =',
    )
}

function candidatesOf(
  written: readonly CandidateInput[],
  input: SpecInput,
  locate: Locate,
): readonly CandidateSpec[] {
  const expanded = written.map((candidate) => {
    const isIncumbent = candidateId(candidate) === input.incumbent
    const rivals = written.filter((other) => other !== candidate)
    return expandCandidate(isIncumbent ? tunedIncumbent(candidate, rivals) : candidate, isIncumbent)
  })
  const seen = new Set<string>()
  expanded.forEach((variants, index) => {
    for (const { id } of variants) {
      if (seen.has(id))
        throw new RightsizeError('SPEC_DUPLICATE_ID', `The id \`${id}\` is used twice.`, {
          at: locate(['candidates', index]),
        })
      seen.add(id)
    }
  })
  return expanded.flat()
}

function incumbentOf(
  input: SpecInput,
  candidates: readonly CandidateSpec[],
  written: readonly CandidateInput[],
  locate: Locate,
): string | null {
  if (input.incumbent === undefined) return null
  const found = candidates.find((candidate) => candidate.id === input.incumbent)
  if (found !== undefined) return found.id
  throw new RightsizeError('SPEC_INCUMBENT', `No candidate has the id \`${input.incumbent}\`.`, {
    at: locate(['incumbent']),
    next: `Write the id of a candidate: ${suggestion(input.incumbent, written.map(candidateId))}`,
  })
}

function barOf(bar: BarInput, incumbent: string | null, locate: Locate): BarSpec {
  const at = locate(['bar'])
  const { margin, floor, target } = bar
  const tolerance = bar.tolerance ?? DEFAULTS.tolerance
  if (margin !== undefined && (floor !== undefined || target !== undefined))
    throw new RightsizeError(
      'SPEC_BAR',
      'The bar has a margin and a floor; it is one or the other.',
      { at },
    )
  if (floor !== undefined) return absoluteBar(floor, target ?? Math.min(1, floor + tolerance), at)
  if (target !== undefined)
    throw new RightsizeError('SPEC_BAR', 'The bar has a target and no floor.', {
      at,
      next: 'Write `floor` too: the lowest quality that is good enough.',
    })
  if (incumbent === null)
    throw new RightsizeError('SPEC_BAR', 'The spec names no incumbent and no floor.', { at })
  return { kind: 'relative', margin: margin ?? DEFAULTS.margin, tolerance }
}

function absoluteBar(floor: number, target: number, at: string): BarSpec {
  if (target < floor)
    throw new RightsizeError('SPEC_BAR', `The target ${target} lies below the floor ${floor}.`, {
      at,
    })
  return { kind: 'absolute', floor, target }
}

function deploymentOf({ deployment }: SpecInput): DeploymentSpec | null {
  if (deployment === undefined) return null
  const { load = [], ...rest } = deployment
  return {
    ...filledFrom(DEFAULTS.deployment, rest),
    load: typeof load === 'number' ? [load] : load,
  } as DeploymentSpec
}

/** What is written, and the defaults where nothing is. */
const filledFrom = <T extends object>(defaults: T, written: object | undefined) => ({
  ...defaults,
  ...withoutUndefined(written ?? {}),
})
