import { join, relative, resolve } from 'node:path'
import { requireOpenFiles } from '../adapters/files/read-file.ts'
import { requireWritable, writeWhole } from '../adapters/files/whole-file.ts'
import type { Ledger } from '../app/keep/ledger.ts'
import type { PublishEffects } from '../app/keep/publish.ts'
import type { Source } from '../app/source/source.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { RunResult } from '../core/result/run-result.ts'
import { ledgerIn, lockIn, lockName } from './lock.ts'
import { type At, generator, sha256, type Watch } from './world.ts'

export interface RunHow extends Watch {
  /** Answers everything anew instead of using what is stored. */
  readonly fresh: boolean
  /** Ask by the batch interfaces of vendors: half the price, answers in hours. */
  readonly batch?: boolean
}

/** With the folder for the reports; beside the spec unless named. */
export interface DecideHow extends RunHow {
  readonly out?: string | undefined
}

/** Judges every candidate of the spec for a program. Writes the store, and the look into the lock beside the spec. */
export const run = (source: Source, how: RunHow, at: Pick<At, 'effects'>): Promise<RunResult> =>
  judged(source, how, at, {
    ...{ by: 'library', home: source.baseDir },
    ledger: ledgerIn(source.baseDir, source.chargedIn),
  })

async function judged(
  source: Source,
  how: RunHow,
  { effects }: Pick<At, 'effects'>,
  { by, home, ledger }: { readonly by: string; readonly home: string; readonly ledger: Ledger },
): Promise<RunResult> {
  const { evaluate } = await import('../app/evaluate/evaluate.ts')
  const { storeTable } = await import('../adapters/store/table.ts')
  const note = (text: string) => how.onEvent({ type: 'note', text })
  const { spec, baseDir } = source
  if (how.batch && how.fresh)
    throw new RightsizeError(
      'FLAGS_CONFLICT',
      '--fresh stores nothing, so a running batch would be lost',
    )
  requireOpenFiles()
  // A lock that cannot be read is better known before anything is paid for.
  await lockIn(join(home, lockName))
  const store = how.fresh ? await storeTable.memory() : await effects.openStore(home, note)
  try {
    return await evaluate(spec, {
      ...{ baseDir, effects, store, by, ledger },
      ...{ signal: how.signal, batch: how.batch },
      onEvent: how.onEvent,
      generator: await generator(),
    })
  } finally {
    store.close()
  }
}

/** The same for a person: the reports in files and the decision in the lock beside the spec. Their paths, relative to the working folder. */
export async function decide(
  source: Source,
  how: DecideHow,
  at: At,
): Promise<{ readonly result: RunResult; readonly files: readonly string[] }> {
  const { baseDir, spec, saved } = source
  const dir = how.out === undefined ? baseDir : resolve(at.cwd, how.out)
  await requireWritable(dir)
  const home = await homeOf(baseDir, dir, how)
  const ledger = ledgerIn(home, await chargedIn(source, how))
  const result = await judged(source, how, at, { by: 'run', home, ledger })
  const { publish } = await import('../app/keep/publish.ts')
  const place = {
    dir,
    ...{ ledger, lock: saved ? join(home, lockName) : null },
    validUntil: daysAfter(result.provenance.endedAt, spec.validDays),
  }
  const files = await publish(result, place, publishEffects)
  return { result, files: files.map((file) => relative(at.cwd, file)) }
}

/**
 * Where the store, the lock and its looks are kept: beside the spec, wherever the reports go, so that no look is missed;
 * in --out only where the folder of the spec cannot be written. Throws WRITE_FAILED where there is no --out.
 */
async function homeOf(baseDir: string, dir: string, { onEvent }: RunHow): Promise<string> {
  if (dir === baseDir) return baseDir
  try {
    await requireWritable(baseDir)
    return baseDir
  } catch {
    const text = `${baseDir} cannot be written: store, lock and looks are kept in ${dir}`
    onEvent({ type: 'note', text })
    return dir
  }
}

/** The folder in which looks are charged beside that of the spec, where it can be written. */
async function chargedIn({ chargedIn }: Source, { onEvent }: RunHow): Promise<string | undefined> {
  if (chargedIn === undefined) return undefined
  try {
    await requireWritable(chargedIn)
    await lockIn(join(chargedIn, lockName))
    return chargedIn
  } catch (error) {
    if (!(error instanceof RightsizeError) || error.code !== 'WRITE_FAILED') throw error
    const text = `${chargedIn} cannot be written: looks are counted in the folder of --out alone`
    onEvent({ type: 'note', text })
    return undefined
  }
}

const publishEffects: PublishEffects = { digest: sha256, write: writeWhole, join }

function daysAfter(iso: string, days: number): string {
  return new Date(Date.parse(iso) + days * 86_400_000).toISOString()
}
