import type { ErrorEntry } from './catalogue.ts'

export const dataErrors = {
  DATA_MISSING: {
    title: 'A data file is missing',
    why: 'The input breaks a rule that the message names.',
    next: 'Correct what the message names and run the command again.',
  },
} as const satisfies Record<string, ErrorEntry>
