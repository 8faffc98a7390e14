import type { ImportedUse, ImportResult } from '../../core/carbon/imported-use.ts'
import type { NamedMachine } from '../../core/carbon/named-machine.ts'
import { parseCsv } from '../../core/data/csv.ts'
import { RightsizeError } from '../../core/error/error.ts'

/** Columns that every version of CodeCarbon writes and that are needed here. */
const needed = ['project_name', 'duration', 'emissions', 'energy_consumed'] as const
/** Columns that must be numbers where they are present. */
const numeric = [
  'duration',
  'emissions',
  'energy_consumed',
  'cpu_energy',
  'gpu_energy',
  'ram_energy',
  'pue',
] as const

/** Facts that scores are made from, or that name the run. */
const used = new Set<string>([
  ...needed,
  ...numeric,
  ...['experiment_id', 'run_id', 'timestamp', 'country_iso_code', 'tracking_mode'],
  ...['cpu_count', 'cpu_model', 'gpu_count', 'gpu_model', 'on_cloud', 'cloud_provider'],
])

type Cells = Readonly<Record<string, string>>

/**
 * Reads CodeCarbon's emissions.csv by header name: older files lack columns, and the order has changed. Its append
 * leaves short, blank and shifted rows behind; those are listed with their line, and the rest is read. Throws
 * IMPORT_INVALID where nothing can be read.
 */
export function readCodecarbon(text: string): ImportResult {
  const { records, delimiter } = parseCsv(text, 'emissions.csv')
  const [head, ...rows] = records
  if (head === undefined) throw invalid('the file is empty')
  const header = head.fields.map((name) => name.trim())
  const missing = needed.filter((name) => !header.includes(name))
  if (missing.length > 0)
    throw invalid(
      `the columns ${missing.join(', ')} are missing`,
      `Found ${header.slice(0, 6).join(', ')}. Export emissions.csv again from CodeCarbon.`,
    )
  if (rows.length === 0) throw invalid('it contains a header but no rows')
  const comma = delimiter === ';'
  const read = rows.map(({ line, fields }) => rowOf(header, fields, line, comma))
  const uses = read.flatMap((one) => ('use' in one ? [one.use] : []))
  const leftOut = read.flatMap((one) => ('why' in one ? [one.why] : []))
  const [first] = leftOut
  if (uses.length === 0 && first !== undefined) throw invalid(first)
  return { uses: distinct(uses), leftOut: [...leftOut, ...unusedFacts(header, rows)] }
}

/** Runs of one project are told apart by their time, which stands behind the name in brackets. */
function distinct(
  uses: readonly (ImportedUse & { readonly time: string })[],
): readonly ImportedUse[] {
  const names = uses.map(({ name }) => name)
  return uses.map(({ time, ...use }) => {
    const again = names.filter((name) => name === use.name).length > 1
    return again && time !== '' ? { ...use, name: `${use.name} (${time})` } : use
  })
}

/** Columns that hold something and that no score is made from. */
function unusedFacts(
  header: readonly string[],
  rows: readonly { readonly fields: readonly string[] }[],
): readonly string[] {
  const holds = (column: number) =>
    rows.some(({ fields }) => !/^0?(\.0)?$/.test(fields[column]?.trim() ?? ''))
  const names = header.filter((name, i) => !used.has(name) && holds(i))
  return names.length === 0 ? [] : [`columns that are not used: ${names.join(', ')}`]
}

/** One row, or why it is left out. */
function rowOf(
  header: readonly string[],
  fields: readonly string[],
  line: number,
  comma: boolean,
): { readonly use: ImportedUse & { readonly time: string } } | { readonly why: string } {
  const row = Object.fromEntries(header.map((name, i) => [name, fields[i]?.trim() ?? '']))
  const blank = fields.filter((field) => field.trim() !== '').length <= 1
  if (blank) return { why: `line ${line} was left out: the row is empty, energy_consumed included` }
  if (fields.length !== header.length)
    return {
      why: `line ${line} was left out: it has ${fields.length} fields, and the header has ${header.length}`,
    }
  const why = numeric.map((name) => problemOf(row, name, comma)).find((problem) => problem !== null)
  if (why !== undefined && why !== null) return { why: `line ${line} was left out: ${why}` }
  const value = (name: (typeof numeric)[number]) => numberIn(row[name] ?? '', comma)
  const use = useOf(row, line, value)
  const odd = partsProblem(value)
  if (use === null) return { why: `line ${line} was left out: energy_consumed is empty` }
  return odd === null
    ? { use: { ...use, time: row['timestamp'] ?? '' } }
    : { why: `line ${line} was left out: ${odd}` }
}

