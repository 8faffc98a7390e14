import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RuntimeItem, RuntimeSession } from '../../src/contract/runtime.ts'
import type { Output } from '../../src/core/data/answer.ts'

/** One runtime as the suite sees it. */
export interface RuntimeCase {
  readonly name: string
  open(): Promise<RuntimeSession>
  /** At least three items, each with the output it must have. */
  readonly expected: readonly (readonly [RuntimeItem, Partial<Output>])[]
  /** Whether the work is done in a process that can be metered. */
  readonly metered: boolean
}

/** What every runtime promises, whatever it is made of. */
export function runtimeSuite({ name, open, expected, metered }: RuntimeCase): void {
  describe(`the runtime contract: ${name}`, () => {
    let session: RuntimeSession
    const items = expected.map(([item]) => item)
    const right = expected.map(([, output]) => ({
      ok: true,
      output: expect.objectContaining(output),
    }))
    beforeAll(async () => {
      session = await open()
    })
    afterAll(() => session?.close())

    test('answers come in the order of the items', async () => {
      expect(await session.answer(items)).toMatchObject(right)
      const turned = await session.answer([...items].reverse())
      expect(turned).toMatchObject([...right].reverse())
    })

    test('a batch larger than batchSize is answered whole, and an empty one with nothing', async () => {
      const times = Math.ceil((session.batchSize + 1) / items.length)
      const many = Array.from({ length: times }, () => items)
      const given = await session.answer(
        many.flatMap((list, i) => list.map((item) => ({ ...item, id: `${item.id}/${i}` }))),
      )
      expect(given).toHaveLength(times * items.length)
      expect(await session.answer([])).toEqual([])
    })

    test('the identity says what answered, and is the same after opening again', async () => {
      const { model, revision, precision, engine, floating } = session.identity
      for (const text of [model, revision, precision, engine]) expect(text).not.toBe('')
      expect(typeof floating).toBe('boolean')
      const again = await open()
      expect(again.identity).toEqual(session.identity)
      await again.close()
    })

    test('answers survive JSON, because the store keeps them as JSON', async () => {
      const given = await session.answer(items)
      const kept: unknown = JSON.parse(JSON.stringify(given))
      expect(kept).toMatchObject(
        given.map((answer) => (hasTensors(answer) ? { ok: true } : answer)) as object[],
      )
    })

    test('usage names the processes that do the work', async () => {
      const { pids, threads, peakRssBytes } = await session.usage()
      expect(pids.length > 0).toBe(metered)
      for (const pid of pids) expect(() => process.kill(pid, 0)).not.toThrow()
      expect(threads).toBeGreaterThanOrEqual(0)
      if (peakRssBytes !== null) expect(peakRssBytes).toBeGreaterThan(1e6)
    })

    test('exercise does the work the times it is told and measures each', async (context) => {
      if (!session.exercise) return context.skip(`${name} works elsewhere and has no exercise`)
      const { wallS, cpuS, latenciesS } = await session.exercise(items, { times: 3, batch: 1 })
      expect(latenciesS).toHaveLength(3)
      expect(wallS).toBeGreaterThanOrEqual(latenciesS.reduce((sum, each) => sum + each, 0) * 0.99)
      expect(cpuS).toBeGreaterThanOrEqual(0)
    })

    test('an aborted signal stops before the work begins', async () => {
      await expect(session.answer(items, AbortSignal.abort())).rejects.toThrow()
    })
  })
}

function hasTensors(answer: object): boolean {
  return 'output' in answer && (answer.output as Output).kind === 'tensors'
}
