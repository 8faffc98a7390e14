import type { Command } from './command.ts'

/** Writes a spec from questions or flags. */
export const init: Command = {
  name: 'init',
  args: '[dataset]',
  summary: 'write a rightsize.yaml from questions or flags',
  example: 'rightsize init tickets.csv --input text --expected label --yes',
  flags: [
    { flags: '--task <name>', text: 'name of the task' },
    { flags: '--input <column>', text: 'column that holds the input' },
    { flags: '--expected <column>', text: 'column that holds the label' },
    { flags: '--train <file>', text: 'labelled rows for students' },
    { flags: '--incumbent <candidate>', text: 'what is in use now, as runtime:model' },
    { flags: '--try <candidate>', text: 'a candidate, as runtime:model or a student', many: true },
    { flags: '--base-url <url>', text: 'OpenAI-compatible endpoint' },
    { flags: '--margin <share>', text: 'loss allowed against the incumbent' },
    { flags: '--yes', text: 'ask nothing, take what can be seen in the data' },
    { flags: '--force', text: 'replace a rightsize.yaml that is there' },
  ],
  action: async () => (await import('./init-action.ts')).initAction,
}
