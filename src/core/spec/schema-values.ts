import { z } from 'zod'

/** Forms that several keys of a written spec share. */
export const share = z.number().min(0).max(1)
export const positive = z.number().positive()
export const count = z.number().int().positive()
export const path = z.string().min(1)
export const oneOrList = <T extends z.ZodType>(one: T) =>
  z.union([one, z.array(one).min(1).max(100)])

/** What an object holds besides, where one of its keys has a certain value: for editors only. */
export const whenNamed = (key: string, name: string, then: object) => ({
  if: { properties: { [key]: { const: name } }, required: [key] },
  then,
})
