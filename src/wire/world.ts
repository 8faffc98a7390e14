import { hash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { textOrNull } from '../adapters/files/whole-file.ts'
import type { Effects } from '../app/evaluate/effects.ts'
import type { RunEvent } from '../app/evaluate/events.ts'
import { RightsizeError } from '../core/error/error.ts'
import type { RunResult } from '../core/result/run-result.ts'
import type { StatedFactor } from '../core/spec/spec.ts'

/** Where a command works: the effects it may use, and the folder that its relative paths start from. */
export interface At {
  readonly effects: Effects
  readonly cwd: string
}

/** How long work reports and stops. Aborting ends the batch in flight; what is known then is returned or written. */
export interface Watch {
  readonly onEvent: (event: RunEvent) => void
  readonly signal: AbortSignal
}

export const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes)

export const monotonicS = (): number => performance.now() / 1000

export function ownCpuS(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

export const packageDir = join(dirname(fileURLToPath(import.meta.url)), '../..')

export const workerPath = join(packageDir, 'dist/worker.js')

export async function readText(path: string): Promise<string> {
  const text = await textOrNull(path)
  if (text === null) throw new RightsizeError('DATA_MISSING', `${path} does not exist`)
  return text
}

export async function generator(): Promise<string> {
  const text = await textOrNull(join(packageDir, 'package.json'))
  const { name, version } = JSON.parse(text ?? '{}') as { name?: string; version?: string }
  return `${name ?? 'rightsize'}@${version ?? '0'}`
}

export const accountOf = (grid: string | StatedFactor | undefined) => ({
  grid: grid ?? null,
  pue: null,
  lifetimeYears: null,
})

/** The run result in a file. Throws RESULT_NOT_FOUND and RESULT_INVALID. */
export async function readResult(file: string, { cwd }: Pick<At, 'cwd'>): Promise<RunResult> {
  const path = resolve(cwd, file)
  const text = await textOrNull(path)
  if (text === null) throw new RightsizeError('RESULT_NOT_FOUND', `${path} does not exist`)
  const { readDocument } = await import('../core/result/document.ts')
  return readDocument(text, 'run-result', path)
}
