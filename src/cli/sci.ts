import { exportForms } from '../app/account/exports.ts'
import { partNames } from '../core/part/part.ts'
import { command } from './command.ts'
import { flag, list, toggle } from './flag.ts'
import { amount, file, name, numberKind, oneOf, place, positive, share, textKind } from './kind.ts'

const years = numberKind('years', { above: 0 }, '4')
const seconds = numberKind('seconds', { above: 0 }, '3600')
const grams = numberKind('grams', { from: 0 }, '320')
const ratio = numberKind('ratio', { from: 1 }, '1.2')

export const sci = command({
  args: {
    source: flag(file, 'a run result, or measurements of another tool (default: result.json here)'),
  },
  flags: {
    candidate: list(name, 'explain this candidate of the run'),
    kwh: flag(amount, 'IT energy of all answers, in kWh'),
    joules: flag(amount, 'the same in J'),
    requests: flag(positive, 'number of answers'),
    accepted: flag(amount, 'number of accepted answers'),
    duration: flag(seconds, 'seconds for which the device was reserved'),
    device: flag(
      textKind('class', 'a device class', 'server'),
      'device class, for embodied carbon',
    ),
    share: flag(share, 'share of the device that was reserved'),
    lifetime: flag(years, 'lifetime of the device'),
    embodied: flag(grams, 'embodied carbon, instead of device and duration'),
    pue: flag(ratio, 'power usage effectiveness of the site'),
    grid: flag(place, 'country (ISO alpha-3) or cloud region'),
    export: flag(oneOf('form', partNames(exportForms)), 'print the account of a run in this form'),
    json: toggle('print the scores as JSON'),
  },
  example: [
    'rightsize sci                        # the run result in this folder',
    'rightsize sci emissions.csv --requests 5000 --grid DEU',
    'rightsize sci --kwh 1.4 --requests 50000 --duration 3600 --grid DEU \\',
    '  --device server',
    'rightsize sci --export impact-framework > manifest.yml',
  ].join('\n'),
  async action({ args, flags, io, world }) {
    const { explainSci, exportSci } = await import('../wire/sci.ts')
    const { export: form, json, ...figures } = flags
    if (form !== undefined) {
      io.out(await exportSci(args.source ?? 'result.json', form, world))
      return 0
    }
    const { explanations, notes } = await explainSci(args.source, figures, world)
    if (json) io.out(JSON.stringify(explanations, null, 2))
    else io.out(explanations.map((one) => one.lines.join('\n')).join('\n\n'))
    for (const note of notes) io.err(`note: ${note}`)
    return 0
  },
})
