import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'rightsize-tests-'))

/** One temporary folder for all tests of a run. */
export function setup(): void {
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder
}

/** It is removed when they end: whatever a test or the program leaves behind goes with it. */
export function teardown(): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}
