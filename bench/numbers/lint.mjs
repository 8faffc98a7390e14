// lint: public reports, manifests and model cards with the slips that are in them; one half of every kind was put aside before the rules were written.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { load } from '../peers/counts.mjs'

const { lintReport } = await load('core/lint/lint.js')

export const bar =
  'in the half put aside: precision and recall of errors at least 0.9, with the slips that the documents have and with planted ones'

/**
 * A document is named by repository, path and commit, and is not part of this repository. `slips` are the errors in it;
 * where they stand is a line, a range of lines, or a text of the finding. `maybe`: remarks that are neither right nor wrong.
 * `planted` are slips of ours, put in one at a time. Within a kind, in the order of the digests, every second one is for the test.
 */
const corpus = JSON.parse(
  readFileSync(fileURLToPath(new URL('./lint-corpus.json', import.meta.url)), 'utf8'),
)
/** Documents already here, as OWNER/NAME/PATH; the rest is asked from the network. */
const folder = resolve(process.env.RIGHTSIZE_REPORTS ?? '.cache/reports')

/** False after the network did not answer once. */
let online = true

async function bytesFrom(url) {
  if (!online) return null
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) })
    return answer.ok ? Buffer.from(await answer.arrayBuffer()) : null
  } catch {
    online = false
    return null
  }
}

async function textOf({ repository, path, commit, sha256 }) {
  const local = join(folder, repository, path)
  const url = `https://raw.githubusercontent.com/${repository}/${commit}/${encodeURI(path)}`
  const bytes = existsSync(local) ? readFileSync(local) : await bytesFrom(url)
  if (bytes === null) return null
  const same = createHash('sha256').update(bytes).digest('hex') === sha256
  return same ? bytes.toString('utf8') : null
}

/** What the linter makes of a text: its kind, its verdict and its errors. */
function check(text) {
  const { kind, verdict, findings } = lintReport({ text, parse, today: '2026-11-30' })
  return { kind, verdict, errors: findings.filter(({ severity }) => severity === 'error') }
}

/** Whether a finding stands where a label says. */
function stands({ where, what }, at) {
  const [, from, to] = /^line (\d+)(?:-(\d+))?$/.exec(at) ?? []
  if (from === undefined) return `${where} ${what}`.includes(at)
  const line = Number(/^line (\d+)/.exec(where)?.[1])
  return line >= Number(from) && line <= Number(to ?? from)
}

const same = (a, b) => a.where === b.where && a.what === b.what

function judge(document, text) {
  const { slips = [], maybe = [], planted = [], verdict } = document
  const own = check(text)
  const open = own.errors.filter((one) => !maybe.some((at) => stands(one, at)))
  const plantedMissed = planted.filter(({ replace, by, at }) => {
    const { errors } = check(text.replace(replace, () => by))
    const fresh = errors.filter((one) => !own.errors.some((old) => same(one, old)))
    return !fresh.some((one) => stands(one, at))
  })
  return {
    ...{ ...document, slips, planted },
    said: own.verdict,
    right: verdict.includes(own.verdict),
    read: own.kind,
    wrong: open.filter((one) => !slips.some(({ at }) => stands(one, at))),
    missed: slips.filter(({ at }) => !own.errors.some((one) => stands(one, at))),
    plantedMissed,
  }
}

const count = (list, of) => list.reduce((sum, one) => sum + of(one), 0)

function figures(judged) {
  const found = count(judged, ({ slips, missed }) => slips.length - missed.length)
  const wrong = count(judged, ({ wrong }) => wrong.length)
  const slips = count(judged, ({ slips }) => slips.length)
  const planted = count(judged, ({ planted }) => planted.length)
  const plantedFound = planted - count(judged, ({ plantedMissed }) => plantedMissed.length)
  return {
    precision: found / Math.max(1, found + wrong),
    recall: found / Math.max(1, slips),
    plantedRecall: plantedFound / Math.max(1, planted),
    text: `found ${found} of ${slips}, planted ${plantedFound} of ${planted}, wrong ${wrong}, verdict right ${judged.filter(({ right }) => right).length} of ${judged.length}, kind ${judged.filter(({ read, kind }) => read === kind).length} of ${judged.length}`,
  }
}

const two = (value) => value.toFixed(2)

function row(name, judged) {
  const { precision, recall, plantedRecall, text } = figures(judged)
  return `${name.padEnd(28)} precision ${two(precision)}  recall ${two(recall)}  planted ${two(plantedRecall)}   ${text}`
}

/** Every document of the half that the rules may be fitted to, where something is amiss; of the other half only counts. */
function details(judged) {
  return judged
    .filter(({ half }) => half === 'development' || process.env.RIGHTSIZE_DETAILS === 'all')
    .flatMap(({ path, wrong, missed, plantedMissed, right, said, verdict, kind, read }) => [
      ...(kind === read ? [] : [`${path}: read as ${read}, not ${kind}`]),
      ...(right ? [] : [`${path}: "${said}", not ${verdict.join(' or ')}`]),
      ...wrong.map(({ where, what }) => `${path}: false: ${where}: ${what}`),
      ...missed.map(({ at, why }) => `${path}: missed: ${at}: ${why}`),
      ...plantedMissed.map(({ at, why }) => `${path}: planted and missed: ${at}: ${why}`),
    ])
}

export async function measure() {
  const judged = []
  for (const document of corpus) {
    const text = await textOf(document)
    if (text !== null) judged.push(judge(document, text))
  }
  const missing = corpus.length - judged.length
  if (missing > 0)
    return {
      held: true,
      lines: [
        `skipped: ${missing} of ${corpus.length} documents are neither in ${folder} nor on the network (RIGHTSIZE_REPORTS names a folder)`,
      ],
    }
  const half = (name) => judged.filter((one) => one.half === name)
  const test = half('test')
  const { precision, recall, plantedRecall } = figures(test)
  return {
    held: Math.min(precision, recall, plantedRecall) >= 0.9,
    lines: [
      row('put aside for the test', test),
      ...[...new Set(test.map(({ kind }) => kind))].map((kind) =>
        row(
          `  ${kind}`,
          test.filter((one) => one.kind === kind),
        ),
      ),
      row('the other half', half('development')),
      ...details(judged),
    ],
  }
}
