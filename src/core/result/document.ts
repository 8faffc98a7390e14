import type { z } from 'zod'
import type { ErrorCode } from '../error/catalogue.ts'
import { RightsizeError } from '../error/error.ts'
import { rule, valueAt } from '../spec/issue-text.ts'
import type { KeyPath } from '../spec/source-lines.ts'
import type { Account } from './account.ts'
import type { Compression } from './compression.ts'
import { readJson } from './json-text.ts'
import type { formerLock, LockFile } from './lock.ts'
import type { RunResult } from './run-result.ts'
import { schemaId } from './schema-id.ts'

/** The documents that are read back, by kind. */
export interface Documents {
  readonly 'run-result': RunResult
  readonly account: Account
  readonly lock: LockFile
  /** The former lock, of which the looks are still counted. */
  readonly 'lock@1': z.infer<typeof formerLock>
  readonly compression: Compression
}
export type DocumentKind = keyof Documents

/** One row per kind: its error, the command that makes it anew, and its form, which is loaded with zod when one is read. */
const kinds: {
  readonly [K in DocumentKind]: {
    readonly code: ErrorCode
    readonly renew: string
    readonly form: () => Promise<z.ZodType<Documents[K]>>
  }
} = {
  'run-result': {
    code: 'RESULT_INVALID',
    renew: 'Run `rightsize run` again: it uses the stored answers and calls no model anew.',
    form: async () => (await import('./run-result.ts')).runResult,
  },
  account: {
    code: 'RESULT_INVALID',
    renew: 'Run `rightsize run` again: it uses the stored answers and calls no model anew.',
    form: async () => (await import('./account.ts')).account,
  },
  lock: {
    code: 'LOCK_INVALID',
    renew: 'Restore it from git; `rightsize run` then adds to it.',
    form: async () => (await import('./lock.ts')).lock,
  },
  'lock@1': {
    code: 'LOCK_INVALID',
    renew: 'Restore it from git, or move it away and run `rightsize run` again.',
    form: async () => (await import('./lock.ts')).formerLock,
  },
  compression: {
    code: 'COMPRESSION_INVALID',
    renew: 'Run the same `rightsize shrink` command again: it resumes its stored trials.',
    form: async () => (await import('./compression.ts')).compression,
  },
}

/**
 * A document that rightsize wrote, checked against its form; keys that the form does not name are kept.
 * Throws the kind's error, which names the place inside the document, what is expected there and what was found, when
 * the text is not JSON, of another kind or version, or of another form.
 */
export async function readDocument<K extends DocumentKind>(
  text: string,
  kind: K,
  file: string,
): Promise<Documents[K]> {
  const { code, renew, form } = kinds[kind]
  const refuse = (what: string, next = renew, cause?: unknown): never => {
    throw new RightsizeError(code, `${file} ${what}`, { next, cause })
  }
  const json = readJson(text)
  if ('refused' in json) return refuse(json.refused, renew, json.cause)
  const other = otherVersion(json.value, kind)
  if (other !== null) return refuse(other.what, other.next ?? renew)
  const parsed = (await form()).safeParse(json.value)
  if (!parsed.success) return refuse(issuesText(parsed.error.issues, json.value))
  // The text's own value, not zod's copy, which lacks the keys that the form does not name.
  return json.value as Documents[K]
}

/** Why a document of this name is not read; null where its schema id is the right one. */
function otherVersion(
  value: unknown,
  kind: DocumentKind,
): { readonly what: string; readonly next?: string } | null {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, 'schema') : null
  const wanted = schemaId[kind]
  if (found === wanted) return null
  const [, name, version] = /^rightsize\/([a-z-]+)@(\d{1,6})$/.exec(String(found)) ?? []
  if (name === undefined)
    return {
      what: `has no \`schema\` of rightsize: ${wanted} is expected`,
      next: 'Name a file that rightsize wrote.',
    }
  if (name !== kind) return { what: `is ${found}, not ${wanted}`, next: `Name a ${kind} file.` }
  if (Number(version) < Number(wanted.split('@')[1]))
    return { what: `is ${found}, of an earlier rightsize; this one reads ${wanted}` }
  return {
    what: `is ${found}, of a later rightsize; this one reads ${wanted}`,
    next: 'Update rightsize: `npm install rightsize@latest`.',
  }
}

/** Problems that one message lists. */
const shown = 3

function issuesText(issues: readonly z.core.$ZodIssue[], value: unknown): string {
  const found = issues.flatMap((issue) => textsOf(issue, [], value))
  const more = found.length > shown ? `; and ${found.length - shown} more` : ''
  return `is not a valid document: ${found.slice(0, shown).join('; ')}${more}`
}

/** The branch of a union that comes nearest speaks: the one with the fewest faults. */
function textsOf(issue: z.core.$ZodIssue, base: KeyPath, value: unknown): readonly string[] {
  const path = [...base, ...issue.path] as KeyPath
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const [nearest = []] = [...issue.errors].sort((a, b) => a.length - b.length)
    return nearest.flatMap((inner) => textsOf(inner, path, value))
  }
  const at = valueAt(value, path)
  if (at === undefined) return [`\`${named(path)}\` is missing`]
  return [`\`${named(path)}\` ${rule(issue, at)}`]
}

/** A path as a person reads it: `candidates[2].cost.sci`. */
const named = (path: KeyPath): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '')
