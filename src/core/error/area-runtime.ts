import type { ErrorEntry } from './catalogue.ts'

export const runtimeErrors = {
  RUNTIME_FAILED: {
    title: 'A runtime failed',
    why: 'The input breaks a rule that the message names.',
    next: 'Correct what the message names and run the command again.',
  },
} as const satisfies Record<string, ErrorEntry>
