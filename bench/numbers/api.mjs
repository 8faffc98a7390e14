// api: the estimate of models behind an API against measured energy, one model family left out at a time.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from '../peers/counts.mjs'

const { apiEnergy } = await load('core/hosted/api-energy.js')
const { decodeError, decodeFit, effectiveSize, precisionFactor } = await load(
  'core/hosted/decode-fit.js',
)
const { exact } = await load('core/unit/known.js')

const here = dirname(fileURLToPath(import.meta.url))
const data = resolve(process.env.RIGHTSIZE_DATA ?? join(here, '../../../shared/data'))
/** public/data/tasks of ml-energy/leaderboard; RIGHTSIZE_ML_ENERGY names a folder that has all three. */
const folder = process.env.RIGHTSIZE_ML_ENERGY ?? join(data, 'ml-energy')
const tasks = ['lm-arena-chat', 'gpqa', 'sourcegraph-fim']
/** Tokens of a prompt beside each answer, none of which the tables state: chat as the auditors asked, completion as two matched models suggest (prefill.ts). */
const prompts = { 'lm-arena-chat': 500, gpqa: 0, 'sourcegraph-fim': 2000 }
/** Width (high / low) of the intervals that this fit replaced. */
const before = { unknown: 24, known: 4 / 0.35 }

export const bar =
  'every precision, task and family of 20 rows or more has at least 85 % of its measured joules inside, batch known or not, with a prompt beside it, widths no larger than before (24, 11.4), with the fit made without the family'

const families = [
  [/Qwen3-Coder/, 'Qwen3 Coder'],
  [/Qwen3-(235B|30B)/, 'Qwen3 MoE'],
  [/Qwen3/, 'Qwen3 dense'],
  [/Llama-4/, 'Llama 4'],
  [/Llama/, 'Llama 3'],
  [/gemma/, 'Gemma 3'],
  [/deepseek/, 'DeepSeek'],
  [/Nemotron/, 'Nemotron'],
  [/./, 'gpt-oss'],
]
const bitsOf = { fp8: 8, mxfp4: 4.25, bfloat16: 16 }

/** A data-parallel server is several replicas: each answers its part of the batch. */
const rowOf = (task) => (row) => ({
  ...{ task, precision: row.weight_precision, bits: bitsOf[row.weight_precision] },
  family: families.find(([pattern]) => pattern.test(row.model_id))[1],
  size: { active: row.activated_params_billions, total: row.total_params_billions },
  whole: Math.max(1, row.avg_batch_size),
  batch: Math.max(1, row.avg_batch_size / row.data_parallel),
  output: row.avg_output_len,
  joules: row.energy_per_token_joules,
})

function rowsOf() {
  const files = tasks.map((task) => [task, join(folder, `${task}.json`)])
  return files
    .filter(([, file]) => existsSync(file))
    .flatMap(([task, file]) =>
      JSON.parse(readFileSync(file, 'utf8')).configurations.map(rowOf(task)),
    )
}

/** Scale, power of the size and fall with the batch: weighted least squares on logarithms, each family with the same weight. */
function fitOf(rows) {
  const count = new Map()
  for (const { family } of rows) count.set(family, (count.get(family) ?? 0) + 1)
  const terms = rows.map((row) => ({
    x: [1, Math.log(effectiveSize(row.size)), Math.log(row.batch / decodeFit.at)],
    y: Math.log(row.joules / precisionFactor(row.bits)),
    w: 1 / count.get(row.family),
  }))
  const sum = (of) => terms.reduce((all, term) => all + term.w * of(term), 0)
  const matrix = [0, 1, 2].map((i) => [
    ...[0, 1, 2].map((j) => sum(({ x }) => x[i] * x[j])),
    sum(({ x, y }) => x[i] * y),
  ])
  const [a, size, falls] = solved(matrix)
  return { scale: Math.exp(a), size, batch: -falls }
}

/** Gauss elimination of an augmented matrix. */
function solved(matrix) {
  const n = matrix.length
  for (let i = 0; i < n; i += 1)
    for (let k = 0; k < n; k += 1) {
      if (k === i) continue
      const factor = matrix[k][i] / matrix[i][i]
      matrix[k] = matrix[k].map((value, j) => value - factor * matrix[i][j])
    }
  return matrix.map((row, i) => row[n] / row[i])
}

const joulesBy = (fit, { size, bits }, batch) =>
  fit.scale *
  effectiveSize(size) ** fit.size *
  precisionFactor(bits) *
  (batch / decodeFit.at) ** -fit.batch

const inside = (value, [low, high]) => value >= low && value <= high

const familiesIn = (rows) => [...new Set(rows.map(({ family }) => family))]

