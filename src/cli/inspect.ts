import type { Command } from './command.ts'

/** What a model is made of and what each pass is likely to give. */
export const inspect: Command = {
  name: 'inspect',
  args: '<model>',
  summary: 'say what a model is made of (ONNX, GGUF, safetensors; a path or an address)',
  example: 'rightsize inspect models/encoder',
  flags: [{ flags: '--json', text: 'print the inspection as JSON' }],
  action: async () => (await import('./inspect-action.ts')).inspectAction,
}
