import { RightsizeError } from '../error/error.ts'
import type { ModelFacts } from '../result/account.ts'
import type { Known } from '../unit/estimate.ts'
import { exact, known } from '../unit/known.ts'
import { requireText } from './modality.ts'
import { bitsInName } from './model-name.ts'
import { type Billions, findModel, type ModelTable, namesLike } from './model-table.ts'

/** What the user states: numbers, or [low, high] where nobody has published them. */
export interface StatedFacts {
  readonly parameters?: Billions
  readonly activeParameters?: Billions
  readonly bits?: number
  readonly source?: string
}

/**
 * Facts of a model: what the user states wins, then the tables, however the name is written (model-name.ts). A model that is
 * in neither is an error: nothing is guessed from a name, except the precision that it states. Throws MODEL_FACTS_UNKNOWN, and
 * NOT_MODELED for sound, images, video and rankings.
 */
export function modelFacts(model: string, table: ModelTable, stated: StatedFacts = {}): ModelFacts {
  requireText(model)
  if (stated.parameters !== undefined) return factsOf(model, stated, stated.parameters)
  const found = findModel(model, table)
  if (found === null) throw unknownModel(model, table)
  const { row, source } = found
  const bits = stated.bits ?? bitsInName(model) ?? row.bits
  const about = row.closed ? `not published; assumed by ${source}` : source
  return {
    model,
    totalBillions: inTable(row.total, about),
    activeBillions: inTable(row.active ?? row.total, about),
    bits: bits ?? assumedBits,
    source: bits === undefined ? `${about}; ${bitsAssumption}` : about,
    ...(row.closed ? { assumed: true } : {}),
  }
}

/** Whether an error says that a model cannot be estimated: its size is unknown, or its work is not modeled. */
export const isUnestimated = (error: unknown): error is RightsizeError =>
  error instanceof RightsizeError && ['MODEL_FACTS_UNKNOWN', 'NOT_MODELED'].includes(error.code)

function unknownModel(model: string, table: ModelTable): RightsizeError {
  const like = namesLike(model, table, 3)
  const names = like.length === 0 ? '' : ` The tables know ${like.join(', ')}.`
  return new RightsizeError('MODEL_FACTS_UNKNOWN', `the size of ${model} is unknown.${names}`, {
    next: 'State `parameters` (and `activeParameters`) of the candidate, or --parameters of `rightsize sci` (LOW,HIGH where the number is not published); or add the model to a table of your own with `rightsize models update --from FILE`.',
  })
}

/** Open weights are commonly published in 16 bits; where nobody looked, that is an assumption and said as one. */
const assumedBits = 16
const bitsAssumption = `${assumedBits} bits per weight assumed`

const inTable = (value: Billions, source: string): Known<'count'> =>
  typeof value === 'number' ? exact('count', value, source) : within(value, source)

function factsOf(model: string, stated: StatedFacts, total: Billions): ModelFacts {
  const source = stated.source ?? 'stated by the user'
  return {
    model,
    totalBillions: billions(total, source),
    activeBillions: billions(stated.activeParameters ?? total, source),
    bits: stated.bits ?? 16,
    source,
  }
}

function billions(parameters: Billions, source: string): Known<'count'> {
  const [low, high] = typeof parameters === 'number' ? [parameters, parameters] : parameters
  if (!(low > 0 && high >= low))
    throw new RightsizeError('QUANTITY_INVALID', `${low} to ${high} parameters are impossible`)
  return within([low / 1e9, high / 1e9], source)
}

const within = ([low, high]: readonly [number, number], source: string): Known<'count'> =>
  known('count', {
    ...{ value: (low + high) / 2, low, high },
    ...{ method: 'sourced', how: 'parameters', source },
  })
