import { daysBetween } from '../carbon/calendar.ts'
import { type ClaimedCoefficient, type ReportFacts, templateFields } from './facts.ts'
import { type Checked, type LintFinding, short } from './finding.ts'

/** A finding before its rule is named; an error unless it says otherwise. */
type Problem = Pick<LintFinding, 'where' | 'what'> & Partial<Pick<LintFinding, 'severity'>>

const warning = (where: string, what: string): Problem => ({ severity: 'warning', where, what })
const when = (wrong: boolean, problem: Problem): readonly Problem[] => (wrong ? [problem] : [])

/** The rules on what a report claims, each from ISO/IEC 21031 or the report template. */
const rules = {
  score: ({ sci, components }) =>
    sci === null
      ? [{ where: 'report', what: 'no SCI score with a unit was found' }]
      : [sci, ...components]
          .filter(({ value }) => !Number.isFinite(value) || value < 0)
          .map(({ name, where, unit }) => ({
            where,
            what: `${name} is not a possible number of g per ${unit}`,
          })),

  /** Components must add up to the score: SCI report template, validation checklist. */
  sum: ({ sci, components }) => {
    if (sci === null || components.length === 0) return []
    const total = components.reduce((sum, { value }) => sum + value, 0)
    return when(Math.abs(total - sci.value) > 0.01 * Math.abs(sci.value) + 1e-12, {
      where: sci.where,
      what: `components add up to ${short(total)} g per ${sci.unit}, but the score is ${short(sci.value)}`,
    })
  },

  /** One R for all components (ISO/IEC 21031: shall). */
  'one-r': ({ sci, components, functionalUnit }) => {
    if (sci === null) return []
    const declared = functionalUnit ?? sci.unit
    const fits = sci.unit.endsWith(declared) || declared.endsWith(sci.unit)
    return [
      ...components
        .filter(({ unit }) => unit !== sci.unit)
        .map(({ name, unit, where }) => ({
          where,
          what: `${name} is per ${unit}, but the score is per ${sci.unit}`,
        })),
      ...when(!fits, {
        where: sci.where,
        what: `the functional unit is ${declared}, but the score is per ${sci.unit}`,
      }),
    ]
  },

  coefficients: ({ coefficients, namedCoefficients }) => {
    if (coefficients === null || coefficients.length === 0)
      return [{ where: 'report', what: 'no coefficients are listed' }]
    const listed = new Set(coefficients.map(({ name }) => name))
    return [
      ...[...new Set(namedCoefficients)]
        .filter((name) => !listed.has(name))
        .map((name) => ({ where: 'methodologies', what: `"${name}" is used but not listed` })),
      ...coefficients.flatMap(incomplete),
    ]
  },

  age: ({ coefficients, date }, today) => [
    ...(coefficients ?? []).filter(isGrid).flatMap((each) => gridAge(each, today ?? date)),
    ...(today === null || date === null ? [] : dateAge(date, today)),
  ],

  methods: ({ methods }) =>
    methods.length === 0
      ? [warning('report', 'no methodology states measured, sourced or modeled')]
      : methods
          .filter(({ method }) => !/^(measured|sourced|modell?ed)$/.test(method))
          .map(({ id, method, where }) => ({
            where,
            what: `${id}: "${method}" is not measured, sourced or modeled`,
          })),

  boundary: ({ boundary }) =>
    when(!boundary, warning('report', 'no software boundary is described')),

  fields: ({ fields }) =>
    templateFields
      .filter((field) => !fields.includes(field))
      .map((field) => warning('report', `the template's "${field}" is missing`)),

  /** Market-based instruments stay outside a SCI score (ISO/IEC 21031: shall). */
  market: ({ text }) => {
    const found =
      /market[- ]based|carbon offset|offset by|\bRECs\b|\bPPAs?\b|\bEACs?\b|guarantees of origin|net[- ]zero electricity|residual mix/i.exec(
        text,
      )
    const before = text.slice(Math.max(0, (found?.index ?? 0) - 50), found?.index)
    return when(found !== null && !/no[t]? [^.]{0,40}$/i.test(before), {
      where: 'report',
      what: `"${found?.[0]}": SCI must be location-based`,
    })
  },

  /** What coefficients can be at all; a value outside is nearly always a slip of 1000 or a pound for a gram. */
  magnitude: ({ coefficients }) => (coefficients ?? []).flatMap(impossible),

  interval: ({ sci, interval }) =>
    sci === null || interval === null
      ? []
      : when(!(interval.low <= sci.value && sci.value <= interval.high), {
          where: sci.where,
          what: `the score ${short(sci.value)} lies outside its interval ${short(interval.low)} to ${short(interval.high)}`,
        }),
} as const satisfies Record<
  string,
  (facts: ReportFacts, today: string | null) => readonly Problem[]
