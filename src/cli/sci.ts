import { exportForms } from '../app/account/exports.ts'
import type { Billions } from '../core/hosted/model-table.ts'
import { partNames } from '../core/part/part.ts'
import { command } from './command.ts'
import { flag, list, toggle } from './flag.ts'
import { gridFlags, statedGridOf } from './grid.ts'
import {
  amount,
  file,
  type Kind,
  name,
  numberKind,
  oneOf,
  positive,
  share,
  textKind,
} from './kind.ts'

const years = numberKind('years', { above: 0 }, '4')
const seconds = numberKind('seconds', { above: 0 }, '3600')
const grams = numberKind('grams', { from: 0 }, '320')
const model = textKind('model', 'the name of a model', 'gpt-4o')
const host = textKind('host', 'a provider or an address', 'openai')
const ratio = numberKind('ratio', { from: 1 }, '1.2')

/** `70e9`, or `8e9,28e9` where only a range is known. */
const parameters: Kind<Billions> = {
  name: 'number',
  takes: 'a number of parameters, or two with a comma between: the least and the most',
  example: '70e9',
  read(text) {
    const [low = Number.NaN, high = low, ...more] = text.split(',').map((one) => Number(one))
    if (!(low > 0 && high >= low && Number.isFinite(high)) || more.length > 0) return undefined
    return low === high ? low : [low, high]
  },
}

export const sci = command({
  args: {
    source: flag(file, 'a run result, or measurements of another tool (default: result.json here)'),
  },
  flags: {
    candidate: list(name, 'explain this candidate of the run'),
    model: flag(model, 'estimate answers of this model behind an API, from its tokens'),
    tokensIn: flag(amount, 'with model: tokens of the input of one answer'),
    tokensOut: flag(amount, 'with model: tokens that one answer generates, reasoning included'),
    tokensCached: flag(amount, 'with model: tokens of the input that come from a cache'),
    method: flag(
      oneOf('method', ['rightsize', 'ecologits']),
      'with model: the estimate of rightsize, or that of EcoLogits 0.11.3',
      'rightsize',
    ),
    host: flag(host, 'with model: the provider, or the address of the server'),
    batch: flag(positive, 'with model: requests that one replica answers at a time'),
    parameters: flag(parameters, 'with model: its parameters, where no table knows them'),
    activeParameters: flag(parameters, 'with model: parameters used per token'),
    kwh: flag(amount, 'IT energy of all answers, in kWh'),
    joules: flag(amount, 'the same in J'),
    requests: flag(positive, 'number of answers'),
    accepted: flag(amount, 'number of accepted answers'),
    duration: flag(
      seconds,
      'seconds for which the device was reserved; of the request with ecologits',
    ),
    device: flag(
      textKind('class', 'a device class', 'server'),
      'device class, for embodied carbon',
    ),
    share: flag(share, 'share of the device that was reserved'),
    lifetime: flag(years, 'lifetime of the device'),
    embodied: flag(grams, 'embodied carbon, instead of device and duration'),
    pue: flag(ratio, 'power usage effectiveness of the site'),
    ...gridFlags,
    export: flag(oneOf('form', partNames(exportForms)), 'print the account of a run in this form'),
    json: toggle('print the scores as JSON'),
  },
  example: [
    'rightsize sci                        # the run result in this folder',
    'rightsize sci emissions.csv --requests 5000 --grid DEU',
    'rightsize sci --model gpt-4o --tokens-in 500 --tokens-out 200',
    'rightsize sci --model gpt-4o --tokens-out 200 --method ecologits',
    'rightsize sci --kwh 1.4 --requests 50000 --duration 3600 --grid DEU \\',
    '  --device server',
    'rightsize sci --kwh 1.4 --requests 50000 --embodied 320 \\',
    '  --grid-factor 25 --grid-source Hydro-Quebec --grid-year 2025',
    'rightsize sci --export impact-framework > manifest.yml',
  ].join('\n'),
  async action({ args, flags, io, world }) {
    const { ecologitsSci, explainSci, exportSci } = await import('../wire/sci.ts')
    const { export: form, json, method, gridFactor, gridSource, gridYear, ...rest } = flags
    const figures = { ...rest, grid: statedGridOf(flags) }
    if (form !== undefined) {
      io.out(await exportSci(args.source ?? 'result.json', form, world))
      return 0
    }
    if (method === 'ecologits') {
      const { impacts, lines } = await ecologitsSci(args.source, figures)
      io.out(json ? JSON.stringify(impacts, null, 2) : lines.join('\n'))
      for (const note of impacts.notes) io.err(`note: ${note}`)
      return 0
    }
    const { explanations, notes } = await explainSci(args.source, figures, world)
    if (json) io.out(JSON.stringify(explanations, null, 2))
    else io.out(explanations.map((one) => one.lines.join('\n')).join('\n\n'))
    for (const note of notes) io.err(`note: ${note}`)
    return 0
  },
})
