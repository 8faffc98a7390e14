// Accounting: interval coverage on measured energy (CodeCarbon), parity with other tools, speed of the simulation.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const dist = resolve(process.env.RIGHTSIZE_DIST ?? join(here, '../dist'))
const data = resolve(process.env.RIGHTSIZE_DATA ?? join(here, '../../shared/data'))
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const require = createRequire(import.meta.url)
const { createAnnualGrid, openGridTables } = await load('adapters/grid/annual.js')
const { embodiedDevice } = await load('core/carbon/device.js')
const { annualFactor } = await load('core/carbon/grid-zone.js')
const { sciModel } = await load('core/carbon/sci-model.js')
const { scoreOf } = await load('core/carbon/sci-score.js')
const { pueOf } = await load('core/carbon/site.js')
const { cpuEnergy, lineErrorOf } = await load('core/energy/cpu-model.js')
const { processorYear } = await load('core/energy/processor-year.js')
const { known, within } = await load('core/unit/known.js')
const { simulate } = await load('core/unit/simulate.js')
const bars = []
const figures = {}
const bar = (name, value, target, ok) => {
  bars.push({ name, value, target, ok })
  console.log(
    `${ok ? 'ok  ' : ok === null ? 'skip' : 'FAIL'}  ${name}: ${value} (target ${target})`,
  )
}
const share = (list, test) => list.filter(test).length / list.length
const percent = (x) => Math.round(x * 1000) / 10

cpuCoverage()
await gridParity()
publishedFigures()
simulationSpeed()

const failed = bars.some(({ ok }) => ok === false)
const skipped = bars.some(({ ok }) => ok === null)
console.log(JSON.stringify({ bench: 'account', figures, bars }))
process.exitCode = failed ? 1 : skipped ? 4 : 0

/** CPU package power (RAPL) at eleven loads on five machines: the processor alone, not the wall. */
function cpuCoverage() {
  const folder = join(data, 'codecarbon/hardware/cpu_load_profiling')
  if (!existsSync(folder))
    return bar('CPU interval, load above 5 %', 'data absent', '>= 88 %', null)
  console.log('\nCPU line against RAPL (processor package only: RAPL is not wall power)')
  const rows = readdirSync(folder).flatMap((machine) => cpuRows(folder, machine))
  const loaded = rows.filter(({ load }) => load > 5)
  const covered = share(loaded, ({ inside }) => inside)
  const idle = rows.filter(({ load }) => load <= 5)
  for (const machine of new Set(rows.map((row) => row.machine))) {
    const own = loaded.filter((row) => row.machine === machine)
    console.log(
      `${machine.padEnd(20)} ${own.filter(({ inside }) => inside).length} of ${own.length} inside; RAPL / line ${Math.min(...own.map((r) => r.ratio)).toFixed(2)} to ${Math.max(...own.map((r) => r.ratio)).toFixed(2)}`,
    )
  }
  const outside = loaded
    .filter(({ inside }) => !inside)
    .map((r) => `${r.machine} at ${r.load} %: ${r.ratio.toFixed(2)}`)
  console.log(`outside: ${outside.join('; ') || 'none'}`)
  console.log(
    `idle rows apart (${idle.length}): RAPL / line ${idle.map(({ ratio }) => ratio.toFixed(2)).join(', ')}; the package sleeps, the board does not`,
  )
  figures.cpu = {
    n: loaded.length,
    inside: percent(covered),
    outside,
    idle: idle.map(({ ratio }) => ratio),
  }
  bar('CPU interval, load above 5 %', `${percent(covered)} %`, '>= 88 %', covered >= 0.88)
}

function cpuRows(folder, folderOf) {
  return readdirSync(join(folder, folderOf)).flatMap((file) => {
    const [head, ...rows] = readFileSync(join(folder, folderOf, file), 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','))
    const cell = (row, name) => Number(row[head.indexOf(name)])
    return rows.map((row) => {
      const threads = cell(row, 'cores_used')
      const load = cell(row, 'cpu_load')
      const machine = { threads, year: processorYear(row[head.indexOf('cpu_name')]) }
      const line = cpuEnergy(
        { cpuS: (threads * load) / 100, wallS: 1, threads, rssBytes: 0 },
        machine,
      ).total
      const ratio = cell(row, 'rapl_power') / line.value
      const [low, high] = lineErrorOf(machine)
      return { machine: folderOf, load, ratio, inside: ratio >= low && ratio <= high }
    })
  })
}

