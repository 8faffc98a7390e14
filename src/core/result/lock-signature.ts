import { z } from 'zod'
import { list, object, text } from './form.ts'
import { readJson } from './json-text.ts'

const entry = object({
  kind: z.enum(['decision', 'look', 'set']),
  name: text.describe('Task of a decision, key of a look, name of a set.'),
  at: text.describe('When it was decided or looked; empty for a set.'),
  digest: text.describe('sha256 of the canonical entry.'),
})
/** One entry of a lock, as a signature covers it. */
export interface SignedEntry extends z.infer<typeof entry> {}

const statement = object({
  schema: z.literal('rightsize/lock-signature@1'),
  at: text,
  entries: list(entry),
})
/** What is signed: the canonical JSON of this. */
export interface Statement extends z.infer<typeof statement> {}

const signature = object({
  statement,
  key: text.describe('sha256 of the public key in DER (SPKI).'),
  value: text.describe('Ed25519 signature in base64.'),
})
/** One line of rightsize.lock.sig. */
export interface LockSignature extends z.infer<typeof signature> {}

/** The signatures of a file, one a line, so that git may keep the lines of both branches; null for a line that is none. */
export function readSignatures(file: string): readonly (LockSignature | null)[] {
  return file
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^([<>|]{7}( .*)?|={7})\r?$/.test(line))
    .map((line) => {
      const json = readJson(line)
      const read = 'value' in json ? signature.safeParse(json.value) : null
      return read?.success === true ? read.data : null
    })
}

/** The file of signatures, in the order of their keys and times. */
export function signaturesText(signatures: readonly LockSignature[]): string {
  const order = ({ key, statement }: LockSignature) => `${key} ${statement.at}`
  const sorted = signatures.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
  return sorted.map((one) => `${JSON.stringify(one)}\n`).join('')
}
