import type { Command } from './command.ts'
import { studentFlags } from './train.ts'

/** Teaches a student from a teacher's answers on texts that need no labels. */
export const distill: Command = {
  name: 'distill',
  args: '<kind> <data>',
  summary: "teach a student from a teacher's soft labels on unlabelled texts",
  example:
    'rightsize distill linear texts.jsonl --teacher onnx:models/large --out models/linear-distilled',
  flags: [
    { flags: '--teacher <candidate>', text: 'who answers, as runtime:model' },
    { flags: '--base-url <url>', text: 'endpoint of an openai teacher' },
    { flags: '--api-key-env <name>', text: 'environment variable with the key' },
    { flags: '--prompt <file>', text: 'prompt template of an openai teacher' },
    ...studentFlags,
  ],
  action: async () => (await import('./train-action.ts')).distillAction,
}
