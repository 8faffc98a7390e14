import { daysBetween } from '../carbon/calendar.ts'
import type { ClaimedCoefficient, ReportFacts } from './facts.ts'
import { templateFields } from './facts.ts'

export type LintRule =
  | 'score'
  | 'dimension'
  | 'sum'
  | 'one-r'
  | 'coefficients'
  | 'age'
  | 'methods'
  | 'boundary'
  | 'fields'
  | 'market'
  | 'magnitude'
  | 'interval'
  | 'manifest'

export interface Finding {
  readonly rule: LintRule
  readonly severity: 'error' | 'warning'
  readonly where: string
  /** What is wrong, with both numbers where there are two. */
  readonly what: string
}

type Rule = (facts: ReportFacts, today: string | null) => readonly Finding[]

const error = (rule: LintRule, where: string, what: string): Finding => ({
  rule,
  severity: 'error',
  where,
  what,
})
const warning = (rule: LintRule, where: string, what: string): Finding => ({
  rule,
  severity: 'warning',
  where,
  what,
})

/** The rules on what a report claims, each from ISO/IEC 21031 or the report template. */
export const factRules: readonly Rule[] = [
  scoreRule,
  sumRule,
  oneUnitRule,
  coefficientRule,
  ageRule,
  methodRule,
  boundaryRule,
  fieldRule,
  marketRule,
  magnitudeRule,
  intervalRule,
]

function scoreRule({ sci, components }: ReportFacts): readonly Finding[] {
  if (sci === null) return [error('score', 'report', 'no SCI score with a unit was found')]
  return [sci, ...components]
    .filter(({ value }) => !Number.isFinite(value) || value < 0)
    .map(({ name, where, unit }) =>
      error('score', where, `${name} is not a possible number of g per ${unit}`),
    )
}

/** Components must add up to the score: SCI report template, validation checklist. */
function sumRule({ sci, components }: ReportFacts): readonly Finding[] {
  if (sci === null || components.length === 0) return []
  const total = components.reduce((sum, { value }) => sum + value, 0)
  const slack = 0.01 * Math.abs(sci.value) + 1e-12
  return Math.abs(total - sci.value) <= slack || Number.isNaN(total)
    ? []
    : [
        error(
          'sum',
          sci.where,
          `components add up to ${short(total)} g per ${sci.unit}, but the score is ${short(sci.value)}`,
        ),
      ]
}

/** One R for all components (ISO/IEC 21031: shall). */
function oneUnitRule({ sci, components, functionalUnit }: ReportFacts): readonly Finding[] {
  if (sci === null) return []
  const others = components
    .filter(({ unit }) => unit !== sci.unit)
    .map(({ name, unit, where }) =>
      error('one-r', where, `${name} is per ${unit}, but the score is per ${sci.unit}`),
    )
  const declared =
    functionalUnit === null ||
    sci.unit.endsWith(functionalUnit) ||
    functionalUnit.endsWith(sci.unit)
      ? []
      : [
          error(
            'one-r',
            sci.where,
            `the functional unit is ${functionalUnit}, but the score is per ${sci.unit}`,
          ),
        ]
  return [...others, ...declared]
}

function coefficientRule({ coefficients, namedCoefficients }: ReportFacts): readonly Finding[] {
  if (coefficients === null || coefficients.length === 0)
    return [error('coefficients', 'report', 'no coefficients are listed')]
  const listed = new Set(coefficients.map(({ name }) => name))
  const missing = [...new Set(namedCoefficients)]
    .filter((name) => !listed.has(name))
    .map((name) => error('coefficients', 'methodologies', `"${name}" is used but not listed`))
  return [...missing, ...coefficients.flatMap(incomplete)]
}

function incomplete({ name, value, unit, source, where }: ClaimedCoefficient): readonly Finding[] {
  const lacks = [
    ...(name === '' ? ['name'] : []),
    ...(value === '' || !Number.isFinite(Number(value.replace(/,/g, ''))) ? ['value'] : []),
    ...(unit === '' ? ['unit'] : []),
    ...(source === '' ? ['source'] : []),
  ]
  return lacks.length === 0
    ? []
    : [error('coefficients', where, `${name || 'a coefficient'} lacks ${lacks.join(', ')}`)]
}

const isGrid = ({ name, unit, description }: ClaimedCoefficient) =>
  /CO.?2.*(kWh|MWh|MJ)/i.test(unit) || /grid|carbon intensity/i.test(`${name} ${description}`)

/** Years after which an annual grid factor is old: annual data are the lowest granularity allowed. */
const gridYears = 4

