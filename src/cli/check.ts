import type { Command } from './command.ts'

/** The linter over the lock: offline, for CI. */
export const check: Command = {
  name: 'check',
  args: '[spec]',
  summary: 'fail when rightsize.lock no longer fits spec, data or model, or has expired (offline)',
  example: 'rightsize check && echo still right-sized',
  flags: [
    { flags: '--lock <file>', text: 'the lock (default: beside the spec)' },
    { flags: '--json', text: 'print the findings as JSON' },
  ],
  action: async () => (await import('./check-action.ts')).checkAction,
}
