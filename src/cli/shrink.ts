import type { Command } from './command.ts'

/** Searches the smallest model that is still good enough for a task. */
export const shrink: Command = {
  name: 'shrink',
  args: '<model>',
  summary: 'make an ONNX text classifier smaller, with proof that it still does the job',
  example: [
    'rightsize shrink models/large --task rightsize.yaml --margin 0.01 --out models/large-small',
    'rightsize shrink llama-f16.gguf --only Q4_K_M   # with your llama-quantize',
  ].join('\n'),
  flags: [
    {
      flags: '--task <file>',
      text: 'the spec with calibration, train and test parts',
      fallback: 'rightsize.yaml',
    },
    {
      flags: '--margin <share>',
      text: 'loss allowed against the original (default: the margin of the bar)',
    },
    {
      flags: '--out <folder>',
      text: 'where the model and its proof are written (default: <model>-small)',
    },
    { flags: '--seconds <n>', text: 'time for the search', fallback: '300' },
    { flags: '--max-energy <joules>', text: 'energy for the search, modelled' },
    {
      flags: '--target-size <bytes>',
      text: 'stop cutting when the model file will be this small',
    },
    {
      flags: '--runtime <name>',
      text: 'where costs are measured: onnxruntime-node or onnxruntime-web',
      fallback: 'onnxruntime-node',
    },
    { flags: '--target-latency <ms>', text: 'stop when p95 of one text, alone, is this low' },
    {
      flags: '--only <pass>',
      text: 'try only this pass or family (GGUF: make only this type, Q4_K_M)',
      many: true,
    },
    { flags: '--without <pass>', text: 'leave this pass or family out', many: true },
    { flags: '--heal-steps <n>', text: 'steps of the first rung of healing', fallback: '600' },
    {
      flags: '--lean <chance>',
      text: 'chance of holding at which an unproven step is kept for the hold-out',
      fallback: '0.7',
    },
    { flags: '--alpha <share>', text: 'error of the claim', fallback: '0.05' },
    { flags: '--seed <n>', text: 'seed of everything random', fallback: '1' },
    { flags: '--replay <file>', text: 'make the model of a compression.json again' },
    {
      flags: '--llama-quantize <program>',
      text: 'for a GGUF file: the llama-quantize to use (default: LLAMA_QUANTIZE, else PATH)',
    },
    { flags: '--imatrix <file>', text: 'for a GGUF file: importance matrix of llama-imatrix' },
    {
      flags: '--allow-requantize',
      text: 'for a GGUF file: quantise what is quantised already (loses more)',
    },
    { flags: '--dry-run', text: 'print what would be tried and what it is predicted to save' },
    { flags: '--json', text: 'print compression.json' },
  ],
  action: async () => (await import('./shrink-action.ts')).shrinkAction,
}
