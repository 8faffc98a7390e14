import { grouped } from '../core/report/kit/number.ts'
import { staleWords } from '../core/result/price-age.ts'
import { plural } from '../core/unit/figure-words.ts'
import type { PricesInUse, PricesUpdate } from '../wire/prices.ts'
import { command } from './command.ts'
import { flag, toggle } from './flag.ts'
import { date, oneOf, textKind } from './kind.ts'

const source = textKind('file|url', 'a file or an address', 'prices.json')

export const prices = command({
  args: {
    action: flag(oneOf('action', ['show', 'update']), 'what to do', 'show'),
  },
  flags: {
    from: flag(source, 'with update: where to read them (default: the price map of LiteLLM)'),
    date: flag(date, 'with update: the day of these prices (default: of the file, or today)'),
    json: toggle('print the figures as JSON'),
  },
  example: [
    'rightsize prices',
    'rightsize prices update',
    'rightsize prices update --from model_prices_and_context_window.json',
  ].join('\n'),
  async action({ args, flags, io, world }) {
    const { areStale, pricesInUse, updatePrices } = await import('../wire/prices.ts')
    const { from, date } = flags
    const given = {
      ...(from === undefined ? {} : { from }),
      ...(date === undefined ? {} : { date }),
    }
    const used =
      args.action === 'update'
        ? await updatePrices(given, world)
        : await pricesInUse(world.effects.env)
    const stale = areStale(used, world)
    io.out(flags.json ? JSON.stringify(figures(used, stale)) : shown(used, stale))
    return 0
  },
})

const isUpdate = (used: PricesInUse): used is PricesUpdate => 'changes' in used

function figures(used: PricesInUse, stale: boolean) {
  const { table, file, digest } = used
  const { retrieved, source, models } = table
  const update = isUpdate(used) ? { ...used.changes, leftOut: used.leftOut } : {}
  return { retrieved, stale, models: Object.keys(models).length, ...update, digest, file, source }
}

function shown(used: PricesInUse, stale: boolean): string {
  const { table, file, digest } = used
  const age = stale ? ` (${staleWords}; refresh them with \`rightsize prices update\`)` : ''
  const rows = {
    date: `${table.retrieved}${age}`,
    models: grouped(Object.keys(table.models).length),
    ...(isUpdate(used) ? { changes: changesText(used) } : {}),
    ...{ sha256: digest, source: table.source, file },
  }
  return Object.entries(rows)
    .map(([name, text]) => `${name.padEnd(9)}${text}`)
    .join('\n')
}

const changesText = ({ changes, leftOut }: PricesUpdate): string =>
  `${plural(changes.changed, 'row')} changed, ${grouped(changes.added)} new, ${grouped(changes.gone)} gone; ${plural(leftOut, 'model')} without a price per token`
