import { near } from './chains.ts'
import { allOf, type Checked, findingOf, type LintFinding, short } from './finding.ts'
import { type ProseLine, proseOf } from './prose.ts'
import { readLeading } from './quantity-text.ts'
import { tableChecks } from './tables.ts'

const finding = findingOf('card')
const field = 'co2_eq_emissions'

type Json = Readonly<Record<string, unknown>>

/** The front matter of a Markdown file and the line that it ends on; null without one. */
export function frontMatterOf(
  text: string,
): { readonly yaml: string; readonly lines: number } | null {
  const front = /^---\r?\n([\s\S]*?)\r?\n---(?=\r?\n|$)/.exec(text)
  return front === null ? null : { yaml: front[1] ?? '', lines: front[0].split('\n').length }
}

/**
 * Checks the emissions of a Hugging Face model card: the fields of `co2_eq_emissions` (grams, one mapping, two kinds of
 * training), and that they agree with what the text states. Source: Hugging Face hub docs, model-cards-co2.
 */
export function cardChecks(text: string, parse: (yaml: string) => unknown): Checked {
  const front = frontMatterOf(text)
  const lines = proseOf(text)
  const body = statementsOf(lines)
  const data = front === null ? {} : dataOf(front.yaml, parse)
  if (data === null)
    return {
      checks: 1,
      findings: [finding('front matter', 'it is not YAML: the Hub reads none of it')],
    }
  const stated = data[field]
  return allOf([
    stated === undefined || stated === null ? quotedBlock(text) : emissionChecks(stated),
    bodyChecks(gramsOf(stated), placeOf(stated), body),
    tableChecks(lines),
  ])
}

