import { type ChildProcess, spawn } from 'node:child_process'
import {
  appendFileSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, test } from 'vitest'
import { createJsonlStore } from '../../src/adapters/store/jsonl.ts'
import { createLibsqlStore } from '../../src/adapters/store/libsql.ts'
import { createMemoryStore } from '../../src/adapters/store/memory.ts'
import { storedOutcome as outcome, storeContract } from '../../src/testing.ts'
import { compiledModule } from './compiled-worker.ts'
import { runner } from './runner.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder('store')
let files = 0
const fresh = (): string => join(folder, `store-${files++}`, 'store.db')

storeContract(runner, { name: 'memory', open: createMemoryStore })

/** The two stores on disk, opened alike. */
const kinds = {
  libsql: (path: string, options?: { readonly maxBytes: number }) =>
    createLibsqlStore(path, options),
  jsonl: (path: string, options?: { readonly maxBytes: number }) =>
    createJsonlStore(path, createMemoryStore, options),
}
const kindNames = ['libsql', 'jsonl'] as const
for (const kind of kindNames)
  storeContract(runner, { name: kind, open: () => kinds[kind](fresh()) })

const tableModule = compiledModule('adapters/store/table.ts')

interface Writer {
  readonly child: ChildProcess
  /** Number of the last batch that was told as safe. */
  readonly safe: () => number
}

