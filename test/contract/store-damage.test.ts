import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { describe, expect, test } from 'vitest'
import { isDamaged, repairStore, verifyStore } from '../../src/adapters/store/care/table.ts'
import { createJsonlStore } from '../../src/adapters/store/jsonl.ts'
import { carve } from '../../src/adapters/store/libsql/carve.ts'
import { createLibsqlStore } from '../../src/adapters/store/libsql.ts'
import { createMemoryStore } from '../../src/adapters/store/memory.ts'
import type { Store } from '../../src/contract/store.ts'
import { storedOutcome as outcome } from '../../src/testing.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder('store-damage')
let files = 0
const kinds = {
  libsql: { ending: 'db', open: (path: string): Store => createLibsqlStore(path) },
  jsonl: {
    ending: 'jsonl',
    open: (path: string): Store => createJsonlStore(path, createMemoryStore),
  },
}
const fresh = (ending: string): string => join(folder, `${files++}`, `store.${ending}`)

const answers = Array.from({ length: 300 }, (_, i) =>
  // Every tenth is so long that it lies on pages of its own.
  outcome(`key-${i}`, {
    answer: JSON.stringify({ ok: true, text: `said ${i} `.repeat(i % 10 === 0 ? 900 : 3) }),
  }),
)
const keys = answers.map(({ key }) => key)

/** A closed store with answers, scores, a window and a document. */
function filled(kind: keyof typeof kinds): string {
  const path = fresh(kinds[kind].ending)
  const store = kinds[kind].open(path)
  store.putOutcomes(answers)
  store.putScores([{ outcomeKey: 'key-1', scorer: 'judge@1', score: 0.1 + 0.2, detail: '{}' }])
  store.putScores([{ outcomeKey: 'key-2', scorer: 'judge@1', score: null, detail: '{}' }])
  store.putWindow({
    ...{ candidateDigest: 'c', machine: 'm', meter: 'w' },
    reading: '{"j":1}',
    at: '2026',
  })
  store.putDocument('d', '{"a":1}')
  store.close()
  if (kind === 'libsql') settle(path)
  return path
}

function settle(path: string): void {
  const db = new Database(path)
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

/** The bytes of a file with every occurrence of a text replaced by one of the same length. */
function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'latin1')
  expect(text).toContain(from)
  writeFileSync(path, text.replaceAll(from, to), 'latin1')
}

