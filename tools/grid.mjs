// Writes data/grid-annual.json: Ember's annual grid intensities as @tgwf/co2 distributes them.
// Usage: node tools/grid.mjs AVERAGE_INTENSITIES_JSON RETRIEVED_DATE
// The values come from the package in bench/ (`npm ci --prefix bench`). The package drops year and name, so both are read from co2.js's
// own data/output/average-intensities.json (github.com/thegreenwebfoundation/co2.js), whose values must agree.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const [namesFile, retrieved] = process.argv.slice(2)
if (namesFile === undefined || retrieved === undefined) {
  console.error('usage: node tools/grid.mjs AVERAGE_INTENSITIES_JSON RETRIEVED_DATE')
  process.exit(1)
}
const co2 = fileURLToPath(new URL('../bench/node_modules/@tgwf/co2', import.meta.url))
const { averageIntensity } = createRequire(import.meta.url)(co2)
const { version } = JSON.parse(readFileSync(`${co2}/package.json`, 'utf8'))
const rows = Object.entries(JSON.parse(readFileSync(namesFile, 'utf8')))
const byKey = new Map(rows.map(([key, row]) => [key.toUpperCase(), row]))

const zones = {}
for (const [key, value] of Object.entries(averageIntensity.data)) {
  const row = byKey.get(key)
  if (row === undefined || row.emissions_intensity_gco2_per_kwh !== value)
    throw new Error(`${key}: ${value} in the package, not in ${namesFile}`)
  zones[key] = { name: row.country_or_region, year: row.year, value }
}
const table = {
  schema: 'rightsize/grid-annual@1',
  title: 'Annual average grid intensity by country and region',
  unit: 'gCO2e/kWh',
  kind: 'average',
  mix: 'production',
  scope: 'lifecycle',
  source: `Ember, Yearly Electricity Data, as distributed by @tgwf/co2 ${version} (averageIntensity)`,
  url: 'https://ember-energy.org/data/yearly-electricity-data/',
  license: 'CC-BY-SA-4.0 as distributed by co2.js; Ember publishes under CC-BY-4.0',
  retrieved,
  zones,
}
const lines = Object.entries(zones).map(
  ([k, v]) => `    ${JSON.stringify(k)}: ${JSON.stringify(v)}`,
)
const head = JSON.stringify({ ...table, zones: 0 }, null, 2).replace(
  /0\n\}$/,
  `{\n${lines.join(',\n')}\n  }\n}\n`,
)
writeFileSync(new URL('../data/grid-annual.json', import.meta.url), head)
console.log(`${lines.length} zones from @tgwf/co2 ${version}`)
