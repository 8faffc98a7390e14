import type { ErrorEntry } from './catalogue.ts'

export const onnxErrors = {
  ONNX_INVALID: {
    title: 'The model file is not valid ONNX',
    why: 'The input breaks a rule that the message names.',
    next: 'Correct what the message names and run the command again.',
  },
} as const satisfies Record<string, ErrorEntry>
