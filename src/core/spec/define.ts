import type { z } from 'zod'
import type { specSchema } from './schema.ts'

/** A type with everything readonly, all the way down. */
type Readable<T> = T extends string
  ? T
  : T extends object
    ? { readonly [K in keyof T]: Readable<T[K]> }
    : T

/**
 * The spec as a person writes it, before defaults. The YAML file, a definition without its functions and the flags of `rightsize run` all
 * make this. Optional keys may be left out or undefined. The schema has the keys with their meaning.
 */
export interface SpecInput extends Readable<z.output<typeof specSchema>> {}

export type DatasetInput = SpecInput['dataset']

/** A candidate as an object; the short form is a string. */
export interface CandidateInput extends Exclude<SpecInput['candidates'][number], string> {}

/** Settings; where a list is written, each value makes a candidate. */
export type SettingsInput = NonNullable<CandidateInput['settings']>

/** Either a margin (against the incumbent) or a floor. Shares, 0..1. */
export type BarInput = NonNullable<SpecInput['bar']>
