import type { Command } from './command.ts'

/** A checkpoint of BERT's family into ONNX, without Python. */
export const importModel: Command = {
  name: 'import',
  args: '<folder>',
  summary: 'turn config.json + safetensors (BERT, RoBERTa, DistilBERT, MPNet) into an ONNX model',
  example: 'rightsize import checkpoints/minilm --out models/minilm --logits expected.json',
  flags: [
    { flags: '--out <folder>', text: 'where the model is written (default: <folder>-onnx)' },
    {
      flags: '--logits <file>',
      text: 'JSON with texts (or input_ids) and the logits that they must give',
    },
    { flags: '--json', text: 'print what was made as JSON' },
  ],
  action: async () => (await import('./import-action.ts')).importAction,
}
