import type { Effects } from '../app/evaluate/effects.ts'
import type { RunEvent } from '../app/evaluate/events.ts'
import type { Source } from '../app/source/source.ts'
import type { Definition } from '../core/spec/definition.ts'
import type { At, Watch } from './world.ts'

/** What every call of the library takes beside its subject. */
export interface CallOptions {
  readonly baseDir?: string | undefined
  readonly onEvent?: ((event: RunEvent) => void) | undefined
  readonly signal?: AbortSignal | undefined
  readonly noExec?: boolean | undefined
  readonly effects?: Partial<Effects> | undefined
}

/** Does the work of one call and closes what it has opened. */
export async function inWorld<T>(
  { baseDir, onEvent, signal, noExec, effects }: CallOptions,
  work: (at: At, watch: Watch) => Promise<T>,
): Promise<T> {
  const { openWorld } = await import('./effects.ts')
  const world = openWorld({
    env: process.env,
    cwd: baseDir ?? process.cwd(),
    noExec: noExec ?? false,
    ...(effects ? { effects } : {}),
  })
  const watch = {
    onEvent: onEvent ?? (() => undefined),
    signal: signal ?? new AbortController().signal,
  }
  try {
    return await work(world, watch)
  } finally {
    await world.close()
  }
}

/** The task as the app takes it, and a world that knows its functions. */
export async function opened(task: Definition | string, at: At): Promise<readonly [Source, At]> {
  if (typeof task === 'string') {
    const { sourceFromFile } = await import('./source.ts')
    return [await sourceFromFile(task, {}, at), at]
  }
  const { separated } = await import('../core/spec/separated.ts')
  const { parseSpecValue } = await import('../core/spec/parse.ts')
  const { withFunctions } = await import('./functions.ts')
  const { spec, functions } = separated(task)
  const source = {
    spec: parseSpecValue(spec),
    baseDir: at.cwd,
    saved: true,
    written: [],
    notes: [],
  }
  return [source, { ...at, effects: withFunctions(at.effects, functions) }]
}
