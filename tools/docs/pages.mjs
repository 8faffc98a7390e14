import { commandsPage } from './commands.mjs'
import { errorsPage } from './errors.mjs'
import { scorerNotes } from './notes.mjs'
import * as parts from './parts.mjs'
import { specPage } from './spec.mjs'

/**
 * Every page of docs/reference, by file name. `house` holds what the code exports: commands, catalogue, the tables of
 * parts, the families of passes; `specSchema` is the published JSON Schema, `scorerSources` the texts of the scorers' files.
 */
export async function pages(house, { specSchema, scorerSources }) {
  return {
    'commands.md': await commandsPage(house.commands),
    'spec.md': specPage(specSchema),
    'runtimes.md': parts.runtimesPage(house),
    'scorers.md': parts.scorersPage(house, scorerNotes(scorerSources)),
    'meters.md': parts.metersPage(house),
    'datasets.md': parts.datasetsPage(house),
    'passes.md': parts.passesPage(house, await familiesOf(house.passes)),
    'exports.md': parts.exportsPage(house),
    'importers.md': parts.importersPage(house),
    'errors.md': errorsPage(house.catalogue),
  }
}

async function familiesOf(passes) {
  const loaded = await Promise.all(
    Object.entries(passes).map(async ([name, { load }]) => [name, (await load?.())?.family]),
  )
  return Object.fromEntries(loaded)
}
