import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/core/random/random.ts'
import { formats, isNamed } from './formats.ts'
import { brokenText, mutants } from './mutations.ts'

/** Seconds in all: RIGHTSIZE_FUZZ_S (60 in CI, 600 in the bench), 4 otherwise. RIGHTSIZE_FUZZ_SEED repeats a run. */
const seconds = Number(process.env['RIGHTSIZE_FUZZ_S'] ?? 4)
const seed = Number(process.env['RIGHTSIZE_FUZZ_SEED'] ?? Date.now() % 2 ** 31)
/** Texts of each form, however short the time. */
const least = 20
/** A reading that takes longer hangs, CPU seconds. */
const hang = 2

function* textsOf(document: unknown, from: number): Generator<string> {
  if (typeof document !== 'string') {
    for (let round = from; ; round += 1) yield* mutants(document, 500, round)
  }
  const { integer: below } = seededRandom(from)
  for (;;) {
    let text = document
    for (let changes = 1 + below(4); changes > 0; changes--) text = brokenText(text, below)
    yield text
  }
}

const entries = Object.entries(formats)

describe(`texts of others, seed ${seed}`, () => {
  test.each(entries)(
    '%s is read or refused by name',
    { timeout: 60_000 + (2000 * seconds) / entries.length },
    async (name, { example, read }) => {
      const until = performance.now() + (1000 * seconds) / entries.length
      const tally = { read: 0, refused: 0 }
      let slowest = 0
      for (const text of textsOf(example, seed)) {
        const before = process.cpuUsage()
        try {
          await read(text)
          tally.read++
        } catch (error) {
          if (!isNamed(error))
            throw new Error(`${name}: ${error} on ${text.slice(0, 2000)}`, { cause: error })
          tally.refused++
        }
        const { user, system } = process.cpuUsage(before)
        slowest = Math.max(slowest, (user + system) / 1e6)
        expect(slowest, `${name} hangs on ${text.slice(0, 500)}`).toBeLessThan(hang)
        if (performance.now() > until && tally.read + tally.refused >= least) break
      }
      expect(Object.keys(Object.prototype)).toEqual([])
      expect(({} as { a?: unknown; polluted?: unknown }).a).toBeUndefined()
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      expect(tally.read + tally.refused).toBeGreaterThanOrEqual(least)
      if (seconds > 60)
        process.stdout.write(
          `${name}: ${tally.read} read, ${tally.refused} refused, ${slowest.toFixed(2)} s at most\n`,
        )
    },
  )
})
