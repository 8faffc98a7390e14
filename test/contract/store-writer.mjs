// Puts batches of ten into the store until it is killed; says each batch that is safe.
const [, , module, kind, path, name] = process.argv
const { storeTable } = await import(module)
const store = await storeTable[kind](path)
for (let batch = 0; ; batch++) {
  const rows = Array.from({ length: 10 }, (_, i) => ({
    key: `${name}-${batch}-${i}`,
    itemDigest: 'i',
    candidateDigest: name,
    answer: JSON.stringify({ ok: true, filler: 'x'.repeat(500) }),
    at: '2026-01-01T00:00:00.000Z',
  }))
  store.putOutcomes(rows)
  process.stdout.write(`${batch}\n`)
}
