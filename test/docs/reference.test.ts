import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { energyImporters } from '../../src/adapters/energy-import/table.ts'
import { importers } from '../../src/adapters/importer/table.ts'
import { exportForms } from '../../src/app/account/exports.ts'
import { commands } from '../../src/cli/table.ts'
import { passes } from '../../src/core/compress/table.ts'
import { knownSeries, seriesScopes } from '../../src/core/energy/known-series.ts'
import { catalogue } from '../../src/core/error/catalogue.ts'
import { datasets } from '../../src/core/part/datasets.ts'
import { meterRecipes } from '../../src/core/part/meter-recipes.ts'
import { meters } from '../../src/core/part/meters.ts'
import { adapter, runtimes } from '../../src/core/part/runtimes.ts'
import { scorers } from '../../src/core/part/scorers.ts'
import { specSchema } from '../../src/core/spec/schema.ts'
import { pages } from '../../tools/docs/pages.mjs'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'docs/reference')
const house = {
  ...{ commands, catalogue, runtimes, adapter, scorers, meters, datasets, passes },
  ...{ exportForms, importers, energyImporters },
  ...{ knownSeries, seriesScopes, meterRecipes },
}
const scorerSources = ['src/core/score', 'src/adapters/scorer'].flatMap((from) =>
  readdirSync(join(root, from))
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .map((name) => readFileSync(join(root, from, name), 'utf8')),
)
const made = await pages(house, {
  specSchema: JSON.parse(JSON.stringify(z.toJSONSchema(specSchema, { io: 'input' }))),
  scorerSources,
})

test.each(Object.keys(made))('docs/reference/%s is what the code says', (name) => {
  const path = join(folder, name)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : 'no such page'
  expect(text, 'run: node tools/build.mjs && node tools/schema.mjs && node tools/docs.mjs').toBe(
    made[name],
  )
})

test('no other page pretends to be a reference', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(made).sort())
})

test('every part has a section with its example, every error its next step', () => {
  const all = Object.values(made).join('\n')
  for (const rows of [runtimes, scorers, meters, datasets, passes, exportForms, importers])
    for (const [name, { example }] of Object.entries(rows)) {
      expect(all).toContain(`## \`${name}\``)
      expect(all).toContain(example)
    }
  for (const [code, { next }] of Object.entries(catalogue)) {
    expect(made['errors.md']).toContain(`## \`${code}\``)
    expect(made['errors.md']).toContain(`Next: ${next}`)
  }
  for (const { name } of commands) expect(made['commands.md']).toContain(`## rightsize ${name}`)
})

test('the notes of every scorer with a comment of its own are on its page', () => {
  const silent = ['macro-f1', 'balanced-accuracy', 'mcc']
  const parts = (made['scorers.md'] ?? '').split('\n## ')
  for (const name of Object.keys(scorers).filter((one) => !silent.includes(one))) {
    const own = parts.find((text) => text.startsWith(`\`${name}\``))
    expect(own, name).toContain('**When it misleads.**')
  }
})
