import type { Command } from './command.ts'
import { run } from './run.ts'

/** Before anything runs: what it will take, and what this many labels can show. */
export const plan: Command = {
  name: 'plan',
  args: '[source]',
  summary:
    'say before anything runs what it will take, and what this many labels can and cannot show',
  example: 'rightsize plan',
  flags: run.flags.filter(
    (flag) => !flag.flags.startsWith('--fresh') && !flag.flags.startsWith('--out'),
  ),
  action: async () => (await import('./plan-action.ts')).planAction,
}
