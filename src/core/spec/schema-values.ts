import { z } from 'zod'

/** Forms that several keys of a written spec share. */
export const share = z.number().min(0).max(1)
export const positive = z.number().positive()
export const count = z.number().int().positive()
export const path = z.string().min(1)
export const oneOrList = <T extends z.ZodType>(one: T) =>
  z.union([one, z.array(one).min(1).max(100)])

/** A figure with its source: one record for grid, PUE, embodied carbon and the like. */
export const statedFactor = z
  .strictObject({
    value: z.number().min(0),
    low: z.number().min(0).optional(),
    high: z.number().min(0).optional().describe('The interval, where it is known.'),
    source: z.string().min(1).describe('Who published it.'),
    year: z.number().int().min(1990).max(2100).describe('The year that it describes.'),
  })
  .meta({ id: 'stated-factor' })

/** What an object holds besides, where one of its keys has a certain value: for editors only. */
export const whenNamed = (key: string, name: string, then: object) => ({
  if: { properties: { [key]: { const: name } }, required: [key] },
  then,
})
