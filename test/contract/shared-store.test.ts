import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleepMs } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createJsonlStore } from '../../src/adapters/store/jsonl.ts'
import { createLibsqlStore } from '../../src/adapters/store/libsql.ts'
import { createMemoryStore } from '../../src/adapters/store/memory.ts'
import { answerItems } from '../../src/app/evaluate/answer.ts'
import type { RuntimeSession } from '../../src/contract/runtime.ts'
import type { Store } from '../../src/contract/store.ts'
import type { Item } from '../../src/core/data/item.ts'
import { compiledModule } from './compiled-worker.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder('shared-store')
let files = 0
const kinds = {
  libsql: (path: string): Store => createLibsqlStore(path),
  jsonl: (path: string): Store => createJsonlStore(path, createMemoryStore),
}
const tableModule = compiledModule('adapters/store/table.ts')
const lease = { now: '2026-01-01T00:00:00.000Z', until: '2026-01-01T00:15:00.000Z' }

describe.each(['libsql', 'jsonl'] as const)('two runs on one %s store', (kind) => {
  const both = () => {
    const path = join(folder, `${files++}`, `store.${kind}`)
    return [kinds[kind](path), kinds[kind](path), path] as const
  }

  test('a claim holds against the other, whole or not at all, until it is released or runs out', () => {
    const [a, b] = both()
    expect(a.claim(['1', '2'], lease)).toBe(true)
    expect(a.claim(['1', '2'], lease)).toBe(true)
    expect(b.claim(['2', '3'], lease)).toBe(false)
    expect(a.claim(['3'], lease)).toBe(true)
    a.release(['1', '2', '3'])
    expect(b.claim(['2', '3'], lease)).toBe(true)
    a.release(['2', '3'])
    expect(a.claim(['2'], lease)).toBe(false)
    const later = { now: '2026-01-01T00:15:01.000Z', until: '2026-01-01T00:30:00.000Z' }
    expect(a.claim(['2'], later)).toBe(true)
    a.close()
    b.close()
  })

  test('a clock that went back does not make a claim last', () => {
    const [a, b] = both()
    expect(a.claim(['1'], lease)).toBe(true)
    const before = { now: '2025-06-01T00:00:00.000Z', until: '2025-06-01T00:15:00.000Z' }
    expect(b.claim(['1'], before)).toBe(true)
    a.close()
    b.close()
  })

  test('what a killed process has claimed is free at once', () => {
    const [a, b, path] = both()
    const script = `const { storeTable } = await import(process.argv[1])
const store = await storeTable[process.argv[2]](process.argv[3])
console.log(store.claim(['1'], ${JSON.stringify(lease)}))
process.kill(process.pid, 'SIGKILL')`
    const words = ['--input-type=module', '-e', script, tableModule, kind, path]
    const { stdout, signal } = spawnSync(process.execPath, words, { encoding: 'utf8' })
    expect([stdout.trim(), signal]).toEqual(['true', 'SIGKILL'])
    expect(a.claim(['1'], lease)).toBe(true)
    a.close()
    b.close()
  })

  test('each answer is asked for once, and both have all of them', async () => {
    const [a, b] = both()
    const asked = new Map<string, number>()
    const runs = await Promise.all([a, b].map((store) => answerAll(store, asked)))
    for (const { answers, calls, reused, cut, broken } of runs) {
      expect([answers.size, cut, broken]).toEqual([items.length, false, null])
      expect(calls + reused).toBe(items.length)
    }
    expect([...asked.values()]).toEqual(items.map(() => 1))
    // Both have worked.
    expect(Math.min(...runs.map(({ calls }) => calls))).toBeGreaterThan(0)
    a.close()
    b.close()
  })

  test('what the other failed to get is asked for again', async () => {
    const [a, b] = both()
    const asked = new Map<string, number>()
    const failed = await answerAll(a, asked, ['item-7'])
    expect(failed.answers.get('item-7')?.ok).toBe(false)
    const whole = await answerAll(b, asked)
    expect(whole.answers.get('item-7')?.ok).toBe(true)
    expect(whole.calls).toBe(1)
    a.close()
    b.close()
  })
})

const items: readonly Item[] = Array.from({ length: 60 }, (_, i) => ({
  ...{ id: `item-${i}`, digest: `d${i}`, input: `text ${i}`, row: {} },
  ...{ expected: 'yes', cluster: null, slices: {} },
})) as unknown as readonly Item[]

function answerAll(store: Store, asked: Map<string, number>, fails: readonly string[] = []) {
  const session: RuntimeSession = {
    identity: { model: 'm', revision: '1', precision: 'fp32', engine: 'fake', floating: false },
    batchSize: 4,
    answer: async (batch) => {
      await sleepMs(5)
      return batch.map(({ id }) => {
        if (fails.includes(id)) return { ok: false, code: 'X', message: 'no', retryable: true }
        asked.set(id, (asked.get(id) ?? 0) + 1)
        return { ok: true, output: { kind: 'label', label: 'yes' } }
      })
    },
    close: async () => undefined,
  }
  return answerItems({
    ...{ session, items, store, candidateDigest: 'c', draw: 0, asked: (item: Item) => item.digest },
    digest: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    clock: { now: () => new Date().toISOString(), sleep: (s) => sleepMs(s * 1000) },
    signal: new AbortController().signal,
    onProgress: () => undefined,
    maxCalls: Number.POSITIVE_INFINITY,
  })
}
