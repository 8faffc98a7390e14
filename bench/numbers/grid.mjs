// grid: does the interval of a country's factor hold the published intensity of cloud regions in it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from '../peers/counts.mjs'

const { openGridTables } = await load('adapters/grid/annual.js')
const { annualFactor } = await load('core/carbon/grid-zone.js')

export const bar =
  'the interval of the country holds the published intensity of at least 90 % of the cloud regions of a table'

const here = dirname(fileURLToPath(import.meta.url))
const data = resolve(process.env.RIGHTSIZE_DATA ?? join(here, '../../../shared/data'), 'grid')
/** Google Cloud's table of 2024, at one commit. Further tables with the columns `region` and `gPerKwh` are read from grid/ of the data folder. */
const published =
  'https://raw.githubusercontent.com/GoogleCloudPlatform/region-carbon-info/df9271436a28ea128a34e111f58de5b03e4dc757/data/yearly/2024.csv'

async function tables() {
  const files = existsSync(data) ? readdirSync(data).filter((file) => file.endsWith('.csv')) : []
  const found = files.map((file) => [file, readFileSync(join(data, file), 'utf8')])
  if (found.length > 0) return found
  const text = await fetch(published).then(
    (reply) => (reply.ok ? reply.text() : null),
    () => null,
  )
  return text === null ? [] : [['Google Cloud 2024', text]]
}

/** Region and intensity of each row: the first column, and the one that is named for it. */
function rowsOf(text) {
  const [head, ...lines] = text.trim().split(/\r?\n/)
  const at = head.split(',').findIndex((name) => /gPerKwh|grid carbon intensity/i.test(name))
  return lines.map((line) => {
    const cells = line.split(',')
    return [cells[0], Number(cells.at(at - head.split(',').length))]
  })
}

export async function measure() {
  const found = await tables()
  if (found.length === 0)
    return { held: false, lines: [`not measured: no table in ${data}, and none could be fetched`] }
  const grids = openGridTables()
  const judged = found.map(([name, text]) => {
    const rows = rowsOf(text).flatMap(([region, grams]) => {
      const known = grids.regions.regions[region.toLowerCase()] !== undefined
      return known && grams > 0 ? [{ region, grams, ...annualFactor(grids, region).intensity }] : []
    })
    const outside = rows.filter(({ grams, low, high }) => grams < low || grams > high)
    const within10 = rows.filter(({ grams, value }) => Math.abs(grams / value - 1) <= 0.1).length
    return {
      holds: outside.length <= rows.length * 0.1,
      line: `${name}: ${rows.length - outside.length} of ${rows.length} inside (within 10 %: ${within10}); outside: ${outside.map(({ region, grams, low, high }) => `${region} ${grams} [${low.toFixed(0)}, ${high.toFixed(0)}]`).join(', ') || 'none'}`,
    }
  })
  return { held: judged.every(({ holds }) => holds), lines: judged.map(({ line }) => line) }
}
