import type { Command } from './command.ts'

/** Renders the reports again from result.json; nothing is measured. */
export const report: Command = {
  name: 'report',
  args: '[result]',
  summary: 'render report.html and report.md again from result.json',
  example: 'rightsize report result.json --out reports/',
  flags: [
    { flags: '--out <folder>', text: 'where to write (default: beside the result)' },
    {
      flags: '--format <word>',
      text: 'print one form to stdout instead: html, markdown, terminal, json',
    },
  ],
  action: async () => (await import('./report-action.ts')).reportAction,
}
