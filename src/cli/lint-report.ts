import type { Command } from './command.ts'

/** Checks anybody's SCI report or manifest; executes nothing of it. */
export const lintReport: Command = {
  name: 'lint-report',
  args: '<file>',
  summary: "check anybody's SCI report or Impact Framework manifest",
  example: 'rightsize lint-report sci-report.md',
  flags: [
    {
      flags: '--part',
      text: 'the file is a passage, not a whole report: do not ask for missing fields',
    },
    { flags: '--json', text: 'print the findings as JSON' },
  ],
  action: async () => (await import('./lint-report-action.ts')).lintReportAction,
}