/** Rows of each family with the fit on all others. */
const byFamily = (rows) =>
  familiesIn(rows).map((family) => {
    const others = rows.filter((row) => row.family !== family)
    return { own: rows.filter((row) => row.family === family), others, fit: fitOf(others) }
  })

const ratioOf = (fit, row, batch) => row.joules / joulesBy(fit, row, batch)

/** The interval of this width whose middle is between the 5 and 95 % points of the ratios, each family with the same weight. */
function placed(rows, batchOf, [low, high]) {
  const ratios = byFamily(rows).flatMap(({ own, fit }) =>
    own.map((row) => [ratioOf(fit, row, batchOf(row)), 1 / own.length]),
  )
  const sorted = ratios.toSorted(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, weight]) => sum + weight, 0)
  const point = (q) => {
    let sum = 0
    const found = sorted.find(([, weight]) => {
      sum += weight
      return sum >= q * total
    })
    return found[0]
  }
  const middle = Math.sqrt(point(0.05) * point(0.95))
  const half = Math.sqrt(high / low)
  return [middle / half, middle * half]
}

/** Whether each row lies inside, by a fit on the other families: with the shipped ends, and with ends that only those place. */
function leftOut(rows) {
  const at64 = () => decodeFit.at
  const ofReplica = ({ batch }) => batch
  const { unknownBatch, knownBatch } = decodeError
  return byFamily(rows).flatMap(({ own, others, fit }) => {
    const ends = [placed(others, at64, unknownBatch), placed(others, ofReplica, knownBatch)]
    return own.map((row) => {
      const ratio = (batch) => ratioOf(fit, row, batch)
      return {
        ...row,
        unknown: inside(ratio(decodeFit.at), unknownBatch),
        known: inside(ratio(row.batch), knownBatch),
        unknownPlaced: inside(ratio(decodeFit.at), ends[0]),
        knownPlaced: inside(ratio(row.batch), ends[1]),
        server: inside(ratio(row.whole), knownBatch),
        prompt: promptInside(row),
      }
    })
  })
}

/** The shipped function with a prompt, against the joules of the whole request: batch known. */
function promptInside({ task, size, bits, output, joules, batch }) {
  const count = (x) => exact('count', x, 'ML.ENERGY')
  const facts = { model: 'm', totalBillions: count(size.total), activeBillions: count(size.active) }
  const { decode, prefill } = apiEnergy(
    { input: prompts[task], output },
    { ...facts, bits, source: 'ML.ENERGY' },
    { batch, bits },
  )
  return inside(joules * output, [decode.low + prefill.low, decode.high + prefill.high])
}

const share = (rows, key) => rows.filter((row) => row[key]).length / rows.length
const percent = (x) => `${(100 * x).toFixed(1)} %`.padStart(8)

export async function measure() {
  const rows = rowsOf()
  if (rows.length === 0) return { held: true, lines: [`skipped: no tables in ${folder}`] }
  const judged = leftOut(rows)
  const groups = ['precision', 'task', 'family'].flatMap((key) =>
    [...new Set(rows.map((row) => row[key]))].map((name) => [
      name,
      judged.filter((row) => row[key] === name),
    ]),
  )
  const width = ([low, high]) => high / low
  const [unknown, known] = [decodeError.unknownBatch, decodeError.knownBatch].map(width)
  const low = groups.filter(
    ([, own]) =>
      own.length >= 20 && ['unknown', 'known', 'prompt'].some((key) => share(own, key) < 0.85),
  )
  const fit = fitOf(rows)
  const all = rows.some(({ task }) => task === 'sourcegraph-fim')
  const drift = Math.max(...Object.keys(fit).map((key) => Math.abs(fit[key] / decodeFit[key] - 1)))
  return {
    held:
      low.length === 0 &&
      unknown <= before.unknown &&
      known <= before.known &&
      (!all || drift <= 0.01),
    lines: [
      `${rows.length} configurations of ML.ENERGY v3; width ${unknown.toFixed(1)} with the batch unknown, ${known.toFixed(1)} with it known`,
      `${'group'.padEnd(16)}    n  unknown    known   ends placed by the others   of all replicas   with a prompt`,
      ...[['all', judged], ...groups].map(
        ([name, own]) =>
          `${name.padEnd(16)} ${String(own.length).padStart(4)} ${['unknown', 'known', 'unknownPlaced', 'knownPlaced', 'server', 'prompt'].map((key, i) => percent(share(own, key)).padStart([8, 8, 14, 10, 18, 14][i])).join(' ')}`,
      ),
      `fit on all: ${fit.scale.toFixed(4)} x S^${fit.size.toFixed(3)} x (batch / 64)^-${fit.batch.toFixed(3)}, shipped within ${(100 * drift).toFixed(1)} %${all ? '' : ' (without sourcegraph-fim, which is not in the folder)'}`,
    ],
  }
}
