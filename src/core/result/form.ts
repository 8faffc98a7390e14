import { z } from 'zod'
import type { Estimate, Known, Unit } from '../unit/estimate.ts'

/**
 * What the forms of documents are made of. A form is a zod schema from which the type is inferred, readonly all the way
 * down. No transforms and no defaults, so that JSON Schema can be made from it (tools/schema.mjs).
 */

export const text = z.string()
/** Finite: JSON has no NaN and no Infinity. */
export const number = z.number()
export const yes = z.boolean()
/** 0..1 */
export const share = z.number().min(0).max(1)

/** Keys that are not named are accepted and kept: a later version may add some under the same schema id. */
export const object = <S extends z.ZodRawShape>(
  shape: S,
): z.ZodType<Readonly<z.infer<z.ZodObject<S>>>> => z.object(shape)

export const list = <T extends z.ZodType>(of: T): z.ZodType<readonly z.infer<T>[]> => z.array(of)

export const record = <T extends z.ZodType>(
  of: T,
): z.ZodType<Readonly<Record<string, z.infer<T>>>> => z.record(text, of)

export const texts = list(text)

const knownForm = <U extends Unit>(units: readonly [U, ...U[]]) =>
  z
    .object({
      kind: z.literal('known'),
      unit: z.literal(units),
      value: number,
      low: number,
      high: number,
      level: share.describe('Nominal coverage of [low, high].'),
      method: z.enum(['measured', 'stated', 'sourced', 'modeled']),
      how: text.describe('Meter, formula or table.'),
      source: text.describe('Citation of the constant, file or device.'),
    })
    .describe('A value with its interval and its provenance.')

export const unknownForm = z
  .object({ kind: z.literal('unknown'), why: text })
  .describe('Nothing is known; never 0.')

const infiniteForm = z
  .object({ kind: z.literal('infinite'), reason: text })
  .describe('JSON has no Infinity.')

/** A known value in one of these units; named in the JSON Schema, so each is made once. */
const known = <U extends Unit>(...units: readonly [U, ...U[]]): z.ZodType<Known<U>> =>
  knownForm(units).meta({ id: `known-${units.join('-')}` })

/** An estimate in one of these units, or why there is none; named in the JSON Schema, so each is made once. */
export const estimate = <U extends Unit>(...units: readonly [U, ...U[]]): z.ZodType<Estimate<U>> =>
  z
    .discriminatedUnion('kind', [knownForm(units), unknownForm, infiniteForm])
    .meta({ id: `estimate-${units.join('-')}` })

/** What a clock or a counter reads, or why nothing is known of it. */
export const figure = z.union([number, unknownForm])

export const joules = estimate('J')
export const joulesPerItem = estimate('JPerItem')
export const seconds = estimate('s')
export const secondsPerItem = estimate('sPerItem')
export const bytes = estimate('B')
export const grams = estimate('g')
export const gramsPerR = estimate('gPerR')
export const money = estimate('money')
export const moneyPerItem = estimate('moneyPerItem')
export const ratio = estimate('ratio')
export const portion = estimate('share')
export const count = estimate('count')

export const knownJoules = known('J')
export const knownGrams = known('g')
export const knownSeconds = known('s')
export const knownIntensity = known('gPerKwh')
export const knownRatio = known('ratio')
export const knownPortion = known('share')
export const knownCount = known('count')