function dataOf(yaml: string, parse: (yaml: string) => unknown): Json | null {
  try {
    const data = parse(yaml)
    return typeof data === 'object' && data !== null ? (data as Json) : {}
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A bare number is the older form of the field. */
const gramsOf = (stated: unknown): number | null => {
  const value = isRecord(stated) ? stated['emissions'] : stated
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
const placeOf = (stated: unknown): string | null => {
  const place = isRecord(stated) ? stated['geographical_location'] : null
  return typeof place === 'string' ? place : null
}

const fields = ['emissions', 'source', 'training_type', 'geographical_location', 'hardware_used']

function emissionChecks(stated: unknown): Checked {
  if (Array.isArray(stated))
    return {
      checks: 1,
      findings: [finding(field, 'it is a list; the Hub reads one mapping of its fields')],
    }
  const of = isRecord(stated) ? stated : { emissions: stated }
  const odd = Object.keys(of).filter((name) => !fields.includes(name))
  const findings = [
    ...odd.map((name) =>
      finding(`${field}.${name}`, `the field is not one of ${fields.join(', ')}`, 'warning'),
    ),
    ...amountFindings(of['emissions']),
    ...trainingFindings(of['training_type']),
    ...(isRecord(stated) ? fields.slice(1) : [])
      .filter((name) => of[name] === undefined || of[name] === null)
      .map((name) => finding(`${field}.${name}`, 'it is not stated', 'warning')),
  ]
  return { checks: 1, findings }
}

function amountFindings(amount: unknown): readonly LintFinding[] {
  const where = `${field}.emissions`
  if (amount === undefined || amount === null) return [finding(where, 'there is no amount')]
  if (typeof amount !== 'number' || !Number.isFinite(amount))
    return [
      finding(where, `"${String(amount)}" is not a number; the field is a number of grams of CO2e`),
    ]
  return amount < 0 ? [finding(where, `${short(amount)} g is negative`)] : []
}

function trainingFindings(kind: unknown): readonly LintFinding[] {
  if (kind === undefined || kind === null || /pre-?training|fine-?tuning/i.test(String(kind)))
    return []
  return [
    finding(`${field}.training_type`, `"${String(kind)}" is neither pre-training nor fine-tuning`),
  ]
}

/** The block in the text rather than in the front matter: the Hub reads none of it, and its amount is checked all the same. */
function quotedBlock(text: string): Checked {
  const block = /^[ \t]*co2_eq_emissions:[ \t]*\r?\n((?:[ \t]+.*\r?\n?)+)/m.exec(text)?.[1]
  if (block === undefined) return { checks: 0, findings: [] }
  const amount = /^[ \t]*emissions:[ \t]*"?([^\n"]*?)"?[ \t]*$/m.exec(block)?.[1]
  const number = amount === undefined || amount === '' ? undefined : Number(amount)
  const findings = amountFindings(Number.isNaN(number) ? amount : number)
  return {
    checks: 1,
    findings: [
      ...findings,
      finding(field, 'it stands in the text; the Hub reads it in the front matter', 'warning'),
    ],
  }
}

/** An amount of carbon or energy that the text states for the whole training. */
interface Statement {
  readonly where: string
  readonly unit: 'g' | 'kWh'
  readonly value: number
  readonly text: string
  /** What stands in brackets behind it: the place. */
  readonly place: string | null
}

const emissionLabel =
  /^\W*(?:total )?(?:co2|carbon|ghg)?(?:eq)? ?(?:emissions?|footprint)(?: \(in grams\))?\s*:\s*(.+)$/i
const energyLabel = /^\W*(?:total )?energy (?:consumption|consumed|use|used)\s*:\s*(.+)$/i
const footprint = /(?:carbon footprint|emissions?) of (\d[^,;]*?CO2\w*)/i

function statementsOf(lines: readonly ProseLine[]): readonly Statement[] {
  return lines.flatMap(({ text, where }) => {
    const carbon = emissionLabel.exec(text)?.[1] ?? footprint.exec(text)?.[1]
    const energy = energyLabel.exec(text)?.[1]
    const stated = carbon ?? energy
    if (stated === undefined) return []
    const inGrams = /\(in grams\)/i.test(text) && /^[\d.e-]+\s*$/.test(stated)
    const amount = stated.split('(', 1)[0] ?? ''
    const read = readLeading(inGrams ? `${amount} g` : amount)
    const unit = carbon === undefined ? 'kWh' : 'g'
    const place = /\(([A-Z][A-Za-z ]+)\)/.exec(stated)?.[1] ?? null
    return read === null || read.dimensions[unit] !== 1
      ? []
      : [{ where, unit, value: read.value, text: amount, place }]
  })
}

/** What the text states must be what the front matter does, and the carbon of an energy must be possible. */
function bodyChecks(
  grams: number | null,
  place: string | null,
  body: readonly Statement[],
): Checked {
  const carbon = body.find(({ unit }) => unit === 'g')
  const energy = body.find(({ unit }) => unit === 'kWh')
  const checks: (LintFinding | null)[] = []
  if (carbon !== undefined && grams !== null)
    checks.push(near(grams, carbon.value, carbon.text) ? null : differs(grams, carbon))
  if (carbon?.place !== undefined && carbon.place !== null && place !== null)
    checks.push(
      samePlace(place, carbon.place)
        ? null
        : finding(
            `${field}.geographical_location`,
            `${place}, but ${carbon.where} states ${carbon.place}`,
          ),
    )
  const amount = carbon?.value ?? grams
  if (energy !== undefined && amount !== null)
    checks.push(
      possible(amount / energy.value)
        ? null
        : finding(
            energy.where,
            `${short(amount)} g over ${short(energy.value)} kWh is ${short(amount / energy.value)} g/kWh; grids have 1 to 1500`,
          ),
    )
  return { checks: checks.length, findings: checks.filter((one) => one !== null) }
}

const differs = (grams: number, { where, value }: Statement) => {
  const what = `${short(grams)} g, but ${where} states ${short(value)} g${Math.abs(value / grams / 1000 - 1) < 0.1 ? ': the field is in grams, not kilograms' : ''}`
  return { ...finding(`${field}.emissions`, what), where: `${where}, ${field}.emissions` }
}

const possible = (intensity: number) => intensity >= 1 && intensity <= 1500

const samePlace = (a: string, b: string) => {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()]
  return (
    x.includes(y) ||
    y.includes(x) ||
    x.split(/\W+/).some((word) => word.length > 3 && y.includes(word))
  )
}
