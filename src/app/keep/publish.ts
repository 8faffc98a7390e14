import type { Digest } from '../../contract/digest.ts'
import { canonicalJson } from '../../core/data/canonical-json.ts'
import { type Lock, lockDecision } from '../../core/keep/lock.ts'
import { renderHtml } from '../../core/report/run/html.ts'
import { renderMarkdown } from '../../core/report/run/markdown.ts'
import type { RunResult } from '../../core/result/run-result.ts'

/** What publishing needs of the world. `write` replaces a file in one step, so a kill leaves the old or the new. */
export interface PublishEffects {
  readonly digest: Digest
  write(path: string, text: string): Promise<void>
  join(dir: string, name: string): string
}

export interface Published {
  readonly lock: Lock
  readonly files: readonly string[]
}

/** Where a decision goes. The lock lies beside the spec: one for each, wherever its reports are. */
export interface PublishedAt {
  /** Folder of the reports. */
  readonly dir: string
  readonly lock: string
  readonly previous: Lock | null
  readonly validUntil: string
}

/** Writes result.json, report.html and report.md into `dir` and, unless the run was interrupted, the lock. */
export async function publish(
  result: RunResult,
  at: PublishedAt,
  effects: PublishEffects,
): Promise<Published> {
  const evidence = effects.digest(new TextEncoder().encode(canonicalJson(result)))
  const lock = lockDecision({ result, evidence, validUntil: at.validUntil, previous: at.previous })
  const files: readonly (readonly [string, string])[] = [
    [effects.join(at.dir, 'result.json'), `${JSON.stringify(result, null, 2)}\n`],
    [effects.join(at.dir, 'report.html'), renderHtml(result)],
    [effects.join(at.dir, 'report.md'), renderMarkdown(result)],
    // A run that was stopped half-way decides nothing: the decision in git stays.
    ...(result.provenance.interrupted
      ? []
      : ([[at.lock, `${JSON.stringify(lock, null, 2)}\n`]] as const)),
  ]
  for (const [path, text] of files) await effects.write(path, text)
  return { lock, files: files.map(([path]) => path) }
}
