import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { resolve } from 'node:path'
import { textOrNull, writeDurably } from '../adapters/files/whole-file.ts'
import { canonicalBytes } from '../core/data/canonical.ts'
import { RightsizeError } from '../core/error/error.ts'
import { entriesOf, unsigned } from '../core/keep/signed.ts'
import {
  type LockSignature,
  readSignatures,
  type Statement,
  signaturesText,
} from '../core/result/lock-signature.ts'
import { lockIn } from './lock.ts'
import { type At, sha256 } from './world.ts'

/** The signatures of a lock, in a file beside it. */
const signaturesOf = (lock: string): string => `${lock}.sig`

/**
 * Signs every entry of the lock and puts the signature into the file beside it, in the place of an earlier one with this key.
 * Throws LOCK_KEY, LOCK_NOT_FOUND and LOCK_INVALID.
 */
export async function signLock(file: string, keyFile: string, at: At): Promise<string> {
  const path = resolve(at.cwd, file)
  const key = await keyIn(keyFile, createPrivateKey, at)
  const entries = entriesOf(await lockAt(path), sha256)
  const now = at.effects.clock.now()
  const statement: Statement = { schema: 'rightsize/lock-signature@1', at: now, entries }
  const own = fingerprint(createPublicKey(key))
  const value = sign(null, canonicalBytes(statement), key).toString('base64')
  const before = readSignatures((await textOrNull(signaturesOf(path))) ?? '')
  const others = before.filter((one) => one !== null && one.key !== own) as LockSignature[]
  await writeDurably(
    signaturesOf(path),
    signaturesText([...others, { statement, key: own, value }]),
  )
  return signaturesOf(path)
}

/**
 * What of the lock is not as the holders of the keys have signed it; empty where all of it is. Lines of other keys count for
 * nothing. Throws LOCK_KEY, LOCK_NOT_FOUND and LOCK_INVALID.
 */
export async function verifyLock(
  file: string,
  keyFiles: readonly string[],
  at: At,
): Promise<{ readonly faults: readonly string[]; readonly entries: number }> {
  const path = resolve(at.cwd, file)
  const keys = new Map<string, KeyObject>()
  for (const keyFile of keyFiles) {
    const key = await keyIn(keyFile, createPublicKey, at)
    keys.set(fingerprint(key), key)
  }
  const entries = entriesOf(await lockAt(path), sha256)
  const text = await textOrNull(signaturesOf(path))
  if (text === null)
    return { entries: entries.length, faults: [`${signaturesOf(path)} is missing`] }
  const statements: Statement[] = []
  const faults: string[] = []
  for (const [line, one] of readSignatures(text).entries()) {
    const key = one === null ? undefined : keys.get(one.key)
    if (one === null) faults.push(`signature ${line + 1} cannot be read`)
    else if (key === undefined) continue
    else if (isOf(one, key)) statements.push(one.statement)
    else faults.push(`signature ${line + 1} is not by the key that it names`)
  }
  if (statements.length === 0) faults.push('there is no signature by these keys')
  return { entries: entries.length, faults: [...faults, ...unsigned(entries, statements)] }
}

const isOf = ({ statement, value }: LockSignature, key: KeyObject): boolean =>
  verify(null, canonicalBytes(statement), key, Buffer.from(value, 'base64'))

async function lockAt(path: string) {
  const lock = await lockIn(path)
  if (lock === null) throw new RightsizeError('LOCK_NOT_FOUND', `${path} does not exist`)
  return lock
}

async function keyIn(
  file: string,
  read: (pem: string) => KeyObject,
  { cwd }: At,
): Promise<KeyObject> {
  const pem = await textOrNull(resolve(cwd, file))
  if (pem === null) throw new RightsizeError('LOCK_KEY', `${file} does not exist`)
  try {
    const key = read(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (cause) {
    throw new RightsizeError('LOCK_KEY', `${file} holds no such key`, { cause })
  }
  throw new RightsizeError('LOCK_KEY', `${file} holds a key of another kind`)
}

const fingerprint = (key: KeyObject): string => sha256(key.export({ type: 'spki', format: 'der' }))
