import { RightsizeError } from '../error/error.ts'
import type { ModelFacts } from '../result/account.ts'
import type { Known } from '../unit/estimate.ts'
import { exact, known } from '../unit/known.ts'

/** data/models.json */
export interface ModelTable {
  /** What the short names in `source` of a row stand for. */
  readonly sources?: Readonly<Record<string, string>>
  readonly models: Readonly<Record<string, ModelRow>>
}

interface ModelRow {
  /** Billions. */
  readonly total: number
  readonly active?: number
  /** Left out where the published precision was not seen. */
  readonly bits?: number
  /** Address of the model card, where the publisher has one. */
  readonly card?: string
  /** What the row was checked against: short names of `sources`, with `; ` between. */
  readonly source: string
  /** ISO date of that check. */
  readonly checked?: string
}

/** What the user states: numbers, or [low, high] where nobody has published them. */
export interface StatedFacts {
  readonly parameters?: number | readonly [number, number]
  readonly activeParameters?: number | readonly [number, number]
  readonly bits?: number
  readonly source?: string
}

/**
 * Facts of a model: what the user states wins, then the table (exact name, or the part behind the last slash,
 * dates and `latest` cut off). A model that is in neither is an error: nothing is guessed from a name.
 */
export function modelFacts(model: string, table: ModelTable, stated: StatedFacts = {}): ModelFacts {
  if (stated.parameters !== undefined) return factsOf(model, stated, stated.parameters)
  const row = table.models[model.toLowerCase()] ?? table.models[shortName(model)]
  if (row === undefined)
    throw new RightsizeError('MODEL_FACTS_UNKNOWN', `the size of ${model} is unknown`, {
      next: 'Set `parameters` (and `activeParameters`) on the candidate, as [low, high] if the number is not published.',
    })
  const source = sourceOf(row)
  return {
    model,
    totalBillions: exact('count', row.total, source),
    activeBillions: exact('count', row.active ?? row.total, source),
    bits: stated.bits ?? row.bits ?? assumedBits,
    source: (stated.bits ?? row.bits) === undefined ? `${source}; ${bitsAssumption}` : source,
  }
}

/** Open weights are commonly published in 16 bits; where nobody looked, that is an assumption and said as one. */
const assumedBits = 16
const bitsAssumption = `${assumedBits} bits per weight assumed`

function sourceOf({ card, source, checked }: ModelRow): string {
  const seen = checked === undefined ? source : `${source}, checked ${checked}`
  return card === undefined ? seen : `${card} (${seen})`
}

function shortName(model: string): string {
  const name = model.toLowerCase().split('/').at(-1) ?? ''
  return name.replace(/[-@](\d{4}-\d{2}-\d{2}|latest)$/, '').replace(/:.*$/, '')
}

function factsOf(
  model: string,
  stated: StatedFacts,
  total: number | readonly [number, number],
): ModelFacts {
  const source = stated.source ?? 'stated by the user'
  return {
    model,
    totalBillions: billions(total, source),
    activeBillions: billions(stated.activeParameters ?? total, source),
    bits: stated.bits ?? 16,
    source,
  }
}

function billions(parameters: number | readonly [number, number], source: string): Known<'count'> {
  const [low, high] = typeof parameters === 'number' ? [parameters, parameters] : parameters
  if (!(low > 0 && high >= low))
    throw new RightsizeError('QUANTITY_INVALID', `${low} to ${high} parameters are impossible`)
  return known('count', {
    value: (low + high) / 2 / 1e9,
    low: low / 1e9,
    high: high / 1e9,
    method: 'sourced',
    how: 'parameters',
    source,
  })
}
