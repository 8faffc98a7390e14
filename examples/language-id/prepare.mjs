// node examples/language-id/prepare.mjs [--all]: brings the texts of 20 languages into .data/ and writes .data/test.jsonl.
// 100 sentences, word pairs and words per language (6,000 rows), evenly spread over each file; --all takes all 60,000.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bringData, prepare } from '../pinned-data.mjs'

const home = fileURLToPath(new URL('.data/', import.meta.url))
const perFile = process.argv.includes('--all') ? Number.POSITIVE_INFINITY : 100

function rowsOf({ path }) {
  const [, language, file] = path.split('/')
  const length = file.replace(/s?\.txt$/, '')
  const lines = readFileSync(join(home, path), 'utf8').split('\n').map((line) => line.trim())
  const texts = lines.filter((line) => line !== '')
  const step = Math.max(1, Math.floor(texts.length / perFile))
  return texts
    .filter((_, i) => i % step === 0)
    .slice(0, perFile)
    .map((text, i) => ({ id: `${language}-${length}-${i}`, text, language, length }))
}

await prepare(async () => {
  const manifest = new URL('data.json', import.meta.url)
  await bringData(manifest, home)
  const { sources } = JSON.parse(readFileSync(manifest, 'utf8'))
  const rows = sources.flatMap((source) => source.files).flatMap(rowsOf)
  writeFileSync(join(home, 'test.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  console.error(`${rows.length} rows in ${join(home, 'test.jsonl')}`)
})