describe.each(['libsql', 'jsonl'] as const)('a damaged %s store', (kind) => {
  const { open } = kinds[kind]

  test('one that is whole is found whole and left as it is', () => {
    const path = filled(kind)
    const before = readFileSync(path)
    const rows = { outcomes: 300, scores: 2, windows: 1, documents: 1 }
    expect(verifyStore(path)).toMatchObject({ rows, damaged: [], failure: null })
    expect(repairStore(path)).toMatchObject({ aside: null })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test.each([
    [
      'an answer',
      'said 7 said 7',
      'said 8 said 7',
      () => (store: Store) => store.outcomes(keys),
      'key-7',
    ],
    [
      'a window',
      '"j":1',
      '"j":2',
      () => (store: Store) => store.windows('c', 'm', 'w'),
      'candidate \\"c\\"',
    ],
    ['a document', '"a":1', '"a":2', () => (store: Store) => store.getDocument('d'), 'document'],
    [
      'text that is not UTF-8',
      'said 7 said 7',
      'said \xff said 7',
      () => (store: Store) => store.outcomes(keys),
      'key-7',
    ],
  ] as const)(
    '%s that was changed is refused by name and dropped by repair',
    (_, from, to, ask, name) => {
      const path = filled(kind)
      // A journal holds the JSON of a row as a text of JSON.
      const written = (text: string) => (kind === 'jsonl' ? text.replaceAll('"', '\\"') : text)
      edit(path, written(from), written(to))
      const named = expect.objectContaining({
        code: 'STORE_DAMAGED',
        message: expect.stringContaining(JSON.parse(`"${name}"`)),
      })
      expect(() => {
        const store = open(path)
        try {
          ask()(store)
        } finally {
          store.close()
        }
      }).toThrow(named)
      const found = verifyStore(path)
      expect(found.damaged).toHaveLength(1)
      const { aside } = repairStore(path)
      expect(existsSync(aside ?? '')).toBe(true)
      expect(isDamaged(verifyStore(path))).toBe(false)
      const mended = open(path)
      const { outcomes, windows, documents } = mended.stats()
      expect(outcomes + windows + documents).toBe(301)
      const kept = mended.outcomes(keys)
      for (const row of answers) if (kept.has(row.key)) expect(kept.get(row.key)).toEqual(row)
      mended.close()
    },
  )

  test('a store of version 1 gets checksums and keeps everything', () => {
    const path = fresh(kinds[kind].ending)
    mkdirSync(dirname(path), { recursive: true })
    if (kind === 'libsql') formerDatabase(path)
    else formerLines(path)
    const store = open(path)
    expect(store.outcomes(['a', 'b']).size).toBe(2)
    expect(store.scores(['a'], 's').get('a')?.score).toBe(0.5)
    expect(store.windows('c', 'm', 'w')).toHaveLength(1)
    expect(store.getDocument('d')).toBe('{"a":1}')
    store.putOutcomes([outcome('later')])
    store.close()
    expect(verifyStore(path)).toMatchObject({ rows: { outcomes: 3 }, damaged: [], failure: null })
    if (kind === 'libsql') settle(path)
    edit(path, 'first', 'other')
    expect(verifyStore(path).damaged).toHaveLength(1)
  })
})

function formerDatabase(path: string): void {
  const db = new Database(path)
  db.exec(`PRAGMA application_id = 1381194289; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;
CREATE TABLE outcomes (key TEXT PRIMARY KEY, item TEXT NOT NULL, candidate TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE scores (outcome TEXT NOT NULL, scorer TEXT NOT NULL, score REAL, detail TEXT NOT NULL, PRIMARY KEY (outcome, scorer)) WITHOUT ROWID;
CREATE TABLE windows (id INTEGER PRIMARY KEY, candidate TEXT NOT NULL, machine TEXT NOT NULL, meter TEXT NOT NULL, reading TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX windows_of ON windows (candidate, machine, meter);
CREATE TABLE documents (digest TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO outcomes VALUES ('a', 'i', 'c', '{"text":"first"}', '2026'), ('b', 'i', 'c', '{}', '2026');
INSERT INTO scores VALUES ('a', 's', 0.5, '{}');
INSERT INTO windows VALUES (1, 'c', 'm', 'w', '{}', '2026');
INSERT INTO documents VALUES ('d', '{"a":1}');`)
  db.close()
}

function formerLines(path: string): void {
  const row = { itemDigest: 'i', candidateDigest: 'c', at: '2026' }
  const lines = [
    { schema: 'rightsize/store-jsonl@1' },
    {
      outcomes: [
        { key: 'a', ...row, answer: '{"text":"first"}' },
        { key: 'b', ...row, answer: '{}' },
      ],
    },
    { scores: [{ outcomeKey: 'a', scorer: 's', score: 0.5, detail: '{}' }] },
    { window: { candidateDigest: 'c', machine: 'm', meter: 'w', reading: '{}', at: '2026' } },
    { document: ['d', '{"a":1}'] },
  ]
  writeFileSync(path, lines.map((line) => `\n${JSON.stringify(line)}\n`).join(''))
}

describe('pages of a database', () => {
  test('carving finds exactly the rows that SQLite finds', () => {
    const path = filled('libsql')
    const { rows, damaged, unread } = carve(path)
    expect(damaged).toEqual([])
    expect(unread).toBe(0)
    const store = createLibsqlStore(path)
    const exported = [...store.exportRows()].map(({ row }) => Object.values(row))
    store.close()
    const text = (cells: readonly unknown[]) => JSON.stringify(cells)
    expect(rows.map(({ cells }) => text(cells)).sort()).toEqual(exported.map(text).sort())
  })

  test('what is still in the write-ahead log counts, and the latest of two answers', () => {
    const path = filled('libsql')
    const store = createLibsqlStore(path)
    const newer = outcome('key-5', { answer: '{"ok":true,"text":"newer"}', at: '2027' })
    store.putOutcomes([newer, outcome('only-in-log')])
    const copy = fresh('db')
    mkdirSync(dirname(copy))
    for (const ending of ['', '-wal']) copyFileSync(`${path}${ending}`, `${copy}${ending}`)
    store.close()
    const outcomes = carve(copy).rows.filter(({ table }) => table === 'outcomes')
    expect(outcomes).toHaveLength(301)
    expect(outcomes.find(({ cells }) => cells[0] === 'key-5')?.cells[3]).toBe(newer.answer)
  })

  test('a destroyed page, header or end of the file costs what lay there and no more', () => {
    const whole = readFileSync(filled('libsql'))
    const pages = whole.length / 4096
    let worst = 300
    for (let page = 0; page < pages; page += 5) {
      const path = fresh('db')
      mkdirSync(dirname(path))
      const bytes = Buffer.from(whole)
      bytes.fill(0xff, page * 4096, (page + 1) * 4096)
      writeFileSync(path, bytes)
      const { found } = repairStore(path)
      worst = Math.min(worst, found.rows.outcomes)
      const store = createLibsqlStore(path)
      expect(store.outcomes(keys).size).toBe(found.rows.outcomes)
      store.close()
    }
    // A page holds some thirty short answers.
    expect(worst).toBeGreaterThan(250)
    const short = fresh('db')
    mkdirSync(dirname(short))
    writeFileSync(short, whole.subarray(0, Math.floor(pages / 2) * 4096))
    const { found } = repairStore(short)
    expect(found.rows.outcomes).toBeGreaterThan(60)
    expect(found.unread.count).toBeGreaterThanOrEqual(Math.floor(pages / 2))
  })

  test('what is no store is not replaced', () => {
    const path = fresh('db')
    mkdirSync(dirname(path))
    writeFileSync(path, 'a letter to somebody '.repeat(1000))
    expect(() => repairStore(path)).toThrow(expect.objectContaining({ code: 'STORE_UNREADABLE' }))
    expect(readFileSync(path, 'utf8')).toContain('a letter')
  })
})
