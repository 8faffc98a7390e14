import type { Command } from './command.ts'

/** Two ONNX models side by side: answers, outputs, CPU time, energy, size. */
export const compare: Command = {
  name: 'compare',
  args: '<a> <b>',
  summary: 'compare two ONNX models: same answers, differences, CPU time, energy, size',
  example: [
    'rightsize compare models/large models/large-int8 --data test.jsonl --input text',
    'rightsize compare vad.onnx vad-small.onnx --data frames.jsonl --input samples --set sr=16000 --carry state=stateN',
    'rightsize compare a.onnx b.onnx --data kws01 --input file --raw int8:49x10:0.5847029:83',
  ].join('\n'),
  flags: [
    { flags: '--data <file>', text: 'rows to run (default: random inputs)' },
    {
      flags: '--input <column>',
      text: 'column of the text, the list of numbers, or the file of raw numbers',
      fallback: 'text',
    },
    {
      flags: '--raw <form>',
      text: 'the column names files of raw numbers: dtype:shape[:scale:zeroPoint]',
    },
    {
      flags: '--runtime <name>',
      text: 'what runs both: onnxruntime-node or onnxruntime-web (WebAssembly)',
      fallback: 'onnxruntime-node',
    },
    { flags: '--limit <n>', text: 'most items', fallback: '500' },
    { flags: '--set <input=value>', text: 'an input with one value everywhere', many: true },
    {
      flags: '--carry <input=output>',
      text: 'an input that takes an output of the item before',
      many: true,
    },
    { flags: '--vectors', text: 'the answer is an embedding: cosine instead of agreement' },
    { flags: '--rounds <n>', text: 'pairs of windows for CPU time and energy (default: 8)' },
    { flags: '--seed <n>', text: 'seed of random inputs', fallback: '1' },
    { flags: '--json', text: 'print as JSON' },
  ],
  action: async () => (await import('./compare-action.ts')).compareAction,
}
