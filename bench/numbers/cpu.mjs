// cpu: modeled energy of processors against what RAPL and a plug measured, by age and size of the machine.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from '../peers/counts.mjs'

const { cpuEnergy } = await load('core/energy/cpu-model.js')
const { processorYear } = await load('core/energy/processor-year.js')
const { wallEnergy } = await load('core/energy/wall-model.js')

export const bar =
  'above 5 % load the interval of processor and memory holds RAPL in at least 88 % of rows, and the interval of the wall holds the plug; in every class of age and size, known and unknown'

const here = dirname(fileURLToPath(import.meta.url))
const data = resolve(process.env.RIGHTSIZE_DATA ?? join(here, '../../../shared/data'))
const folder = join(data, 'codecarbon/hardware/cpu_load_profiling')

function measured() {
  return readdirSync(folder).flatMap((machine) =>
    readdirSync(join(folder, machine)).flatMap((file) => {
      const [head, ...lines] = readFileSync(join(folder, machine, file), 'utf8')
        .trim()
        .split(/\r?\n/)
        .map((line) => line.split(','))
      return lines.map((cells) => {
        const cell = (name) => cells[head.indexOf(name)] ?? ''
        return {
          ...{ load: Number(cell('cpu_load')), threads: Number(cell('cores_used')) },
          ...{ rapl: Number(cell('rapl_power')), plug: Number(cell('tapo_power')) },
          year: processorYear(cell('cpu_name')),
        }
      })
    }),
  )
}

const classOf = ({ year, threads }) =>
  `${year <= 2012 ? 'to 2012' : year <= 2017 ? '2013 to 2017' : 'since 2018'}, ${threads <= 8 ? 'to 8' : '9 to 32'} threads`

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Rows inside their interval, and the median width (high / low). */
function coverage(name, rows, watts, interval) {
  const found = rows.map((row) => ({ at: watts(row), ...interval(row) }))
  const held = found.filter(({ at, low, high }) => low <= at && at <= high).length
  const width = median(found.map(({ low, high }) => high / low))
  return {
    holds: held / rows.length >= 0.88,
    line: `${name.padEnd(44)} ${`${held} of ${rows.length}`.padStart(9)}   median width x${width.toFixed(1)}`,
  }
}

export async function measure() {
  if (!existsSync(folder)) return { held: false, lines: [`not measured: no ${folder}`] }
  const rows = measured()
  const use = ({ threads, load }) => ({ cpuS: (threads * load) / 100, wallS: 1, threads })
  const parts = (row, year = row.year) =>
    cpuEnergy({ ...use(row), rssBytes: 0 }, { threads: row.threads, year }).total
  const wall = (row, year = row.year) => wallEnergy(use(row), { threads: row.threads, year })
  const busy = rows.filter(({ load }) => load > 5)
  const plugged = rows.filter(({ plug }) => plug > 0)
  const classes = [...new Set(busy.map(classOf))].sort()
  const rapl = ({ rapl }) => rapl
  const plug = ({ plug }) => plug
  const judged = [
    ...classes.map((name) =>
      coverage(
        `RAPL, ${name}`,
        busy.filter((row) => classOf(row) === name),
        rapl,
        (row) => parts(row),
      ),
    ),
    coverage('RAPL, age unknown', busy, rapl, (row) => parts(row, null)),
    ...[...new Set(plugged.map(classOf))].map((name) =>
      coverage(`plug, ${name}, idle too`, plugged, plug, (row) => wall(row)),
    ),
    coverage('plug, age unknown', plugged, plug, (row) => wall(row, null)),
  ]
  const idle = rows.filter(({ load }) => load <= 5)
  return {
    held: judged.every(({ holds }) => holds),
    lines: [
      ...judged.map(({ line, holds }) => `${holds ? '    ' : 'NOT '}${line}`),
      `    apart: ${coverage('RAPL at rest (sleeping packages)', idle, rapl, (row) => parts(row)).line}`,
      `    apart: ${coverage('plug in the interval of the processor', plugged, plug, (row) => parts(row)).line}`,
    ],
  }
}
