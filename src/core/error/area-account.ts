import type { ErrorEntry } from './catalogue.ts'

export const accountErrors = {
  ACCOUNT_INVALID: {
    title: 'The account is not valid',
    why: 'The input breaks a rule that the message names.',
    next: 'Correct what the message names and run the command again.',
  },
} as const satisfies Record<string, ErrorEntry>