>

export type RuleName = keyof typeof rules

/** Rules of a whole report. */
export const statementRules = Object.keys(rules) as readonly RuleName[]
/** Prose is no whole report: it has no fields to miss. */
export const proseRules = ['sum', 'one-r', 'interval'] as const satisfies readonly RuleName[]

/** What some of the rules find; a report without any score, coefficient or method has nothing to check. */
export function ruleChecks(
  facts: ReportFacts,
  today: string | null,
  names: readonly RuleName[],
): Checked {
  const { sci, components, coefficients } = facts
  const states =
    names.length > proseRules.length
      ? sci !== null || (coefficients ?? []).length > 0
      : sci !== null && components.length > 0
  const findings = names.flatMap((rule) =>
    rules[rule](facts, today).map(
      (problem): LintFinding => ({ rule, severity: 'error', ...problem }),
    ),
  )
  return { checks: states ? names.length : 0, findings }
}

function incomplete(coefficient: ClaimedCoefficient): readonly Problem[] {
  const { name, where } = coefficient
  const lacks = (['name', 'value', 'unit', 'source'] as const).filter(
    (field) =>
      coefficient[field] === '' || (field === 'value' && !Number.isFinite(numberOf(coefficient))),
  )
  return when(lacks.length > 0, {
    where,
    what: `${name || 'a coefficient'} lacks ${lacks.join(', ')}`,
  })
}

const numberOf = ({ value }: ClaimedCoefficient) => Number(value.replace(/,/g, ''))

const isGrid = ({ name, unit, description }: ClaimedCoefficient) =>
  /CO.?2.*(kWh|MWh|MJ)/i.test(unit) || /grid|carbon intensity/i.test(`${name} ${description}`)

/** Years after which an annual grid factor is old: annual data are the lowest granularity allowed. */
const gridYears = 4

function gridAge(
  { name, description, source, where }: ClaimedCoefficient,
  now: string | null,
): readonly Problem[] {
  const years = `${name} ${description} ${source}`.match(/\b(19|20)\d{2}\b/g)?.map(Number)
  if (years === undefined) return [warning(where, `${name} states no year`)]
  const newest = Math.max(...years)
  const year = now?.slice(0, 4) ?? String(newest)
  return when(Number(year) - newest > gridYears, {
    where,
    what: `${name} is from ${newest}, the report from ${year}`,
  })
}

function dateAge(date: string, today: string): readonly Problem[] {
  const where = 'measurement date'
  return [
    ...when(
      daysBetween(date, today) > 366,
      warning(where, `measured ${date}, more than a year ago`),
    ),
    ...when(daysBetween(today, date) > 1, {
      where,
      what: `measured ${date}, which is in the future`,
    }),
  ]
}

function impossible(each: ClaimedCoefficient): readonly Problem[] {
  const { name, unit, where } = each
  const value = numberOf(each)
  if (!Number.isFinite(value)) return []
  if (value < 0) return [{ where, what: `${name} is negative` }]
  const [low, high] = rangeOf(each)
  return when(value < low || value > high, {
    where,
    what: `${name} is ${each.value} ${unit}; possible values are ${low} to ${high}`,
  })
}

function rangeOf({ name, unit: stated }: ClaimedCoefficient): readonly [number, number] {
  const unit = stated.replace(/₂/g, '2').replace(/\s/g, '')
  if (/^gCO2(eq?)?\/kWh$/i.test(unit) || /^kgCO2(eq?)?\/MWh$/i.test(unit)) return [0, 1500]
  if (/^kgCO2(eq?)?\/kWh$/i.test(unit)) return [0, 1.5]
  if (/^lbs?CO2(eq?)?\/MWh$/i.test(unit)) return [0, 3300]
  if (/^PUE/i.test(name)) return [1, 4]
  if (/^EL\b|lifetime|lifespan/i.test(name) && unit === 's')
    return [0.5 * 31_536_000, 15 * 31_536_000]
  if (/^(TE|embodied)\b/i.test(name) && /^gCO2(eq?)?$/i.test(unit)) return [1000, 2e8]
  return /^RR/i.test(name) ? [0, 1] : [0, Number.POSITIVE_INFINITY]
}
