import { RightsizeError } from '../error/error.ts'
import type {
  Account,
  BoundaryRow,
  Coefficient,
  Persona,
  SciComparison,
  UnitConversion,
} from '../result/account.ts'
import type { Known } from '../unit/estimate.ts'
import { figures, siPrefix } from '../unit/si-prefix.ts'
import { consumerMethods, type Methodology, providerMethods } from './methodologies.ts'

/** Who publishes the report, and what it is about. */
export interface ReportHeader {
  readonly application: string
  readonly version: string
  readonly description: string
  readonly url: string
  readonly organization: { readonly name: string; readonly url: string }
  readonly accountable: {
    readonly organization: string
    readonly person: string
    readonly contact: string
  }
  readonly measurementDate: string
  readonly timespan: { readonly from: string; readonly to: string }
  readonly manifestLink: string
  readonly visualizerLink: string
}

export interface ReportComponent {
  readonly name: string
  /** g per functional unit, the same R for all. */
  readonly sci: number
  readonly unit: string
  readonly calculation: 'c' | 'om' | 'eim'
  readonly description: string
  readonly methodologies: readonly string[]
}

interface ReportScore {
  readonly value: number
  readonly unit: string
  readonly low: number
  readonly high: number
  readonly level: number
}

interface ReportBody {
  readonly sci: ReportScore
  readonly summary: string
  readonly functionalUnit: {
    readonly unit: string
    readonly rationale: string
    readonly conversions: readonly UnitConversion[]
  }
  readonly keyInsights: readonly string[]
  readonly methodologies: readonly Methodology[]
  readonly components: readonly ReportComponent[]
}

/** A SCI report with every field of the Green Software Foundation's template. */
export interface SciReport extends ReportHeader, ReportBody {
  readonly schema: 'rightsize/sci-report@1'
  readonly persona: Persona
  readonly breakdown: readonly { readonly component: string; readonly sci: number }[]
  readonly coefficients: readonly Coefficient[]
  readonly boundary: readonly BoundaryRow[]
  readonly checklist: readonly { readonly item: string; readonly ok: boolean }[]
}

/**
 * The report of one persona. The Consumer's is about the chosen candidate (or the one named), per accepted answer. What
 * `about` leaves out is printed as not stated. Throws EXPORT_IMPOSSIBLE where there is no finite score.
 */
export function sciReport(
  account: Account,
  persona: Persona,
  about: Partial<ReportHeader> = {},
  candidate: string | null = account.chosen ?? account.incumbent,
): SciReport {
  const body = persona === 'consumer' ? consumerBody(account, candidate) : providerBody(account)
  const report = {
    schema: 'rightsize/sci-report@1',
    persona,
    ...body,
    breakdown: body.components.map(({ name, sci }) => ({ component: name, sci })),
    ...headerOf(account),
    ...about,
    coefficients: account.coefficients,
    boundary: account.boundary.filter((row) => row.persona === persona),
  } as const
  return { ...report, checklist: checklist(report) }
}

const unsaid = 'not stated'

function headerOf({ task, chosen, incumbent, at }: Account): ReportHeader {
  return {
    application: task,
    version: unsaid,
    description: `Task ${task}, answered by ${chosen ?? incumbent ?? 'no candidate'}`,
    url: unsaid,
    organization: { name: unsaid, url: unsaid },
    accountable: { organization: unsaid, person: unsaid, contact: unsaid },
    measurementDate: at,
    timespan: { from: at, to: at },
    manifestLink: unsaid,
    visualizerLink: unsaid,
  }
}

function consumerBody(account: Account, candidate: string | null): ReportBody {
  const row = account.consumer.rows.find(({ id }) => id === candidate)
  const usage = account.usages.find((each) => each.candidate === candidate)
  const score = row?.sci.perAccepted
  if (row === undefined || usage === undefined || score?.kind !== 'known')
    throw new RightsizeError(
      'EXPORT_IMPOSSIBLE',
      `${candidate ?? 'no candidate'} has no finite score: ${score === undefined || score.kind === 'known' ? 'nothing to report' : score.kind === 'unknown' ? score.why : score.reason}`,
    )
  const sci = scoreIn('gCO2e per accepted answer', score)
  const methodologies = consumerMethods(account, usage)
  const own = valueOr0(row.sci.perInference)
  const answers: ReportComponent = {
    name: `answers of ${row.id}`,
    sci: own,
    unit: sci.unit,
    calculation: 'eim',
    description:
      'Energy of the answer with idle share and PUE, times grid intensity, plus embodied carbon for its device time.',
    methodologies: methodologies.map(({ id }) => id),
  }
  const rejected: ReportComponent = {
    name: `answers of ${row.id} that were not accepted`,
    sci: score.value - own,
    unit: sci.unit,
    calculation: 'c',
    description: 'Carbon of the answers that were not accepted, charged to those that were.',
    methodologies: ['R-accepted'],
  }
  return {
    sci,
    components: rejected.sci > 0 ? [answers, rejected] : [answers],
    summary: `${rateWords(sci)}, ${usage.grid.name}, ${usage.grid.kind} intensity. ${account.consumer.conformance}`,
    functionalUnit: {
      unit: 'accepted answer',
      rationale: account.consumer.rationale,
      conversions: row.conversions,
    },
    keyInsights: insights(account, row.id),
    methodologies,
  }
}

