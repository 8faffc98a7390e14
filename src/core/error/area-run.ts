import type { ErrorEntry } from './catalogue.ts'

export const runErrors = {
  RUN_FAILED: {
    title: 'The run failed',
    why: 'A step that the decision depends on could not be completed.',
    next: 'Fix the problem named above and run the same command again; stored answers are reused.',
  },
  RUN_NOT_READY: {
    title: 'A candidate is not ready, and others cost money',
    why: 'Every candidate is opened and asked one short question first. Nothing else is paid until all of them answer.',
    next: 'Fix the candidates named above, or remove them from the spec.',
  },
  RUN_INCUMBENT_BROKEN: {
    title: 'The incumbent does not work',
    why: 'With a margin, every candidate is compared with the incumbent item by item.',
    next: 'Fix the incumbent, pass its stored outputs (`--predictions`), or set an absolute bar (`bar: { floor: 0.9 }`).',
  },
  RUN_NOTHING_ANSWERED: {
    title: 'No candidate could be judged',
    why: 'Every candidate failed before it had answered the items.',
    next: 'Run `rightsize doctor` to see which runtimes work here, then fix the problem named above.',
  },
  SCORER_FAILED: {
    title: 'A scorer failed',
    why: 'The scorer threw an error. Scorer failures are never counted against the model.',
    next: 'Fix the scorer and run again; stored answers are reused.',
  },
  SPEC_NOT_FOUND: {
    title: 'No spec found',
    why: 'Without a file argument, rightsize looks for rightsize.yaml in the current folder.',
    next: 'Create one with `rightsize init`, or pass a file: `rightsize run path/to/rightsize.yaml`.',
  },
  SPEC_EXISTS: {
    title: 'The spec already exists',
    why: '`rightsize init` does not overwrite a file that may have been edited.',
    next: 'Add --force to replace it, or edit it.',
  },
  LOCK_NOT_FOUND: {
    title: 'No rightsize.lock found',
    why: '`rightsize run` writes the lock next to the spec.',
    next: 'Run `rightsize run` and commit rightsize.lock.',
  },
  LOCK_INVALID: {
    title: 'rightsize.lock cannot be read',
    why: 'The file is not valid JSON of this version, perhaps after a merge conflict or a manual edit.',
    next: 'Restore it from git, or run `rightsize run` again.',
  },
  LOCK_KEY: {
    title: 'The key cannot be used',
    why: 'A lock is signed with an Ed25519 key in a PEM file: the private key signs, the public key verifies.',
    next: '`openssl genpkey -algorithm ed25519 -out key.pem` creates one; `openssl pkey -in key.pem -pubout -out key.pub.pem` writes its public part.',
  },
  CLOCK_BEHIND: {
    title: 'The clock is behind',
    why: 'Looks and decisions are ordered by their dates, and a clock that went back would put a new one before an older one.',
    next: 'Set the clock of this machine, or restore rightsize.lock from git if its dates are wrong.',
  },
  LOCK_BUSY: {
    title: 'Another process holds rightsize.lock',
    why: 'A look at the test items is counted by one process at a time, so that none is lost.',
    next: 'Wait for the other command to end. If there is none, delete the lock file that the message names.',
  },
  RESULT_NOT_FOUND: {
    title: 'No result found',
    why: '`rightsize run` writes result.json next to the spec.',
    next: 'Run `rightsize run` first, or name a result: `rightsize why --result FILE`, `rightsize report FILE`.',
  },
  RESULT_INVALID: {
    title: 'The result cannot be read',
    why: 'The file is not the JSON that this version of `rightsize run` writes.',
    next: 'Run `rightsize run` again, or use the rightsize version that wrote it.',
  },
  SCI_EXPORT_UNKNOWN: {
    title: 'Unknown export format',
    why: 'Accounts can be exported only in the formats that rightsize supports.',
    next: 'Run `rightsize sci --help` to list the formats.',
  },
  SCI_NO_ACCOUNT: {
    title: 'The result has no account',
    why: 'The result was written by a version that did not account for carbon.',
    next: 'Run `rightsize run` again.',
  },
  DECISION_INPUT: {
    title: 'The decision has no incumbent',
    why: 'A margin is a comparison, so an incumbent must be named and must have answered.',
    next: 'Set `incumbent: ID`, or an absolute bar (`bar: { floor: 0.9 }`).',
  },
} as const satisfies Record<string, ErrorEntry>