function ageRule({ coefficients, date }: ReportFacts, today: string | null): readonly Finding[] {
  const now = today ?? date
  const grid = (coefficients ?? []).filter(isGrid).flatMap((each) => {
    const years = [
      ...`${each.name} ${each.description} ${each.source}`.matchAll(/\b(19|20)\d{2}\b/g),
    ].map(([y]) => Number(y))
    if (years.length === 0) return [warning('age', each.where, `${each.name} states no year`)]
    const newest = Math.max(...years)
    return now !== null && Number(now.slice(0, 4)) - newest > gridYears
      ? [
          error(
            'age',
            each.where,
            `${each.name} is from ${newest}, the report from ${now.slice(0, 4)}`,
          ),
        ]
      : []
  })
  const old =
    today !== null && date !== null && daysBetween(date, today) > 366
      ? [warning('age', 'measurement date', `measured ${date}, more than a year ago`)]
      : []
  const future =
    today !== null && date !== null && daysBetween(today, date) > 1
      ? [error('age', 'measurement date', `measured ${date}, which is in the future`)]
      : []
  return [...grid, ...old, ...future]
}

const methodWords = ['measured', 'sourced', 'modeled', 'modelled']

function methodRule({ methods }: ReportFacts): readonly Finding[] {
  if (methods.length === 0)
    return [warning('methods', 'report', 'no methodology states measured, sourced or modeled')]
  return methods
    .filter(({ method }) => !methodWords.includes(method))
    .map(({ id, method, where }) =>
      error('methods', where, `${id}: "${method}" is not measured, sourced or modeled`),
    )
}

function boundaryRule({ boundary }: ReportFacts): readonly Finding[] {
  return boundary ? [] : [warning('boundary', 'report', 'no software boundary is described')]
}

function fieldRule({ fields }: ReportFacts): readonly Finding[] {
  const missing = templateFields.filter((field) => !fields.includes(field))
  return missing.map((field) => warning('fields', 'report', `the template's "${field}" is missing`))
}

/** Market-based instruments stay outside a SCI score (ISO/IEC 21031: shall). */
function marketRule({ text }: ReportFacts): readonly Finding[] {
  const found =
    /market[- ]based|carbon offset|offset by|\bRECs\b|\bPPAs?\b|\bEACs?\b|guarantees of origin|net[- ]zero electricity|residual mix/i.exec(
      text,
    )
  return found === null ||
    /no[t]? [^.]{0,40}$/i.test(text.slice(Math.max(0, found.index - 50), found.index))
    ? []
    : [error('market', 'report', `"${found[0]}": SCI must be location-based`)]
}

/** What coefficients can be at all; a value outside is nearly always a slip of 1000 or a pound for a gram. */
function magnitudeRule({ coefficients }: ReportFacts): readonly Finding[] {
  return (coefficients ?? []).flatMap((each) => {
    const value = Number(each.value.replace(/,/g, ''))
    if (!Number.isFinite(value)) return []
    if (value < 0) return [error('magnitude', each.where, `${each.name} is negative`)]
    const range = rangeOf(each)
    return range === null || (value >= range[0] && value <= range[1])
      ? []
      : [
          error(
            'magnitude',
            each.where,
            `${each.name} is ${each.value} ${each.unit}; possible values are ${range[0]} to ${range[1]}`,
          ),
        ]
  })
}

function rangeOf(each: ClaimedCoefficient): readonly [number, number] | null {
  const unit = each.unit.replace(/₂/g, '2').replace(/\s/g, '')
  if (/^gCO2(eq?)?\/kWh$/i.test(unit) || /^kgCO2(eq?)?\/MWh$/i.test(unit)) return [0, 1500]
  if (/^kgCO2(eq?)?\/kWh$/i.test(unit)) return [0, 1.5]
  if (/^lbs?CO2(eq?)?\/MWh$/i.test(unit)) return [0, 3300]
  if (/^PUE/i.test(each.name)) return [1, 4]
  if (/^EL\b|lifetime|lifespan/i.test(each.name) && unit === 's')
    return [0.5 * 31_536_000, 15 * 31_536_000]
  if (/^(TE|embodied)\b/i.test(each.name) && /^gCO2(eq?)?$/i.test(unit)) return [1000, 2e8]
  return /^RR/i.test(each.name) ? [0, 1] : null
}

function intervalRule({ sci, interval }: ReportFacts): readonly Finding[] {
  if (sci === null || interval === null) return []
  return interval.low <= sci.value && sci.value <= interval.high
    ? []
    : [
        error(
          'interval',
          sci.where,
          `the score ${short(sci.value)} lies outside its interval ${short(interval.low)} to ${short(interval.high)}`,
        ),
      ]
}

export const short = (value: number) => String(Number(value.toPrecision(4)))
