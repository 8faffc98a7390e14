import { RightsizeError } from '../error/error.ts'
import type {
  Account,
  BoundaryRow,
  Coefficient,
  Persona,
  UnitConversion,
} from '../result/account.ts'
import type { EstimateMethod } from '../unit/estimate.ts'
import { figures, siPrefix } from '../unit/si-prefix.ts'

/** Who publishes the report. Everything may be left out; what is left out is printed as not stated. */
export interface ReportAbout {
  readonly application?: string
  readonly version?: string
  readonly description?: string
  readonly url?: string
  readonly organisation?: { readonly name?: string; readonly url?: string }
  readonly accountable?: {
    readonly organisation?: string
    readonly person?: string
    readonly contact?: string
  }
  readonly timespan?: { readonly from: string; readonly to: string }
  readonly manifestLink?: string
  readonly visualiserLink?: string
}

/** The letters of the SCI equation, as the template groups methodologies. */
export type SciLetter = 'C' | 'O' | 'M' | 'E' | 'I' | 'R'

export interface Methodology {
  readonly id: string
  readonly letter: SciLetter
  readonly method: EstimateMethod
  readonly description: string
  readonly coefficients: readonly string[]
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

/** A SCI report with every field of the Green Software Foundation's template. */
export interface SciReport {
  readonly schema: 'rightsize/sci-report@1'
  readonly persona: Persona
  readonly sci: {
    readonly value: number
    readonly unit: string
    readonly low: number
    readonly high: number
    readonly level: number
  }
  readonly breakdown: readonly { readonly component: string; readonly sci: number }[]
  readonly application: string
  readonly version: string
  readonly description: string
  readonly url: string
  readonly organisation: { readonly name: string; readonly url: string }
  readonly accountable: {
    readonly organisation: string
    readonly person: string
    readonly contact: string
  }
  readonly measurementDate: string
  readonly timespan: { readonly from: string; readonly to: string }
  readonly manifestLink: string
  readonly visualiserLink: string
  readonly coefficients: readonly Coefficient[]
  readonly summary: string
  readonly functionalUnit: {
    readonly unit: string
    readonly rationale: string
    readonly conversions: readonly UnitConversion[]
  }
  readonly keyInsights: readonly string[]
  readonly methodologies: readonly Methodology[]
  readonly components: readonly ReportComponent[]
  readonly boundary: readonly BoundaryRow[]
  readonly checklist: readonly { readonly item: string; readonly ok: boolean }[]
}

const unsaid = 'not stated'

/** The report of one persona. The Consumer's is about the chosen candidate (or the one named), per resolved task. */
export function sciReport(
  account: Account,
  persona: Persona,
  about: ReportAbout = {},
  candidate: string | null = account.chosen ?? account.incumbent,
): SciReport {
  const body = persona === 'consumer' ? consumerBody(account, candidate) : providerBody(account)
  const report = {
    schema: 'rightsize/sci-report@1',
    persona,
    ...body,
    breakdown: body.components.map(({ name, sci }) => ({ component: name, sci })),
    ...header(account, about),
    coefficients: account.coefficients,
    boundary: account.boundary.filter((row) => row.persona === persona),
  } as const
  return { ...report, checklist: checklist(report) }
}

function header(account: Account, about: ReportAbout) {
  const { organisation = {}, accountable = {} } = about
  return {
    application: about.application ?? account.task,
    version: about.version ?? unsaid,
    description:
      about.description ??
      `Task ${account.task}, answered by ${account.chosen ?? account.incumbent ?? 'no candidate'}`,
    url: about.url ?? unsaid,
    organisation: { name: organisation.name ?? unsaid, url: organisation.url ?? unsaid },
    accountable: {
      organisation: accountable.organisation ?? organisation.name ?? unsaid,
      person: accountable.person ?? unsaid,
      contact: accountable.contact ?? unsaid,
    },
    measurementDate: about.timespan?.to ?? account.at,
    timespan: about.timespan ?? { from: account.at, to: account.at },
    manifestLink: about.manifestLink ?? unsaid,
    visualiserLink: about.visualiserLink ?? unsaid,
  }
}

type Body = Pick<
  SciReport,
  'sci' | 'summary' | 'functionalUnit' | 'keyInsights' | 'methodologies' | 'components'
>

function consumerBody(account: Account, candidate: string | null): Body {
  const row = account.consumer.rows.find(({ id }) => id === candidate)
  const usage = account.usages.find((each) => each.candidate === candidate)
  const score = row?.sci.perResolved
  if (row === undefined || usage === undefined || score?.kind !== 'known')
    throw new RightsizeError(
      'EXPORT_IMPOSSIBLE',
      `${candidate ?? 'no candidate'} has no finite score: ${score?.kind === 'unknown' ? score.why : 'nothing to report'}`,
    )
  const unit = 'gCO2e per resolved task'
  const fallback = score.value - valueOr0(row.sci.perInference)
  const methods = consumerMethods(account, usage)
  const answers: ReportComponent = {
    name: `answers of ${row.id}`,
    sci: valueOr0(row.sci.perInference),
    unit,
    calculation: 'eim',
    description:
      'Energy of the answer with idle share and PUE, times grid intensity, plus embodied carbon for its device time.',
    methodologies: methods.map(({ id }) => id),
  }
  const escalation: ReportComponent = {
    name: `fallback (${account.consumer.fallback})`,
    sci: fallback,
    unit,
    calculation: 'c',
    description: 'Carbon of the declared fallback for rejected answers.',
    methodologies: ['R-resolved'],
  }
  return {
    sci: { value: score.value, unit, low: score.low, high: score.high, level: score.level },
    components: fallback > 0 ? [answers, escalation] : [answers],
    summary: `${rateWords({ ...score, unit })}, ${usage.grid.name}, ${usage.grid.kind} intensity.`,
    functionalUnit: {
      unit: 'resolved task',
      rationale: account.consumer.rationale,
      conversions: row.conversions,
    },
    keyInsights: insights(account, row.id),
    methodologies: methods,
  }
}

function providerBody(account: Account): Body {
  const { provider } = account
  const unit = provider.units.find(({ sci, count }) => sci.kind === 'known' && count === 'gross')
  const score = unit?.sci
  if (unit === undefined || score?.kind !== 'known')
    throw new RightsizeError(
      'EXPORT_IMPOSSIBLE',
      'no Provider unit is known: parameters, training tokens and FLOP are all missing',
      {
        next: 'Set `parameters` on the chosen candidate, or state training tokens or FLOP.',
      },
    )
  const word = `gCO2e per ${unit.unit} (gross)`
  const amount = unit.amount ?? 1
  const components = provider.stages.map((stage, i) => ({
    name: `${i + 1}. ${stage.activity}${stage.candidate === null ? '' : ` of ${stage.candidate}`}`,
    sci: (valueOr0(stage.operational) + valueOr0(stage.embodied)) / amount,
    unit: word,
    calculation: 'eim' as const,
    description: stage.discarded ? 'Not chosen, but counted.' : 'Part of the chosen model.',
    methodologies: ['E-run', 'I-grid', 'M-device'],
  }))
  return {
    sci: { value: score.value, unit: word, low: score.low, high: score.high, level: score.level },
    components,
    summary: `${rateWords({ ...score, unit: word })}: selection, benchmarking, training and failed attempts of ${account.task}.`,
    functionalUnit: {
      unit: unit.unit,
      rationale: provider.rationale,
      conversions: providerConversions(account),
    },
    keyInsights: [
      `${share(valueOr0(provider.discardedEnergy), valueOr0(provider.energy))} of the energy went into candidates that were not chosen.`,
    ],
    methodologies: [
      method(
        'E-run',
        'E',
        account.usages.some(({ meter }) => meter === 'cpu-time') ? 'modeled' : 'measured',
        'Every measured window of the run, including rejected candidates and failed attempts.',
        [],
      ),
      method('I-grid', 'I', 'sourced', gridWords(account), [`I ${account.grid.zone}`]),
      method(
        'M-device',
        'M',
        'sourced',
        'TE x TiR/EL x RR/ToR of the machine over the wall time of the run.',
        namesOf(account, /^(TE|EL)/),
      ),
      method(
        'R-provider',
        'R',
        'sourced',
        'Total parameters, raw tokens or theoretical FLOP (gross); active, deduplicated, used (effective).',
        [],
      ),
    ],
  }
}

/** `30.04 ngCO2e per resolved task (18.43 to 414.7)` */
function rateWords(sci: SciReport['sci']): string {
  const { unit, text } = rates(sci)
  return `${text(sci.value)} ${unit} (${text(sci.low)} to ${text(sci.high)})`
}

function providerConversions(account: Account): readonly UnitConversion[] {
  const known = account.provider.units.filter(({ amount }) => amount !== null)
  const [first] = known
  if (first?.amount === null || first === undefined) return []
  const base = first.amount
  return known.slice(1).map(({ unit, count, amount }) => ({
    from: `${first.unit} (${first.count})`,
    to: `${unit} (${count})`,
    factor: base / (amount ?? 1),
    how: `${base} / ${amount}`,
  }))
}

function consumerMethods(
  account: Account,
  usage: Account['usages'][number],
): readonly Methodology[] {
  const energy = usage.energy.kind === 'known' ? usage.energy : null
  return [
    method('C-sum', 'C', 'modeled', 'C = O + M per answer, plus the fallback.', []),
    method('O-eim', 'O', energy?.method ?? 'modeled', 'O = E x PUE x I.', [
      `PUE ${usage.pue.value}`,
    ]),
    method(
      'E-meter',
      'E',
      energy?.method ?? 'modeled',
      `${usage.meter}: ${energy?.how ?? ''}`,
      namesOf(account, /power model/),
    ),
    method('I-grid', 'I', 'sourced', gridWords({ grid: usage.grid }), [`I ${usage.grid.zone}`]),
    method(
      'M-device',
      'M',
      usage.embodied.kind === 'devices' ? 'sourced' : 'modeled',
      'M = TE x TiR/EL x RR/ToR; device time is wall time over concurrency.',
      namesOf(account, /^(TE|EL|RR)/),
    ),
    method(
      'R-resolved',
      'R',
      'measured',
      'Answers accepted by the frozen scorer on the frozen test set; the declared fallback for the others.',
      [],
    ),
  ]
}

function method(
  id: string,
  letter: SciLetter,
  how: EstimateMethod,
  description: string,
  coefficients: readonly string[],
): Methodology {
  return { id, letter, method: how, description, coefficients }
}

const gridWords = ({ grid }: Pick<Account, 'grid'>) =>
  `${grid.kind}, ${grid.mix}, ${grid.scope} intensity of ${grid.name}, ${grid.period}: ${grid.source} (${grid.license}).`

const namesOf = ({ coefficients }: Account, pattern: RegExp) =>
  coefficients.map(({ name }) => name).filter((name) => pattern.test(name))

function insights(account: Account, id: string): readonly string[] {
  const compared = account.comparisons.find((each) => each.kind === 'compared' && each.a === id)
  const lines: string[] = []
  if (compared?.kind === 'compared')
    lines.push(
      `Against ${compared.b}: ${compared.verdict} (P = ${compared.pLess.toFixed(3)})${
        compared.ratio === null
          ? ''
          : `; ${compared.b} emits ${compared.ratio.value.toFixed(2)} times as much [${compared.ratio.low.toFixed(2)}, ${compared.ratio.high.toFixed(2)}]`
      }.`,
    )
  const [first] = account.measureNext
  if (first !== undefined) lines.push(`Largest effect on the score: ${first.factor}.`)
  if (account.payBack !== null && !('kind' in account.payBack.carbon))
    lines.push(`Carbon pay-back of the evaluation: ${account.payBack.carbon.sentence}`)
  return lines
}

/** The template's validation checklist, checked by arithmetic where it can be. */
function checklist(report: Omit<SciReport, 'checklist'>): SciReport['checklist'] {
  const sum = report.components.reduce((total, { sci }) => total + sci, 0)
  const listed = new Set(report.coefficients.map(({ name }) => name))
  const named = report.methodologies.flatMap(({ coefficients }) => coefficients)
  return [
    {
      item: 'components add up to the score',
      ok: Math.abs(sum - report.sci.value) <= 1e-6 * Math.abs(report.sci.value),
    },
    {
      item: 'one R for all components',
      ok: report.components.every(({ unit }) => unit === report.sci.unit),
    },
    { item: 'all coefficients listed', ok: named.every((name) => listed.has(name)) },
    { item: 'all methods typed', ok: report.methodologies.length > 0 },
    {
      item: 'boundaries clear',
      ok: report.boundary.length > 0 && report.boundary.every(({ reason }) => reason !== ''),
    },
    { item: 'at least one level of breakdown', ok: report.components.length > 0 },
  ]
}

function valueOr0(estimate: { readonly kind: string; readonly value?: number }): number {
  return estimate.kind === 'known' ? (estimate.value ?? 0) : 0
}

const share = (part: number, whole: number) =>
  `${whole > 0 ? Math.round((100 * part) / whole) : 0} %`

/** Four significant figures; exponents only where digits would not fit. */
export const format = (value: number): string => figures(value)

/** Rates side by side under one prefix: unit and text of each value. `30.04`, `ngCO2e per resolved task`. */
export function rates(sci: SciReport['sci']) {
  const { factor, prefix } = siPrefix(sci.value)
  return { unit: `${prefix}${sci.unit}`, text: (value: number) => figures(value / factor) }
}
