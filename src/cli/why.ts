import type { Command } from './command.ts'

/** The decision with its evidence on one screen. */
export const why: Command = {
  name: 'why',
  args: '[task]',
  summary: 'print the decision with its evidence on one screen',
  example: 'rightsize why support-intent',
  flags: [
    { flags: '--result <file>', text: 'the run result', fallback: 'result.json' },
    { flags: '--json', text: 'print the decision block as JSON' },
  ],
  action: async () => (await import('./why-action.ts')).whyAction,
}
