import type { Digest } from '../../contract/digest.ts'
import { canonicalJson } from '../../core/data/canonical-json.ts'
import { lockedDecision } from '../../core/keep/lock.ts'
import { renderHtml } from '../../core/report/run/html.ts'
import { renderMarkdown } from '../../core/report/run/markdown.ts'
import type { RunResult } from '../../core/result/run-result.ts'
import type { Ledger } from './ledger.ts'

/** What publishing needs of the world. `write` replaces a file in one step, so a kill leaves the old or the new. */
export interface PublishEffects {
  readonly digest: Digest
  write(path: string, text: string): Promise<void>
  join(dir: string, name: string): string
}

/** Where a decision goes. The lock lies beside the spec: one for each, wherever its reports are. */
export interface PublishedAt {
  /** Folder of the reports. */
  readonly dir: string
  readonly ledger: Ledger
  /** Path of the ledger; null where the spec is not kept beside it, so that nothing there could be compared with the decision. */
  readonly lock: string | null
  readonly validUntil: string
}

/** Writes result.json, report.html and report.md into `dir` and the decision into the lock, unless the run was interrupted or its spec is kept nowhere. */
export async function publish(
  result: RunResult,
  { dir, ledger, lock, validUntil }: PublishedAt,
  effects: PublishEffects,
): Promise<readonly string[]> {
  const files: readonly (readonly [string, string])[] = [
    [effects.join(dir, 'result.json'), `${JSON.stringify(result, null, 2)}\n`],
    [effects.join(dir, 'report.html'), renderHtml(result)],
    [effects.join(dir, 'report.md'), renderMarkdown(result)],
  ]
  for (const [path, text] of files) await effects.write(path, text)
  const written = files.map(([path]) => path)
  // A run that was stopped half-way decides nothing: the decision in git stays.
  if (result.provenance.interrupted || lock === null) return written
  const evidence = effects.digest(new TextEncoder().encode(canonicalJson(result)))
  await ledger.decide(result.task.name, (former) =>
    lockedDecision(result, { evidence, validUntil, former }),
  )
  return [...written, lock]
}
