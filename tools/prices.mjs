// Writes data/prices.json, the prices of hosted models, from LiteLLM's price map (MIT).
//   node tools/prices.mjs                      fetches the map from its repository
//   node tools/prices.mjs FILE --version 1.2   reads a copy, such as the one in the litellm wheel of that version
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const home =
  'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json'
const modes = new Set(['chat', 'completion', 'responses', 'embedding'])
const columns = [
  'provider',
  'mode',
  'input',
  'output',
  'cachedInput',
  'batchInput',
  'batchOutput',
  'retires',
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { version: { type: 'string', default: 'main' }, date: { type: 'string' } },
})
const map = JSON.parse(
  positionals[0] === undefined
    ? await (await fetch(home)).text()
    : await readFile(positionals[0], 'utf8'),
)

/** USD per million tokens without the noise of binary fractions; null where the map has no price. */
const perMillion = (value) =>
  typeof value === 'number' && value > 0 ? Number((value * 1e6).toPrecision(6)) : null

function row(model) {
  const { litellm_provider: provider = null, mode, deprecation_date: retires = null } = model
  return [
    provider,
    mode,
    perMillion(model.input_cost_per_token),
    perMillion(model.output_cost_per_token),
    perMillion(model.cache_read_input_token_cost),
    perMillion(model.input_cost_per_token_batches),
    perMillion(model.output_cost_per_token_batches),
    retires,
  ]
}

// A price of 0 in the map means "not billed by token" (local servers, subscriptions): such rows are left out, not free.
const rows = Object.entries(map)
  .filter(([, model]) => modes.has(model.mode) && perMillion(model.input_cost_per_token) !== null)
  .map(([name, model]) => [name, row(model)])
  .sort(([a], [b]) => (a < b ? -1 : 1))

const head = {
  schema: 'rightsize/prices@1',
  title: 'List prices of hosted models: what a provider publishes, before discounts',
  unit: 'USD per million tokens; null: not published',
  source: `LiteLLM price map, BerriAI/litellm, model_prices_and_context_window.json, version ${values.version}`,
  license: 'MIT',
  retrieved: values.date ?? new Date().toISOString().slice(0, 10),
  columns,
}
const lines = rows.map(([name, cells]) => `  ${JSON.stringify(name)}: ${JSON.stringify(cells)}`)
await writeFile(
  new URL('../data/prices.json', import.meta.url),
  `${JSON.stringify(head, null, 1).slice(0, -2)},\n "models": {\n${lines.join(',\n')}\n }\n}\n`,
)
process.stdout.write(`${rows.length} of ${Object.keys(map).length} models have a price per token\n`)
