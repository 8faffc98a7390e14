// Writes data/prices.json, the prices of hosted models, from LiteLLM's price map (MIT). Run `node tools/build.mjs` first.
//   node tools/prices.mjs                      fetches the map from its repository
//   node tools/prices.mjs FILE --version 1.2   reads a copy, such as the one in the litellm wheel of that version
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { priceMapUrl, pricesText, readPrices } from '../dist/core/hosted/price-map.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { version: { type: 'string', default: 'main' }, date: { type: 'string' } },
})
const text =
  positionals[0] === undefined
    ? await (await fetch(priceMapUrl)).text()
    : await readFile(positionals[0], 'utf8')
const { table, leftOut } = readPrices(text, {
  name: positionals[0] ?? priceMapUrl,
  date: values.date ?? new Date().toISOString().slice(0, 10),
  source: `LiteLLM price map, BerriAI/litellm, model_prices_and_context_window.json, version ${values.version}`,
})
await writeFile(new URL('../data/prices.json', import.meta.url), pricesText(table))
process.stdout.write(
  `${Object.keys(table.models).length} models have a price per token, ${leftOut} have none\n`,
)
