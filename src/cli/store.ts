import type { Command } from './command.ts'

/** What was paid for and is kept. */
export const store: Command = {
  name: 'store',
  args: '[action]',
  summary: 'show, prune or export the stored outcomes (action: show, prune, export)',
  example: 'rightsize store prune --before 2026-01-01',
  flags: [
    { flags: '--before <date>', text: 'with prune: drop outcomes older than this (ISO date)' },
    { flags: '--dir <folder>', text: 'folder whose .rightsize/ is meant', fallback: '.' },
    { flags: '--json', text: 'print as JSON' },
  ],
  action: async () => (await import('./store-action.ts')).storeAction,
}
