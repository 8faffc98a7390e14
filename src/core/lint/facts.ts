/** A score or a part of one, as a report states it. */
export interface ClaimedRate {
  readonly name: string
  /** g per functional unit. */
  readonly value: number
  readonly unit: string
  readonly where: string
}

const coefficientFields = ['name', 'description', 'value', 'unit', 'source'] as const

export interface ClaimedCoefficient
  extends Readonly<Record<(typeof coefficientFields)[number], string>> {
  readonly where: string
}

export interface ClaimedMethod {
  readonly id: string
  readonly method: string
  readonly where: string
}

/** What a report claims, in whatever form it came; null where it states nothing. */
export interface ReportFacts {
  readonly sci: ClaimedRate | null
  readonly interval: { readonly low: number; readonly high: number } | null
  readonly components: readonly ClaimedRate[]
  readonly functionalUnit: string | null
  readonly coefficients: readonly ClaimedCoefficient[] | null
  readonly methods: readonly ClaimedMethod[]
  /** Coefficients that methodologies name. */
  readonly namedCoefficients: readonly string[]
  readonly boundary: boolean
  readonly date: string | null
  readonly fields: readonly string[]
  readonly text: string
}

/** Fields of the report template that must be there in some form. */
export const templateFields = [
  'application',
  'version',
  'organization',
  'accountable',
  'measurement date',
  'timespan',
  'functional unit',
  'rationale',
  'methodologies',
] as const

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** `2026-01-15`, `Aug 31 2024` or `31 August 2024`, as ISO; null for anything else. */
export function isoDate(text: string): string | null {
  const iso = /\d{4}-\d{2}-\d{2}/.exec(text)?.[0]
  if (iso !== undefined) return iso
  const american = /([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})/.exec(text)
  const british = /(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})/.exec(text)
  const [month, day, year] = american?.slice(1) ?? [british?.[2], british?.[1], british?.[3]]
  const index = months.indexOf((month ?? '').toLowerCase())
  const two = (part: string | number | undefined) => String(part ?? '').padStart(2, '0')
  return index < 0 ? null : `${year}-${two(index + 1)}-${two(day)}`
}

/** A coefficient from its cells by field; what is absent is an empty text. */
export function coefficientFrom(
  cell: (field: string) => string,
  where: string,
): ClaimedCoefficient {
  const [name = '', description = '', value = '', unit = '', source = ''] =
    coefficientFields.map(cell)
  return { name, description, value, unit, source, where }
}
