// the scale of one machine: a million rows by predictions, 5,000 classes, 200 candidates, items of 1 MB, and a report of 100,000
// items in Chromium (after `npm run build`; `--quick`: a tenth of each)
import { spawnSync } from 'node:child_process'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const quick = process.argv.includes('--quick')
const share = quick ? 0.1 : 1
const most = { bytes: 1.2e9, timesParse: 15, openS: 2 }

/** Rows of predictions with their labels, 93 % of them right; always the same. */
async function predictions(
  path,
  rows,
  { classes = 4, text = (i) => `please sort the ticket number ${i} into a queue` } = {},
) {
  const file = createWriteStream(path)
  let seed = 7
  for (let i = 0; i < rows; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648
    const expected = `class ${i % classes}`
    const output = seed / 2147483648 < 0.93 ? expected : `class ${(i + 1) % classes}`
    const line = JSON.stringify({ id: `r${i}`, input: text(i), output, expected })
    if (!file.write(`${line}\n`)) await new Promise((done) => file.once('drain', done))
  }
  await new Promise((done) => file.end(done))
}

async function parseCpuS(path) {
  const before = process.cpuUsage()
  for await (const line of createInterface({ input: createReadStream(path) })) JSON.parse(line)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Runs the command under a preload that tells what it took. */
function taken(folder, words) {
  const told = join(folder, 'taken.json')
  const preload = `data:text/javascript,import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(${JSON.stringify(told)},JSON.stringify(process.resourceUsage())))`
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, main, ...words], {
    ...{ cwd: folder, encoding: 'utf8', maxBuffer: 1e9 },
  })
  const use = existsSync(told) ? JSON.parse(readFileSync(told, 'utf8')) : null
  return {
    status,
    cpuS: use === null ? Number.NaN : (use.userCPUTime + use.systemCPUTime) / 1e6,
    bytes: use === null ? Number.NaN : use.maxRSS * 1024,
    error: /^error.*$/m.exec(stderr)?.[0] ?? stderr.slice(-200),
  }
}

const decided = (status) => [0, 1, 2].includes(status)
const line = (name, holds, text) => {
  console.log(`${holds ? 'ok  ' : 'MISS'} ${name}: ${text}`)
  return holds
}

async function million(folder) {
  const rows = 1e6 * share
  const path = join(folder, 'million.jsonl')
  await predictions(path, rows)
  const parseS = await parseCpuS(path)
  const run = taken(folder, [
    'run',
    '--predictions',
    'a=million.jsonl',
    '--floor',
    '0.9',
    '--out',
    'million',
  ])
  const times = run.cpuS / parseS
  const text = `${rows} rows: ${times.toFixed(1)} times the CPU of JSON.parse (${run.cpuS.toFixed(1)} s / ${parseS.toFixed(2)} s), ${(run.bytes / 1e6).toFixed(0)} MB, exit ${run.status} ${decided(run.status) ? '' : run.error}`
  return line(
    'rows',
    decided(run.status) && times <= most.timesParse && run.bytes <= most.bytes,
    text,
  )
}

async function wide(folder) {
  await predictions(join(folder, 'classes.jsonl'), 20_000 * share, { classes: 5000 * share })
  const classes = taken(folder, [
    'run',
    '--predictions',
    'a=classes.jsonl',
    '--floor',
    '0.5',
    '--out',
    'classes',
  ])
  let holds = line(
    'classes',
    decided(classes.status),
    `${5000 * share} classes: ${classes.cpuS.toFixed(1)} CPU-s, ${(classes.bytes / 1e6).toFixed(0)} MB, exit ${classes.status}`,
  )
  await predictions(join(folder, 'many.jsonl'), 500)
  const each = Array.from({ length: 200 * share }, (_, i) => [
    '--predictions',
    `c${i}=many.jsonl`,
  ]).flat()
  const many = taken(folder, ['run', ...each, '--floor', '0.5', '--out', 'many'])
  holds =
    line(
      'candidates',
      decided(many.status),
      `${200 * share} candidates: ${many.cpuS.toFixed(1)} CPU-s, ${(many.bytes / 1e6).toFixed(0)} MB, exit ${many.status} ${decided(many.status) ? '' : many.error}`,
    ) && holds
  await predictions(join(folder, 'large.jsonl'), 100 * share, {
    text: (i) => `${i} `.repeat(1e6 / `${i} `.length),
  })
  const large = taken(folder, [
    'run',
    '--predictions',
    'a=large.jsonl',
    '--floor',
    '0.5',
    '--out',
    'large',
  ])
  return (
    line(
      'items',
      decided(large.status),
      `${100 * share} items of 1 MB: ${large.cpuS.toFixed(1)} CPU-s, ${(large.bytes / 1e6).toFixed(0)} MB, exit ${large.status} ${decided(large.status) ? '' : large.error}`,
    ) && holds
  )
}

/** Time until the report is laid out. Chromium of the machine, driven by playwright-core of bench/. */
async function report(folder) {
  const rows = 100_000 * share
  await predictions(join(folder, 'report.jsonl'), rows)
  taken(folder, ['run', '--predictions', 'a=report.jsonl', '--floor', '0.9', '--out', 'report'])
  const file = join(folder, 'report/report.html')
  const executablePath = [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find(existsSync)
  if (executablePath === undefined) return line('report', false, 'no Chromium on this machine')
  const { chromium } = createRequire(new URL('../package.json', import.meta.url))('playwright-core')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    const start = performance.now()
    await page.goto(pathToFileURL(file).href, { waitUntil: 'load' })
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(null))))
    const s = (performance.now() - start) / 1000
    return line(
      'report',
      s < most.openS,
      `${rows} items, ${statSync(file).size} bytes, opens in ${s.toFixed(2)} s`,
    )
  } finally {
    await browser.close()
  }
}

export async function section() {
  const folder = mkdtempSync(join(tmpdir(), 'rightsize-scale-'))
  try {
    const held = []
    for (const part of [million, wide, report]) held.push(await part(folder))
    return held.every(Boolean)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
