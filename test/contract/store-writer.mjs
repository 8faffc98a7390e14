// Puts batches of ten into the store until it is killed, with a pause between them; says each batch that is safe.
const [, , module, kind, path, name, pauseMs = '0'] = process.argv
const clock = new Int32Array(new SharedArrayBuffer(4))
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
  if (Number(pauseMs) > 0) Atomics.wait(clock, 0, 0, Number(pauseMs))
}
