import type { ErrorCode } from './catalogue.ts'
import { RightsizeError } from './error.ts'

/** The operating system's reasons, in words that follow "cannot be read: ". Source: errno(3), Node's `os.constants.errno`. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a folder',
  EEXIST: 'a part of its path is a file',
  ENOTEMPTY: 'the folder is not empty',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its symbolic links form a circle',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is in use',
  EIO: 'the device reports an error',
  EPIPE: 'the program that reads it has ended',
}

const exhausted: Readonly<Record<string, string>> = {
  EMFILE: 'this process has too many open files',
  ENFILE: 'the machine has too many open files',
  EAGAIN: 'the machine has no process or thread left',
  ENOMEM: 'the machine has no memory left',
}

/** System calls that change a file system; all others only look. */
const writing =
  /^(write|mkdir|rename|unlink|rm|rmdir|symlink|link|ftruncate|fsync|copyfile|chmod|utime)/

interface Thrown {
  readonly code?: string
  readonly path?: string
  readonly syscall?: string
}

/**
 * The catalogued error of a failure that the operating system reports, or null where `thrown` is of another kind.
 * `known` tells what the failure leaves open: the path, and whether it was being written.
 */
export function systemError(
  thrown: unknown,
  known: { readonly path?: string; readonly writes?: boolean } = {},
): RightsizeError | null {
  const { code = '', syscall = '', ...thrower } = Object(thrown) as Thrown
  const path = known.path ?? thrower.path
  const named = path ?? (code === 'EPIPE' ? 'a pipe' : 'a file')
  const detail = { cause: thrown }
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new RightsizeError('DISK_FULL', `there was no room for ${named}`, detail)
  const none = exhausted[code]
  if (none !== undefined) return new RightsizeError('RESOURCE_EXHAUSTED', none, detail)
  const reason = reasons[code]
  if (reason === undefined) return null
  const writes = known.writes ?? writing.test(syscall)
  const verb = syscall.startsWith('spawn') ? 'started' : writes ? 'written' : 'read'
  const kind: ErrorCode = writes ? 'WRITE_FAILED' : 'READ_FAILED'
  return new RightsizeError(kind, `${named} cannot be ${verb}: ${reason}`, detail)
}

/** Why a request did not arrive: fetch says "fetch failed" and puts the reason into `cause`. */
export function networkReason(thrown: unknown): string {
  const { message = String(thrown), cause } = Object(thrown) as Partial<Error>
  const { code, message: inner } = Object(cause) as Thrown & Partial<Error>
  return code ?? inner ?? message
}