/** The table of co2.js, or null where bench's own packages are not installed. */
function co2() {
  try {
    return require('@tgwf/co2').averageIntensity
  } catch {
    return null
  }
}

async function gridParity() {
  console.log('\nParity')
  const averageIntensity = co2()
  if (averageIntensity === null)
    return bar('co2.js intensities equal', 'co2.js absent: npm ci --prefix bench', 'all', null)
  const tables = openGridTables()
  const theirs = Object.entries(averageIntensity.data)
  const equal = theirs.filter(
    ([zone, value]) => annualFactor(tables, zone).intensity.value === value,
  ).length
  bar('co2.js intensities equal', `${equal} of ${theirs.length}`, 'all', equal === theirs.length)
  const { zone } = await createAnnualGrid(tables).factor('eu-central-1')
  bar('cloud region lookup', zone, 'DEU', zone === 'DEU')
}

function publishedFigures() {
  const spec = scoreOf({
    itEnergyKwh: 0,
    pue: 1,
    gridGPerKwh: 0,
    embodied: { totalG: 1e6, share: 1, durationS: 3600, lifetimeS: 126_144_000 },
    units: 1,
  }).sci
  bar(
    'SCI specification: 1000 kg, 4 years, 1 h',
    `${spec.toFixed(2)} g`,
    '28.5 +- 0.05',
    Math.abs(spec - 28.5) < 0.05,
  )
  const study = scoreOf({
    itEnergyKwh: 1285.47,
    pue: 1,
    gridGPerKwh: 478.4,
    embodied: { grams: 4_938_000 },
    units: 680_143.78,
  }).sci
  bar(
    'foundation model study 2022, GPT-J',
    `${study.toFixed(4)} g per run`,
    '8.164 +- 0.5 %',
    Math.abs(study / 8.164 - 1) < 0.005,
  )
  const golden = scoreOf({
    itEnergyKwh: 0.75,
    pue: 1.2,
    gridGPerKwh: 383.55,
    embodied: { totalG: 1.5e6, share: 1, durationS: 5400, lifetimeS: 126_144_000 },
    units: 957,
  }).sci
  bar(
    'Impact Framework 1.1.0 golden score',
    golden,
    '0.42780285137630436 exactly',
    golden === 0.42780285137630436,
  )
}

/** SCI per accepted answer of 20 candidates that share grid, PUE, power model and device, 10,000 draws each. */
function simulationSpeed() {
  const models = twentyModels()
  const seeds = [1, 2, 3]
  console.log(
    `\nSimulation: ${models.length} candidates x 10,000 draws, seeds ${seeds.join(', ')}; CPU time, best of five`,
  )
  const best = Math.min(
    ...Array.from({ length: 5 }, (_, i) =>
      cpuSeconds(() => simulate(models, { seed: seeds[i % 3], draws: 10_000 })),
    ),
  )
  const reference = Math.min(...Array.from({ length: 5 }, () => cpuSeconds(referenceLoop)))
  figures.simulation = { cpuS: best, referenceLoopS: reference, ratio: best / reference }
  bar('10,000 draws x 20 candidates', `${best.toFixed(3)} s CPU`, '< 0.5 s', best < 0.5)
}

function twentyModels() {
  const grid = annualFactor(openGridTables(), 'DEU')
  const about = { method: 'measured', how: 'bench', source: 'bench' }
  const sharedSpread = {
    name: 'power model',
    ratio: within('ratio', 1, [0.45, 1.9], { ...about, method: 'modeled' }),
  }
  const usage = (i) => ({
    candidate: `c${i}`,
    meter: 'cpu-time',
    answers: 1000,
    energy: within('JPerItem', 1 + i, [0.4, 2], about),
    sharedSpread,
    idle: within('JPerItem', 0.1, [0.5, 2], about),
    pue: pueOf(1.2),
    grid,
    embodied: {
      kind: 'devices',
      parts: [
        {
          device: embodiedDevice('server'),
          share: known('share', { value: 0.25, low: 0.1, high: 0.25, ...about }),
        },
      ],
      occupancy: within('sPerItem', 0.01, [0.9, 1.1], about),
    },
    acceptRate: within('share', 0.9, [0.98, 1.02], about),
  })
  return Array.from({ length: 20 }, (_, i) => sciModel(usage(i), 'accepted'))
}

function referenceLoop() {
  let sum = 0
  for (let i = 0; i < 200_000 * 20; i++) sum += Math.exp((i % 7) / 7)
  return sum
}

function cpuSeconds(work) {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
