import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** ONNX's own test models (Debian: `apt-get install libonnx-testdata`). */
export const testdataFolder = '/usr/share/libonnx-testdata/data'
export const realDataFolder = process.env.RIGHTSIZE_DATA ?? '../shared/data'

/** Every .onnx file under a folder, in a fixed order; empty when the folder is absent. */
export function modelsUnder(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true }) as string[]
  return names
    .filter((name) => name.endsWith('.onnx'))
    .sort()
    .map((name) => join(folder, name))
}
