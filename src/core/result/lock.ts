import { z } from 'zod'
import { settings } from './candidate.ts'
import { claim, claimKind } from './claim.ts'
import {
  gramsPerR,
  joulesPerItem,
  list,
  number,
  object,
  record,
  share,
  text,
  texts,
  yes,
} from './form.ts'
import { bar } from './run-result.ts'
import { saving } from './saving.ts'
import { schemaId } from './schema-id.ts'

const lockedModel = object({
  id: text,
  runtime: text,
  model: text,
  revision: text.describe('Identity of the model: a digest of its files, or a resolved snapshot.'),
  precision: text,
  engine: text,
  floating: yes,
  parameters: number.nullable(),
  bytes: number.nullable(),
  settings,
})
export interface LockedModel extends z.infer<typeof lockedModel> {}

const decision = object({
  task: object({
    name: text,
    metric: text,
    scorer: text,
    scorers: record(text).optional().describe('Version of each scorer.'),
    items: number,
    synthetic: yes,
    data: record(text).describe('Digest of each part.'),
    spec: text.describe('Digest of the spec.'),
  }),
  kind: claimKind,
  headline: text,
  chosen: lockedModel.nullable(),
  incumbent: text.nullable(),
  matches: yes,
  certified: yes,
  claim: z.enum(['supported', 'certified']).describe('What the spec asks for.'),
  pLossOverMargin: share.nullable(),
  bar,
  loss: claim.nullable().describe('Of the chosen model.'),
  energy: object({ perItem: joulesPerItem, meter: text, machine: text }).nullable(),
  sci: gramsPerR.nullable(),
  saving: saving.nullable().exactOptional(),
  rejected: list(object({ id: text, why: text })),
  candidates: list(object({ id: text, revision: text.nullable() }))
    .optional()
    .describe('Identity of every candidate; null of one that could not be opened.'),
  look: text.nullable().describe('Key of the look that it rests on.'),
  evidence: text.describe('sha256 of the canonical run result.'),
  decidedAt: text,
  validUntil: text,
  supersedes: text.nullable().describe('Evidence of the decision that this one replaces.'),
  generator: text,
})
export interface LockedDecision extends z.infer<typeof decision> {}

const look = object({
  at: text,
  by: text.describe('The command that looked.'),
  task: text,
  key: text.describe('Digest of question and outcomes: the same ones are the same look.'),
  asked: text.describe('Digest of the question before any outcome was known.'),
  number: number.int().min(1).describe('1 for the first look at these items.'),
  alpha: share.describe('Error that this look may make.'),
  set: text.nullable().describe('The set of items; null where an earlier version kept none.'),
  test: text.describe('Digest of the test part.'),
  bar,
  incumbent: text.nullable(),
  candidates: texts,
  claim: object({ kind: claimKind, chosen: text.nullable() })
    .nullable()
    .describe('Null where it was interrupted before anything was claimed.'),
})
/** One look at labeled items. Every look spends confidence, so all of them stay. */
export interface Look extends z.infer<typeof look> {}

const itemSet = object({
  name: text,
  items: text.describe('48 bits of the digest of each input, 8 letters an item, ascending.'),
})

/**
 * An entry stands on one line and needs no other; a null closes the list, so that every entry ends with a comma. It is one
 * thing: a second key would be read without having been looked at.
 */
const entry = z.union([
  z.strictObject({ decision }),
  z.strictObject({ look }),
  z.strictObject({ set: itemSet }),
  z.null(),
])

/** The file: one list of entries, so that lines of two branches in any mix are a lock. */
export const lock = object({ schema: z.literal(schemaId.lock), entries: list(entry) }).meta({
  title: 'rightsize lock',
  description: 'Decisions and the ledger of looks: rightsize.lock.',
})
export interface LockFile extends z.infer<typeof lock> {}

/** What is kept of a lock@1: that its test parts were looked at. Its decisions are renewed. */
export const formerLock = object({
  decisions: record(
    object({
      looks: list(object({ at: text, test: text, bar, chosen: text.nullable(), evidence: text })),
    }),
  ),
})

/** Looks, and the sets of items that they used, by name. */
export interface Looked {
  readonly looks: readonly Look[]
  /** Packed items by name of the set. */
  readonly sets: Readonly<Record<string, string>>
}

/** The decisions in git, by task, and the one ledger of looks. */
export interface Lock extends Looked {
  readonly decisions: Readonly<Record<string, LockedDecision>>
}
