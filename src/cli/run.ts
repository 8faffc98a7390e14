import type { Command } from './command.ts'

/** The main job: names the cheapest candidate that is good enough, and says exactly how sure it is. */
export const run: Command = {
  name: 'run',
  args: '[source]',
  summary: 'name the cheapest candidate that is good enough, and how sure that is',
  example: [
    'rightsize run                      # decides what rightsize.yaml describes',
    'rightsize run tickets.csv --input text --expected label --incumbent openai:big --try openai:small \\',
    '  --try linear --base-url http://127.0.0.1:8000/v1 --prompt prompt.txt',
    'rightsize run --predictions incumbent=a.jsonl --predictions small=b.jsonl --expected labels.csv',
  ].join('\n'),
  flags: [
    { flags: '--task <name>', text: 'name of the task (default: the file name)' },
    { flags: '--input <column>', text: 'column that holds the input' },
    {
      flags: '--expected <column>',
      text: 'column (or, with --predictions, file) that holds the label',
    },
    { flags: '--id <column>', text: 'column that names each row' },
    { flags: '--slice <column>', text: 'column to report by, such as locale', many: true },
    { flags: '--cluster <column>', text: 'column that groups rows that belong together' },
    {
      flags: '--train <file>',
      text: 'labelled rows for students; without it the same rows teach and judge by cross-fitting',
    },
    { flags: '--incumbent <candidate>', text: 'what is in use now, as runtime:model' },
    {
      flags: '--try <candidate>',
      text: 'a candidate, as runtime:model or a student such as linear',
      many: true,
    },
    { flags: '--base-url <url>', text: 'OpenAI-compatible endpoint' },
    {
      flags: '--api-key-env <name>',
      text: 'environment variable with the key (hosted services have their usual one)',
    },
    { flags: '--prompt <file>', text: 'prompt template; {{column}} is replaced by the row' },
    {
      flags: '--predictions <name=file>',
      text: 'results that already exist (CSV, JSONL, promptfoo, lm-eval, result.json); no model is called',
      many: true,
    },
    { flags: '--margin <share>', text: 'loss allowed against the incumbent (0.01 is one point)' },
    { flags: '--floor <share>', text: 'absolute bar instead of a margin' },
    { flags: '--claim <word>', text: 'supported or certified: what counts as decided' },
    {
      flags: '--order <word>',
      text: 'what cheapest means: auto, energy, price, latency, parameters',
    },
    { flags: '--regime <word>', text: 'auto, full (every candidate on every item) or race' },
    { flags: '--grid <place>', text: 'country (ISO alpha-3) or cloud region for carbon' },
    { flags: '--volume <answers>', text: 'answers per month, for pay-back' },
    { flags: '--max-calls <n>', text: 'stop after this many model calls' },
    { flags: '--out <folder>', text: 'where the files are written (default: beside the spec)' },
    { flags: '--fresh', text: 'answer everything anew instead of using what is stored' },
    {
      flags: '--no-exec',
      text: 'refuse everything that runs code of the spec (module, command, adapters)',
    },
    { flags: '--trust', text: 'run code in a promptfoo file (javascript assertions)' },
    { flags: '--json', text: 'print the run result as JSON' },
  ],
  action: async () => (await import('./run-action.ts')).runAction,
}
