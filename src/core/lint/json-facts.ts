import {
  type ClaimedRate,
  coefficientFrom,
  isoDate,
  type ReportFacts,
  templateFields,
} from './facts.ts'
import { rateUnit, readQuantity } from './quantity-text.ts'
import { singular } from './unit-word.ts'

type Json = Readonly<Record<string, unknown>>

/** Facts of a report in JSON: ours, or the same field names. Anything missing stays null. */
export function factsFromJson(value: unknown, text: string): ReportFacts {
  const report = objectOf(value)
  const sci = objectOf(report['sci'])
  const unit = textOf(sci['unit'])
  const functional = objectOf(report['functionalUnit'])
  const rows = (name: string) => listOf(report[name]).map(objectOf)
  return {
    sci: rate('SCI', sci['value'], unit, 'sci'),
    interval: intervalOf(sci, unit),
    components: rows('components').flatMap(
      (c, i) =>
        rate(textOf(c['name']), c['sci'], textOf(c['unit'] ?? unit), `components[${i}]`) ?? [],
    ),
    functionalUnit: functional['unit'] === undefined ? null : singular(textOf(functional['unit'])),
    coefficients:
      report['coefficients'] === undefined
        ? null
        : rows('coefficients').map((c, i) =>
            coefficientFrom((field) => textOf(c[field]), `coefficients[${i}]`),
          ),
    methods: rows('methodologies').map((m, i) => ({
      id: textOf(m['id'] ?? i),
      method: textOf(m['method']),
      where: `methodologies[${i}]`,
    })),
    namedCoefficients: rows('methodologies').flatMap((m) => listOf(m['coefficients']).map(String)),
    boundary: listOf(report['boundary']).length > 0,
    date: isoDate(textOf(report['measurementDate'])),
    fields: templateFields.filter((field) => has(report, field)),
    text,
  }
}

/** Low and high in the unit that the score is read in. */
function intervalOf({ low, high }: Json, unit: string): ReportFacts['interval'] {
  const factor = unitQuantity(unit)?.value ?? 1
  return typeof low === 'number' && typeof high === 'number'
    ? { low: low * factor, high: high * factor }
    : null
}

/** One of a unit without remarks in brackets: `gCO2e per FLOP (gross)`. */
const unitQuantity = (unit: string) => readQuantity(`1 ${unit.replace(/\s*\(.*?\)/g, '')}`)

/** A rate whose value and unit stand apart. Keeps numbers that are not numbers, for the rules to see. */
function rate(name: string, value: unknown, unit: string, where: string): ClaimedRate | null {
  if (value === undefined) return null
  const read = unitQuantity(unit)
  const per = read === null ? null : rateUnit(read)
  return read === null || per === null
    ? { name, value: Number.NaN, unit: unit || 'no unit', where }
    : { name, value: typeof value === 'number' ? value * read.value : Number.NaN, unit: per, where }
}

function has(report: Json, field: string): boolean {
  const keys: Json = {
    organization: report['organization'] ?? report['organisation'],
    'measurement date': report['measurementDate'],
    'functional unit': report['functionalUnit'],
    rationale: objectOf(report['functionalUnit'])['rationale'],
    methodologies: listOf(report['methodologies'])[0],
  }
  return textOf(field in keys ? keys[field] : report[field]) !== ''
}

const textOf = (value: unknown) => (value === undefined || value === null ? '' : String(value))
const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
