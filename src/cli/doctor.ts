import type { Command } from './command.ts'

/** What works here, and the command that would fix what does not. */
export const doctor: Command = {
  name: 'doctor',
  args: '',
  summary: 'say which meters, runtimes and optional packages work here, and what would fix each',
  example: 'rightsize doctor',
  flags: [{ flags: '--json', text: 'print the findings as JSON' }],
  action: async () => (await import('./doctor-action.ts')).doctorAction,
}
