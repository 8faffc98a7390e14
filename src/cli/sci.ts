import type { Command } from './command.ts'

/** Computes and explains a score, from a run, from another tool's file, or from figures. */
export const sci: Command = {
  name: 'sci',
  args: '[source]',
  summary: 'compute and explain SCI = (E x I + M) per R: from a run, another tool, or figures',
  example: [
    'rightsize sci                        # the run result in this folder',
    'rightsize sci emissions.csv --requests 5000 --grid DEU',
    'rightsize sci --kwh 1.4 --requests 50000 --duration 3600 --grid DEU --device server',
    'rightsize sci --export impact-framework > manifest.yml',
  ].join('\n'),
  flags: [
    { flags: '--candidate <id>', text: 'explain this candidate of the run', many: true },
    { flags: '--kwh <n>', text: 'IT energy of all answers, kWh' },
    { flags: '--joules <n>', text: 'the same in J' },
    { flags: '--requests <n>', text: 'answers given' },
    { flags: '--accepted <n>', text: 'answers accepted' },
    { flags: '--duration <s>', text: 'seconds that the device was held' },
    { flags: '--device <class>', text: 'device class for embodied carbon' },
    { flags: '--share <share>', text: 'share of the device, 0 to 1' },
    { flags: '--lifetime <years>', text: 'lifetime of the device' },
    { flags: '--embodied <g>', text: 'embodied carbon in g, instead of device and duration' },
    { flags: '--pue <n>', text: 'power usage effectiveness' },
    { flags: '--grid <place>', text: 'country (ISO alpha-3) or cloud region' },
    {
      flags: '--export <form>',
      text: 'markdown, markdown-provider, json, json-provider, impact-framework, csv, model-card, boamps, cyclonedx',
    },
    { flags: '--json', text: 'print as JSON' },
  ],
  action: async () => (await import('./sci-action.ts')).sciAction,
}
