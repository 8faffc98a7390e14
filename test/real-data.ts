import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The path of a file of real data, or null where it is absent: tests that need it skip and say so. The data may not be
 * redistributed; RIGHTSIZE_DATA names its folder.
 */
export function realData(path: string): string | null {
  const folder =
    process.env.RIGHTSIZE_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))
  const file = `${folder}/${path}`
  return existsSync(file) ? file : null
}
