import type { ImportedUse, ImportResult } from '../../core/carbon/imported-use.ts'
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

/** Reads CodeCarbon's emissions.csv by header name: older files lack columns, and the order has changed. */
export function readCodecarbon(text: string): ImportResult {
  const [head, ...rows] = parseCsv(text, 'emissions.csv', ',').records
  if (head === undefined) throw invalid('the file is empty')
  const header = head.fields.map((name) => name.trim())
  const missing = needed.filter((name) => !header.includes(name))
  if (missing.length > 0)
    throw invalid(`the columns ${missing.join(', ')} are missing`, headerHint(header))
  if (rows.length === 0) throw invalid('it contains a header but no rows')
  const uses = rows.map(({ line, fields }) =>
    useOf(Object.fromEntries(header.map((name, i) => [name, fields[i] ?? ''])), line),
  )
  return { uses, leftOut: [] }
}

function headerHint(header: readonly string[]): string {
  return header.length === 1 && header[0]?.includes(';')
    ? 'The file uses semicolons: export it again with commas and decimal points.'
    : `Found ${header.slice(0, 6).join(', ')}. Export emissions.csv again from CodeCarbon.`
}

function useOf(row: Readonly<Record<string, string>>, line: number): ImportedUse {
  const value = (name: (typeof numeric)[number]) => numberIn(row, name, line)
  const energyKwh = value('energy_consumed')
  if (energyKwh === null) throw invalid(`line ${line}: energy_consumed is empty`)
  const gpu = value('gpu_energy') ?? 0
  const pue = value('pue') ?? 1
  return {
    name: row['experiment_id'] || row['project_name'] || `line ${line}`,
    tool: 'codecarbon',
    energyKwh,
    pueInside: Math.max(1, pue),
    durationS: value('duration'),
    requests: null,
    tokens: null,
    boundary: `${row['tracking_mode'] || 'machine'}: CPU, RAM${gpu > 0 ? ', GPU' : ''}`,
    // Nothing in the file says whether the CPU had a sensor; without one the model is off by half.
    method: gpu > 0 && gpu / energyKwh > 0.8 ? 'measured' : 'modeled',
    notes: [
      'the CodeCarbon file does not state whether CPU power was measured or modeled; rightsize assumes modeled unless the GPU dominates',
      ...(value('duration') === 0 ? ['the run lasted 0 s'] : []),
    ],
  }
}

function numberIn(
  row: Readonly<Record<string, string>>,
  name: string,
  line: number,
): number | null {
  const text = row[name]?.trim() ?? ''
  if (text === '') return null
  if (/^-?\d+,\d+$/.test(text) || /^-?\d{1,3}(\.\d{3})+,\d+$/.test(text))
    throw invalid(
      `line ${line}: ${name} is "${text}", with a decimal comma`,
      'Export it again with decimal points.',
    )
  const value = Number(text)
  if (!Number.isFinite(value)) throw invalid(`line ${line}: ${name} is "${text}"`)
  if (value < 0) throw invalid(`line ${line}: ${name} is negative (${text})`)
  return value
}

function invalid(what: string, next?: string): RightsizeError {
  return new RightsizeError(
    'IMPORT_INVALID',
    `CodeCarbon emissions.csv: ${what}`,
    next === undefined ? {} : { next },
  )
}
