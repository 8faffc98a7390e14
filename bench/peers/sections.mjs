// Runs the sections of a folder next to the benchmarks: all, or those named on the command line.
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A section exports `bar`, a sentence, and `measure`, which resolves to whether it holds and to lines of figures. */
export async function runSections(folder) {
  const here = join(dirname(fileURLToPath(import.meta.url)), '..', folder)
  const asked = process.argv.slice(2)
  const all = new Map(
    readdirSync(here)
      .filter((file) => file.endsWith('.mjs'))
      .map((file) => [file.slice(0, -4), pathToFileURL(join(here, file)).href]),
  )
  const unknown = asked.filter((name) => !all.has(name))
  if (unknown.length > 0) {
    console.error(
      `there is no section ${unknown.join(', ')}; there are ${[...all.keys()].join(', ')}`,
    )
    process.exit(3)
  }
  let held = true
  for (const name of asked.length > 0 ? asked : all.keys()) {
    const { bar, measure } = await import(all.get(name))
    if (measure === undefined) continue
    const result = await measure()
    console.log(`${result.held ? 'holds' : 'FAILS'}  ${name}: ${bar}`)
    for (const line of result.lines) console.log(`       ${line}`)
    held &&= result.held
  }
  process.exit(held ? 0 : 1)
}
