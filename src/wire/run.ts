import { join, relative, resolve } from 'node:path'
import { writeWhole } from '../adapters/files/whole-file.ts'
import type { PublishEffects } from '../app/keep/publish.ts'
import type { Source } from '../app/source/source.ts'
import { looksBefore } from '../core/keep/lock.ts'
import type { RunResult } from '../core/result/run-result.ts'
import { lockName, readLock } from './lock.ts'
import { type At, generator, sha256, type Watch } from './world.ts'

export interface RunHow extends Watch {
  /** Answers everything anew instead of using what is stored. */
  readonly fresh: boolean
}

/** With the folder for the reports; beside the spec unless named. */
export interface DecideHow extends RunHow {
  readonly out?: string | undefined
}

/** Judges every candidate of the spec. Writes nothing but the store. */
export async function run(
  source: Source,
  how: RunHow,
  { effects }: Pick<At, 'effects'>,
): Promise<RunResult> {
  const { evaluate } = await import('../app/evaluate/evaluate.ts')
  const { storeTable } = await import('../adapters/store/table.ts')
  const note = (text: string) => how.onEvent({ type: 'note', text })
  const store = how.fresh
    ? await storeTable.memory()
    : await effects.openStore(source.baseDir, note)
  const lock = await readLock(join(source.baseDir, lockName))
  try {
    return await evaluate(source.spec, {
      baseDir: source.baseDir,
      effects,
      store,
      signal: how.signal,
      onEvent: how.onEvent,
      looksBefore: (digest) => looksBefore(lock, source.spec.task, digest),
      generator: await generator(),
    })
  } finally {
    store.close()
  }
}

/** The same, then the reports in files and the decision in the lock beside the spec: their paths, relative to the working folder. */
export async function decide(
  source: Source,
  how: DecideHow,
  at: At,
): Promise<{ readonly result: RunResult; readonly files: readonly string[] }> {
  const result = await run(source, how, at)
  const dir = how.out === undefined ? source.baseDir : resolve(at.cwd, how.out)
  const { publish } = await import('../app/keep/publish.ts')
  const lock = join(source.baseDir, lockName)
  const previous = await readLock(lock)
  const validUntil = daysAfter(result.provenance.endedAt, source.spec.validDays)
  const { files } = await publish(result, { dir, lock, previous, validUntil }, publishEffects)
  return { result, files: files.map((file) => relative(at.cwd, file)) }
}

const publishEffects: PublishEffects = { digest: sha256, write: writeWhole, join }

function daysAfter(iso: string, days: number): string {
  return new Date(Date.parse(iso) + days * 86_400_000).toISOString()
}