/** Share by which the energy may differ from the sum of its parts. */
const partsTolerance = 0.05

/** CPU, GPU and RAM make up the energy, with the PUE or (before version 3.1) without it. */
function partsProblem(value: (name: (typeof numeric)[number]) => number | null): string | null {
  const total = value('energy_consumed') ?? 0
  const parts = ['cpu_energy', 'gpu_energy', 'ram_energy'] as const
  const known = parts.map(value).filter((part) => part !== null)
  const sum = known.reduce((all, part) => all + part, 0)
  const near = (part: number) => Math.abs(part - total) <= partsTolerance * Math.max(part, total)
  if (known.length < parts.length || near(sum) || near(sum * Math.max(1, value('pue') ?? 1)))
    return null
  return `its parts add up to ${Number(sum.toPrecision(6))} kWh, and energy_consumed is ${total} kWh`
}

function useOf(
  row: Cells,
  line: number,
  value: (name: (typeof numeric)[number]) => number | null,
): ImportedUse | null {
  const energyKwh = value('energy_consumed')
  if (energyKwh === null) return null
  const gpu = value('gpu_energy') ?? 0
  const emissions = value('emissions')
  return {
    name: row['project_name'] || row['experiment_id'] || `line ${line}`,
    tool: 'codecarbon',
    energyKwh,
    pueInside: Math.max(1, value('pue') ?? 1),
    durationS: value('duration'),
    requests: null,
    tokens: null,
    place: row['country_iso_code'] || null,
    carbon: emissions === null ? null : { operationalG: emissions * 1000, embodiedG: 0 },
    machine: machineOf(row),
    boundary: `${row['tracking_mode'] || 'machine'}: CPU, RAM${gpu > 0 ? ', GPU' : ''}`,
    // Nothing in the file says whether the CPU had a sensor; without one the model is off by half.
    method: gpu > 0 && gpu / energyKwh > 0.8 ? 'measured' : 'modeled',
    notes: [
      'the CodeCarbon file does not state whether CPU power was measured or modeled; rightsize assumes modeled unless the GPU dominates',
      ...(value('duration') === 0 ? ['the run lasted 0 s'] : []),
    ],
  }
}

/** Processors, GPUs and cloud of the machine as CodeCarbon names them: `2 x NVIDIA A100`. */
function machineOf(row: Cells): NamedMachine | null {
  const count = (name: string) => {
    const value = Number.parseFloat(row[name] ?? '')
    return Number.isFinite(value) && value > 0 ? Math.round(value) : null
  }
  const gpu = row['gpu_model']?.replace(/^\d+ x /, '') || null
  return {
    ...{ processors: count('cpu_count'), cpu: row['cpu_model'] || null, gpu },
    gpus: gpu === null ? 0 : (count('gpu_count') ?? 1),
    cloud: /^y/i.test(row['on_cloud'] ?? '') || (row['cloud_provider'] ?? '') !== '',
  }
}

/** Why a cell that should be a number, or empty, is none. */
function problemOf(row: Cells, name: string, comma: boolean): string | null {
  const text = row[name] ?? ''
  if (text === '') return null
  const value = numberIn(text, comma)
  if (value === null && /^-?\d+,\d+$/.test(text))
    return `${name} is "${text}", with a decimal comma between commas`
  if (value === null) return `${name} is "${text}"`
  return value < 0 ? `${name} is negative (${text})` : null
}

/** A number; with a decimal comma in files that separate by semicolons. */
function numberIn(text: string, comma: boolean): number | null {
  if (text === '') return null
  const value = Number(comma ? text.replace(/^(-?\d+),(\d+)/, '$1.$2') : text)
  return Number.isFinite(value) ? value : null
}

function invalid(what: string, next?: string): RightsizeError {
  return new RightsizeError('IMPORT_INVALID', `CodeCarbon emissions.csv: ${what}`, { next })
}
