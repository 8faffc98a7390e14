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

/** Writes result.json, report.html, report.md and, unless the run was interrupted, rightsize.lock into `dir`. */
export async function publish(
  result: RunResult,
  at: { readonly dir: string; readonly previous: Lock | null; readonly validUntil: string },
  effects: PublishEffects,
): Promise<Published> {
  const evidence = effects.digest(new TextEncoder().encode(canonicalJson(result)))
  const lock = lockDecision({ result, evidence, validUntil: at.validUntil, previous: at.previous })
  const files: readonly (readonly [string, string])[] = [
    ['result.json', `${JSON.stringify(result, null, 2)}\n`],
    ['report.html', renderHtml(result)],
    ['report.md', renderMarkdown(result)],
    // A run that was stopped half-way decides nothing: the decision in git stays.
    ...(result.provenance.interrupted
      ? []
      : ([['rightsize.lock', `${JSON.stringify(lock, null, 2)}\n`]] as const)),
  ]
  const written: string[] = []
  for (const [name, text] of files) {
    const path = effects.join(at.dir, name)
    await effects.write(path, text)
    written.push(path)
  }
  return { lock, files: written }
}