const scoreIn = (unit: string, { value, low, high, level }: Known<'gPerR'>): ReportScore => ({
  value,
  unit,
  low,
  high,
  level,
})

function providerBody(account: Account): ReportBody {
  const { provider } = account
  const unit = provider.units.find(({ sci, count }) => sci.kind === 'known' && count === 'gross')
  if (unit === undefined || unit.sci.kind !== 'known')
    throw new RightsizeError(
      'EXPORT_IMPOSSIBLE',
      'no Provider unit is known: parameters, training tokens and FLOP are all missing',
      { next: 'Set `parameters` on the chosen candidate, or state training tokens or FLOP.' },
    )
  const sci = scoreIn(`gCO2e per ${unit.unit} (gross)`, unit.sci)
  const discarded = valueOr0(provider.discardedEnergy) / (valueOr0(provider.energy) || 1)
  return {
    sci,
    components: provider.stages.map((stage, i) => ({
      name: `${i + 1}. ${stage.activity}${stage.candidate === null ? '' : ` of ${stage.candidate}`}`,
      sci: (valueOr0(stage.operational) + valueOr0(stage.embodied)) / (unit.amount ?? 1),
      unit: sci.unit,
      calculation: 'eim',
      description: stage.discarded ? 'Not chosen, but counted.' : 'Part of the chosen model.',
      methodologies: ['E-run', 'I-grid', 'M-device'],
    })),
    summary: `${rateWords(sci)}: selection, benchmarking, training and failed attempts of ${account.task}.`,
    functionalUnit: {
      unit: unit.unit,
      rationale: provider.rationale,
      conversions: providerConversions(account),
    },
    keyInsights: [
      `${Math.round(100 * discarded)} % of the energy went into candidates that were not chosen.`,
    ],
    methodologies: providerMethods(account),
  }
}

/** `30.04 ngCO2e per accepted answer (18.43 to 414.7)` */
function rateWords(sci: ReportScore): string {
  const { unit, text } = rates(sci)
  return `${text(sci.value)} ${unit} (${text(sci.low)} to ${text(sci.high)})`
}

function providerConversions({ provider }: Account): readonly UnitConversion[] {
  const [first, ...others] = provider.units.flatMap(({ unit, count, amount }) =>
    amount === null ? [] : [{ name: `${unit} (${count})`, amount }],
  )
  if (first === undefined) return []
  return others.map(({ name, amount }) => ({
    from: first.name,
    to: name,
    factor: first.amount / amount,
    how: `${first.amount} / ${amount}`,
  }))
}

function insights(account: Account, id: string): readonly string[] {
  const { payBack, measureNext } = account
  const compared = account.comparisons.find((each) => each.kind === 'compared' && each.a === id)
  return [
    ...(compared?.kind === 'compared' ? [comparisonWords(compared)] : []),
    ...measureNext.slice(0, 1).map(({ factor }) => `Largest effect on the score: ${factor}.`),
    ...(payBack === null || 'kind' in payBack.carbon
      ? []
      : [`Carbon pay-back of the evaluation: ${payBack.carbon.sentence}`]),
  ]
}

function comparisonWords({ b, verdict, pLess, ratio }: SciComparison): string {
  const chance = `Against ${b}: ${verdict} (P = ${pLess.toFixed(3)})`
  if (ratio === null) return `${chance}.`
  const [value, low, high] = [ratio.value, ratio.low, ratio.high].map((x) => x.toFixed(2))
  return `${chance}; ${b} emits ${value} times as much [${low}, ${high}].`
}

/** The template's validation checklist, checked by arithmetic where it can be. */
function checklist(report: Omit<SciReport, 'checklist'>): SciReport['checklist'] {
  const { components, coefficients, methodologies, boundary, sci } = report
  const sum = components.reduce((total, each) => total + each.sci, 0)
  const listed = new Set(coefficients.map(({ name }) => name))
  const named = methodologies.flatMap((each) => each.coefficients)
  const checks: Readonly<Record<string, boolean>> = {
    'components add up to the score': Math.abs(sum - sci.value) <= 1e-6 * Math.abs(sci.value),
    'one R for all components': components.every(({ unit }) => unit === sci.unit),
    'all coefficients listed': named.every((name) => listed.has(name)),
    'all methods typed': methodologies.length > 0,
    'boundaries clear': boundary.length > 0 && boundary.every(({ reason }) => reason !== ''),
    'at least one level of breakdown': components.length > 0,
  }
  return Object.entries(checks).map(([item, ok]) => ({ item, ok }))
}

function valueOr0(estimate: { readonly kind: string; readonly value?: number }): number {
  return estimate.kind === 'known' ? (estimate.value ?? 0) : 0
}

/** Four significant figures; exponents only where digits would not fit. */
export const format = (value: number): string => figures(value)

/** Rates side by side under one prefix: unit and text of each value. `30.04`, `ngCO2e per accepted answer`. */
export function rates(sci: SciReport['sci']) {
  const { factor, prefix } = siPrefix(sci.value)
  return { unit: `${prefix}${sci.unit}`, text: (value: number) => figures(value / factor) }
}
