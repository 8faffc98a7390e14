import type { ErrorEntry } from './catalogue.ts'

export const runErrors = {
  RUN_FAILED: {
    title: 'The run failed',
    why: 'A step that the decision needs could not be done.',
    next: 'Correct what the message names and run the same command again; nothing stored is repeated.',
  },
  RUN_INCUMBENT_BROKEN: {
    title: 'The incumbent does not answer',
    why: 'With a margin against the incumbent, every candidate is judged item by item beside it.',
    next: 'Make the incumbent answer, give its stored outputs (`--predictions`), or set an absolute bar (`bar: { floor: ... }`).',
  },
  RUN_NOTHING_ANSWERED: {
    title: 'No candidate answered',
    why: 'Every candidate failed on every item that it was given.',
    next: 'Run `rightsize doctor` to see which runtimes work here, then correct what the message names.',
  },
  SCORER_FAILED: {
    title: 'A scorer failed',
    why: 'A scorer that throws is a failure of the tool or of your function, not of the model that it judges.',
    next: 'Correct the scorer; the answers are stored and are not asked for again.',
  },
  FLAG_NOT_A_NUMBER: {
    title: 'A flag needs a number',
    why: 'The value after the flag is not a number.',
    next: 'Write it with a dot as decimal sign, such as 0.01.',
  },
  FLAG_UNKNOWN_WORD: {
    title: 'A flag does not know this word',
    why: 'The flag takes one of a few words.',
    next: 'See `rightsize <command> --help` for the words.',
  },
  FLAG_UNUSED: {
    title: 'A flag would have no effect',
    why: 'What it says is said elsewhere here, and a flag that is passed over in silence would be believed.',
    next: 'Write it into the spec file, or name a data file instead of a spec.',
  },
  FLAGS_MISSING: {
    title: 'Flags are missing',
    why: 'Without a spec, rightsize needs to know the columns and the candidates.',
    next: 'Add what the message names, or write a spec with `rightsize init`.',
  },
  SPEC_NOT_FOUND: {
    title: 'There is no spec here',
    why: 'rightsize looks for rightsize.yaml in this folder unless a file is named.',
    next: 'Write one with `rightsize init`, or name a file: `rightsize run path/to/rightsize.yaml`.',
  },
  SPEC_EXISTS: {
    title: 'There is a spec already',
    why: 'init does not write over a file that somebody may have edited.',
    next: 'Add --force to replace it, or edit it.',
  },
  LOCK_NOT_FOUND: {
    title: 'There is no rightsize.lock here',
    why: 'The lock is written by `rightsize run` beside the spec.',
    next: 'Run `rightsize run` first and commit rightsize.lock.',
  },
  LOCK_INVALID: {
    title: 'rightsize.lock cannot be read',
    why: 'It is not the JSON that rightsize wrote: a merge conflict or an edit by hand.',
    next: 'Restore it from git, or run `rightsize run` again.',
  },
  RESULT_NOT_FOUND: {
    title: 'There is no result here',
    why: 'result.json is written by `rightsize run` beside the spec.',
    next: 'Run `rightsize run` first, or name the file.',
  },
  RESULT_INVALID: {
    title: 'The result cannot be read',
    why: 'It is not a run result of this version (`rightsize/run-result@1`).',
    next: 'Run `rightsize run` again, or use the version that wrote it.',
  },
  SCI_EXPORT_UNKNOWN: {
    title: 'There is no such export',
    why: 'An account leaves in one of a few forms.',
    next: 'See `rightsize sci --help` for the forms.',
  },
  SCI_NO_ACCOUNT: {
    title: 'The result has no account',
    why: 'It was made by a version that did not write one.',
    next: 'Run `rightsize run` again.',
  },
  DISK_FULL: {
    title: 'The disk is full',
    why: 'rightsize keeps every answer that was paid for.',
    next: 'Free some space and run the same command again; nothing stored is repeated.',
  },
  WRITE_FAILED: {
    title: 'A file cannot be written',
    why: 'The folder is read-only, belongs to another user, or a part of its path is a file.',
    next: 'Name a folder that you may write to (--out FOLDER) and run the same command again.',
  },
  DECISION_INPUT: {
    title: 'The decision lacks what it compares with',
    why: 'A bar given as a margin is a comparison, so the incumbent must be named and must have answered.',
    next: 'Name the incumbent (incumbent: ID), or set an absolute bar (bar: { floor: 0.9 }).',
  },
} as const satisfies Record<string, ErrorEntry>
