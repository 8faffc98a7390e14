import { RightsizeError } from '../core/error/error.ts'
import type { ModelFacts } from '../core/result/account.ts'
import type { Known } from '../core/unit/estimate.ts'
import { plural } from '../core/unit/figure-words.ts'
import type { ModelsInUse } from '../wire/models.ts'
import { command } from './command.ts'
import { flag, toggle } from './flag.ts'
import { date, oneOf, textKind } from './kind.ts'

const source = textKind('file|url', 'a file or an address', 'models.json')
const model = textKind('model', 'the name of a model', 'gpt-4o')

export const models = command({
  args: {
    action: flag(oneOf('action', ['show', 'find', 'update']), 'what to do', 'show'),
    model: flag(model, 'with find: the model, under any of its names'),
  },
  flags: {
    from: flag(source, 'with update: where to read them (default: the list of EcoLogits)'),
    date: flag(date, 'with update: the day of this list (default: of the file, or today)'),
    json: toggle('print the figures as JSON'),
  },
  example: [
    'rightsize models',
    'rightsize models find llama3.1:8b',
    'rightsize models update --from my-models.json',
  ].join('\n'),
  async action({ args, flags, io, world }) {
    const { factsOf, modelsInUse, updateModels } = await import('../wire/models.ts')
    const { from, date, json } = flags
    requireUsed(args.action, args.model, { from, date })
    if (args.action === 'find') {
      const facts = await factsOf(args.model, world.effects.env)
      io.out(json ? JSON.stringify(facts) : factsText(facts))
      return 0
    }
    const given = {
      ...(from === undefined ? {} : { from }),
      ...(date === undefined ? {} : { date }),
    }
    const used =
      args.action === 'update'
        ? await updateModels(given, world)
        : await modelsInUse(world.effects.env)
    io.out(json ? JSON.stringify(figures(used)) : shown(used))
    return 0
  },
})

/** Throws ARGUMENT_EXTRA and FLAG_UNUSED for what the action does not read. */
function requireUsed(
  action: string,
  model: string | undefined,
  updates: Readonly<Record<'from' | 'date', string | undefined>>,
): void {
  if (action !== 'find' && model !== undefined)
    throw new RightsizeError(
      'ARGUMENT_EXTRA',
      `models ${action} takes no model: "${model}" is left`,
      {
        next: `Did you mean \`rightsize models find ${model}\`?`,
      },
    )
  const unused = (['from', 'date'] as const).filter((name) => updates[name] !== undefined)
  if (action !== 'update' && unused.length > 0)
    throw new RightsizeError(
      'FLAG_UNUSED',
      `--${unused.join(', --')} would have no effect on models ${action}`,
      { next: 'It belongs to `rightsize models update`.' },
    )
}

const figures = ({ files }: ModelsInUse) =>
  files.map(({ file, checked, models }) => ({
    ...{ file, checked: checked || null, models: Object.keys(models).length },
  }))

function shown(used: ModelsInUse): string {
  const rows = figures(used).map(({ file, checked, models }) => {
    const count = plural(models, 'model').padStart(12)
    return `${count}  ${(checked ?? 'dated by row').padEnd(12)}  ${file}`
  })
  return ['asked in this order; the first file that knows a model wins:', ...rows].join('\n')
}

function factsText({ model, totalBillions, activeBillions, bits, source }: ModelFacts): string {
  const rows = {
    model,
    total: `${billions(totalBillions)} billion parameters`,
    active: `${billions(activeBillions)} billion per token`,
    weights: `${bits} bits`,
    source,
  }
  return Object.entries(rows)
    .map(([name, text]) => `${name.padEnd(9)}${text}`)
    .join('\n')
}

const billions = ({ low, high }: Known<'count'>): string =>
  low === high ? String(low) : `${low} to ${high}`