function writer(kind: keyof typeof kinds, path: string, name: string, pauseMs = 0): Writer {
  const script = join(import.meta.dirname, 'store-writer.mjs')
  const args = [script, tableModule, kind, path, name, String(pauseMs)]
  const child = spawn(process.execPath, args, { stdio: 'pipe' })
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

describe.each(kindNames)('the %s store on disk', (kind) => {
  const open = kinds[kind]

  test('kill -9 loses nothing that was told as stored, and at most the batch in flight', async () => {
    const path = fresh()
    for (const round of [1, 2, 3]) {
      const running = writer(kind, path, `round-${round}`)
      await until(() => running.safe() >= 5 * round)
      await kill(running)
      const store = open(path)
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
    const [a, b] = [writer(kind, path, 'a'), writer(kind, path, 'b')]
    await until(() => a.safe() >= 20 && b.safe() >= 20)
    await Promise.all([kill(a), kill(b)])
    const store = open(path)
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

  test('a full disk is said, what was stored before is safe, and writing goes on when there is room', () => {
    const path = fresh()
    const small = open(path, { maxBytes: 400_000 })
    small.putOutcomes([outcome('first')])
    const large = Array.from({ length: 100 }, (_, i) =>
      outcome(`big-${i}`, { answer: 'x'.repeat(9000) }),
    )
    expect(() => small.putOutcomes(large)).toThrow(expect.objectContaining({ code: 'STORE_FULL' }))
    expect(small.stats().outcomes).toBe(1)
    small.putOutcomes([outcome('second')])
    small.close()
    const roomy = open(path)
    roomy.putOutcomes(large)
    expect(roomy.stats().outcomes).toBe(102)
    roomy.close()
  })
})

describe('the libsql store', () => {
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

  test('values that would end the process are refused before they reach libsql', () => {
    const store = createLibsqlStore(fresh())
    for (const bad of [Buffer.from('x'), new Date(), true, undefined, {}])
      expect(() => store.putDocument('d', bad as never)).toThrow(
        expect.objectContaining({ code: 'STORE_UNREADABLE' }),
      )
    store.close()
  })
})

describe('the jsonl store', () => {
  const open = kinds.jsonl

  test('a last line that was cut short counts for nothing, and what comes after it counts', () => {
    for (let cut = 1; cut <= 40; cut += 13) {
      const path = fresh()
      const before = open(path)
      before.putOutcomes([outcome('a')])
      before.putOutcomes([outcome('b'), outcome('c')])
      before.close()
      truncateSync(path, statSync(path).size - cut)
      const store = open(path)
      // Row by row: what was whole before the cut is there.
      expect([...store.outcomes(['a', 'b', 'c']).keys()]).toEqual(['a', 'b'])
      store.putOutcomes([outcome('b'), outcome('c')])
      expect(store.outcomes(['a', 'b', 'c']).size).toBe(3)
      store.close()
      const again = open(path)
      expect(again.outcomes(['a', 'b', 'c']).size).toBe(3)
      again.close()
    }
  })

  test('a run that was killed while it created the file leaves a store that works', () => {
    const path = fresh()
    open(path).close()
    const whole = readFileSync(path)
    for (let size = 0; size < whole.length; size += 7) {
      writeFileSync(path, whole.subarray(0, size))
      const store = open(path)
      store.putDocument('d', '{}')
      store.close()
      const again = open(path)
      expect(again.getDocument('d')).toBe('{}')
      again.close()
    }
  })

  test('two runs see what the other has written, also after one of them has pruned', () => {
    const path = fresh()
    const [a, b] = [open(path), open(path)]
    a.putOutcomes([outcome('old', { at: '2025-01-01T00:00:00.000Z' })])
    b.putOutcomes([outcome('new')])
    expect(a.outcomes(['old', 'new']).size).toBe(2)
    const large = a.stats().bytes
    expect(b.prune('2026-01-01')).toBe(1)
    expect(b.stats().bytes).toBeLessThan(large)
    a.putOutcomes([outcome('later')])
    for (const store of [a, b])
      expect([...store.outcomes(['old', 'new', 'later']).keys()]).toEqual(['new', 'later'])
    a.close()
    b.close()
  })

  test('pruning while another run writes loses nothing of what that run was told as stored', async () => {
    const path = fresh()
    // A pause keeps the file small: every pruning reads it whole.
    const running = writer('jsonl', path, 'w', 5)
    const store = open(path)
    await until(() => running.safe() >= 5)
    for (let round = 0; round < 20; round++) {
      store.prune('2020-01-01')
      await new Promise((done) => setTimeout(done, 10))
    }
    await kill(running)
    const keys = Array.from(
      { length: (running.safe() + 1) * 10 },
      (_, i) => `w-${Math.floor(i / 10)}-${i % 10}`,
    )
    expect(store.outcomes(keys).size).toBe(keys.length)
    store.close()
  })

  test('a file that somebody removed is created anew', () => {
    const path = fresh()
    const store = open(path)
    store.putOutcomes([outcome('a')])
    rmSync(path)
    store.putOutcomes([outcome('b')])
    expect([...store.outcomes(['a', 'b']).keys()]).toEqual(['b'])
    store.close()
    const again = open(path)
    expect(again.stats().outcomes).toBe(1)
    again.close()
  })

  test('a store of a newer version, a text and a folder are refused and left as they are', () => {
    const path = fresh()
    open(path).close()
    const newer = readFileSync(path, 'utf8').replace('@2', '@99')
    for (const [text, code] of [
      [newer, 'STORE_NEWER'],
      ['one line of prose', 'STORE_UNREADABLE'],
      [
        'two lines\nof prose that is no store of anything at all, and never was\n',
        'STORE_UNREADABLE',
      ],
    ] as const) {
      writeFileSync(path, text)
      expect(() => open(path)).toThrow(expect.objectContaining({ code }))
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
    for (const place of [folder, join(path, 'below-a-file', 'x.jsonl')])
      expect(() => open(place)).toThrow(expect.objectContaining({ code: 'STORE_UNREADABLE' }))
  })

  test('lines of later versions and of nobody are passed over', () => {
    const path = fresh()
    const store = open(path)
    store.putOutcomes([outcome('a')])
    appendFileSync(path, '{"later":1}\n[]\n7\nnull\n')
    expect(store.stats().outcomes).toBe(1)
    store.close()
  })
})
