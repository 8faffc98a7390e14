import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, test } from 'vitest'
import { createLibsqlStore } from '../../src/adapters/store/libsql.ts'
import { createMemoryStore } from '../../src/adapters/store/memory.ts'
import { compiledModule } from './compiled-worker.ts'
import { outcome, storeSuite } from './store-suite.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder('store')
let files = 0
const fresh = (): string => join(folder, `store-${files++}`, 'store.db')

storeSuite('memory', createMemoryStore)
storeSuite('libsql', () => createLibsqlStore(fresh()))

const adapter = compiledModule('adapters/store/libsql.ts')

interface Writer {
  readonly child: ChildProcess
  /** Number of the last batch that was told as safe. */
  readonly safe: () => number
}

function writer(path: string, name: string): Writer {
  const script = join(import.meta.dirname, 'store-writer.mjs')
  const child = spawn(process.execPath, [script, adapter, path, name], { stdio: 'pipe' })
  let told = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  return { child, safe: () => Number(told.split('\n').at(-2) ?? -1) }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 5))
}

async function kill({ child }: Writer): Promise<void> {
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await gone
}

describe('the libsql store', () => {
  test('kill -9 loses nothing that was told as stored, and at most the batch in flight', async () => {
    const path = fresh()
    for (const round of [1, 2, 3]) {
      const running = writer(path, `round-${round}`)
      await until(() => running.safe() >= 5 * round)
      await kill(running)
      const store = createLibsqlStore(path)
      const last = running.safe()
      const keys = Array.from(
        { length: (last + 2) * 10 },
        (_, i) => `round-${round}-${Math.floor(i / 10)}-${i % 10}`,
      )
      const kept = store.outcomes(keys).size
      expect(kept).toBeGreaterThanOrEqual((last + 1) * 10)
      expect(kept % 10).toBe(0)
      store.close()
    }
  })

  test('two runs write to one store at once and both keep everything', async () => {
    const path = fresh()
    const [a, b] = [writer(path, 'a'), writer(path, 'b')]
    await until(() => a.safe() >= 20 && b.safe() >= 20)
    await Promise.all([kill(a), kill(b)])
    const store = createLibsqlStore(path)
    for (const [name, run] of [
      ['a', a],
      ['b', b],
    ] as const) {
      const keys = Array.from(
        { length: (run.safe() + 1) * 10 },
        (_, i) => `${name}-${Math.floor(i / 10)}-${i % 10}`,
      )
      expect(store.outcomes(keys).size).toBe(keys.length)
    }
    store.close()
  })

  test('a store of a newer version is refused and left as it is', () => {
    const path = fresh()
    createLibsqlStore(path).close()
    const db = new Database(path)
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(() => createLibsqlStore(path)).toThrow(
      expect.objectContaining({ code: 'STORE_NEWER', message: expect.stringContaining('99') }),
    )
  })

  test('what is no store is refused: a text, another database', () => {
    const text = join(folder, 'text.db')
    writeFileSync(text, 'this is not a database, it only pretends to be one '.repeat(100))
    expect(() => createLibsqlStore(text)).toThrow(
      expect.objectContaining({ code: 'STORE_UNREADABLE' }),
    )
    const other = join(folder, 'other.db')
    const db = new Database(other)
    db.exec('CREATE TABLE mine (a)')
    db.close()
    expect(() => createLibsqlStore(other)).toThrow(
      expect.objectContaining({ code: 'STORE_UNREADABLE' }),
    )
    expect(() => createLibsqlStore(join(text, 'below-a-file', 'x.db'))).toThrow(
      expect.objectContaining({ code: 'STORE_UNREADABLE' }),
    )
  })

  test('a full disk is said, what was stored before is safe, and writing goes on when there is room', () => {
    const path = fresh()
    const small = createLibsqlStore(path, { maxBytes: 400_000 })
    small.putOutcomes([outcome('first')])
    const large = Array.from({ length: 100 }, (_, i) =>
      outcome(`big-${i}`, { answer: 'x'.repeat(9000) }),
    )
    expect(() => small.putOutcomes(large)).toThrow(expect.objectContaining({ code: 'STORE_FULL' }))
    expect(small.stats().outcomes).toBe(1)
    small.putOutcomes([outcome('second')])
    small.close()
    const roomy = createLibsqlStore(path)
    roomy.putOutcomes(large)
    expect(roomy.stats().outcomes).toBe(102)
    roomy.close()
  })

  test('values that would end the process are refused before they reach libsql', () => {
    const store = createLibsqlStore(fresh())
    for (const bad of [Buffer.from('x'), new Date(), true, undefined, {}])
      expect(() => store.putDocument('d', bad as never)).toThrow(
        expect.objectContaining({ code: 'STORE_UNREADABLE' }),
      )
    store.close()
  })
})
