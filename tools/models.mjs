// Writes data/models-ecologits.json (EcoLogits, MPL-2.0) and data/models-hub.json (Xinference, Apache-2.0): how large models
// are, from the wheels of both, which pip fetches. Run `node tools/build.mjs` first.
//   node tools/models.mjs                              the versions below
//   node tools/models.mjs --ecologits 0.12.0           a newer one; models that it dropped keep their last row
//   node tools/models.mjs --wheels DIR                 wheels that are there already
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { modelSchema, readModels } from '../dist/core/hosted/model-file.js'

const { values } = parseArgs({
  options: {
    ecologits: { type: 'string', default: '0.11.3' },
    xinference: { type: 'string', default: '4.1.0' },
    wheels: { type: 'string' },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
  },
})
/** Older releases, newest first: they know models that people still have in their logs. */
const former = ['0.9.3', '0.8.2', '0.5.2']
/** Families of experts whose active parameters the list does not state. */
const experts = /moe|mixtral|\dx\d|deepseek-(coder-)?v2|moonlight/i
const hubSource = `Xinference ${values.xinference}, nominal size`
const folder = mkdtempSync(join(tmpdir(), 'rightsize-models-'))
const data = new URL('../data/', import.meta.url)

function python(...args) {
  const run = spawnSync('python3', args, { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`python3 ${args.join(' ')}: ${run.stderr}`)
}

/** Folder of a package at a version, unpacked. */
function packageAt(name, version) {
  const wheels = values.wheels ?? folder
  const wanted = (file) => file.startsWith(`${name}-${version}-`)
  if (!readdirSync(wheels).some(wanted))
    python('-m', 'pip', 'download', '-q', '--no-deps', '-d', wheels, `${name}==${version}`)
  const out = join(folder, `${name}-${version}`)
  python('-m', 'zipfile', '-e', join(wheels, readdirSync(wheels).find(wanted)), out)
  return join(out, name)
}

const json = (file) => JSON.parse(readFileSync(file, 'utf8'))
const sorted = (rows) => Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)))

/** A head, then one line a row of each table. */
function write(file, head, tables) {
  const lines = Object.entries(tables).map(([name, rows]) => {
    const each = Object.entries(rows).map(
      ([key, row]) => `  ${JSON.stringify(key)}: ${JSON.stringify(row)}`,
    )
    return ` "${name}": {\n${each.join(',\n')}\n }`
  })
  const text = `${JSON.stringify(head, null, 1).slice(0, -2)},\n${lines.join(',\n')}\n}\n`
  writeFileSync(new URL(file, data), text)
  const counts = Object.entries(tables).map(([name, rows]) => `${Object.keys(rows).length} ${name}`)
  process.stdout.write(`${file}: ${counts.join(', ')}\n`)
}

/** What an older release knows and no newer one does is kept, with its own source. */
function writeEcologits(versions) {
  const tables = versions.map((version) => {
    const text = readFileSync(join(packageAt('ecologits', version), 'data/models.json'), 'utf8')
    const source = `EcoLogits ${version}`
    return readModels(text, { name: source, date: values.date, source })
  })
  const newest = packageAt('ecologits', versions[0])
  const mixes = json(join(newest, 'data/electricity_mixes.json')).electricity_mixes
  const joined = (of) => sorted(Object.entries(Object.assign({}, ...tables.map(of).reverse())))
  const models = joined((table) => table.models)
  const aliases = joined((table) => table.aliases)
  for (const name of Object.keys(models)) delete aliases[name]
  const head = {
    schema: modelSchema,
    title:
      'Models and electricity mixes of EcoLogits: parameters of closed models are its assumptions, as ranges',
    license: 'MPL-2.0',
    notice:
      'This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.',
    origin: 'mlco2/ecologits, ecologits/data/models.json and electricity_mixes.json, as on PyPI',
    changes: `one line a model; models that ${versions[0]} no longer lists are from ${versions.slice(1).join(', ')}`,
    unit: 'billions of parameters, [low, high] where they are not published; tokens per second; seconds; mixes: kgSbeq, MJ, kgCO2eq and L per kWh',
    version: versions[0],
    checked: values.date,
    columns: ['adpe', 'pe', 'gwp', 'wue'],
  }
  write('models-ecologits.json', head, {
    aliases,
    mixes: sorted(mixes.map(({ name, adpe, pe, gwp, wue }) => [name, [adpe, pe, gwp, wue]])),
    models,
  })
}

/**
 * Rows of Xinference that agree with themselves: the size in the name of the repository is the size that is stated, and
 * the active parameters are stated where the name or the size tells of experts.
 */
function writeHub() {
  const models = join(packageAt('xinference', values.xinference), 'model/llm/models')
  const rows = new Map()
  let leftOut = 0
  for (const file of readdirSync(models).sort())
    for (const { model_specs: specs } of [json(join(models, file))].flat())
      for (const spec of specs) {
        const id = spec.model_src?.huggingface?.model_id
        const row = hubRow(spec, id)
        if (id === undefined || rows.has(id.toLowerCase())) continue
        if (row === null) leftOut += 1
        else rows.set(id.toLowerCase(), row)
      }
  const head = {
    schema: modelSchema,
    title: 'Nominal sizes of open-weight models on the Hugging Face hub',
    license: 'Apache-2.0',
    origin: 'xorbitsai/inference, xinference/model/llm/models, as on PyPI',
    changes: `one line a repository; ${leftOut} rows that contradict themselves or do not state the active parameters were left out`,
    unit: 'billions of parameters as the publisher rounds them',
    checked: values.date,
    sources: {
      [hubSource]: 'model_size_in_billions, activated_size_in_billions',
    },
  }
  write('models-hub.json', head, { models: sorted(rows) })
}

const billions = (value) => Number(String(value).replace('_', '.'))

function hubRow(spec, id) {
  if (spec.model_format !== 'pytorch' && spec.model_format !== 'fp8') return null
  const total = billions(spec.model_size_in_billions)
  const active =
    spec.activated_size_in_billions == null ? null : billions(spec.activated_size_in_billions)
  const named = /(?<![a-z\d.])(\d+(?:\.\d+)?)b(?![a-z\d])/i.exec(id)?.[1]
  const activeNamed = /[-_]a(\d+(?:\.\d+)?)b(?![a-z\d])/i.exec(id)?.[1]
  const near = (a, b) => Math.abs(a / b - 1) < 0.25 || Math.abs(a - b) < 0.6
  if (named !== undefined && !near(total, Number(named))) return null
  if (activeNamed !== undefined && (active === null || !near(active, Number(activeNamed))))
    return null
  if (active === null && (total > 130 || experts.test(id))) return null
  if (/\d+m(?![a-z\d])|-e\d+b/i.test(id)) return null // millions, or effective parameters
  // The name is the more exact of the two, where the list rounds: 2 for 1.8.
  const exact = named === undefined ? total : Number(named)
  return {
    total: exact,
    ...(active === null || active === total
      ? {}
      : { active: activeNamed ? Number(activeNamed) : active }),
    source: hubSource,
  }
}

try {
  writeEcologits([values.ecologits, ...former])
  writeHub()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
