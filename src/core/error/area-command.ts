import type { ErrorEntry } from './catalogue.ts'

/** What can be wrong with a command line, and what the machine may refuse whichever command runs. */
export const commandErrors = {
  COMMAND_UNKNOWN: {
    title: 'Unknown command',
    why: 'The first word after `rightsize` must be a command.',
    next: 'Run `rightsize --help` to list the commands.',
  },
  FLAG_UNKNOWN: {
    title: 'Unknown flag',
    why: 'Flags are checked strictly, so that a typo is not ignored silently.',
    next: 'Run `rightsize <command> --help` to list them.',
  },
  FLAG_VALUE: {
    title: 'A flag or an argument has a wrong value',
    why: 'Each flag takes one kind of value, and values out of its range are refused.',
    next: 'Run `rightsize <command> --help` to see what each flag takes.',
  },
  FLAG_UNUSED: {
    title: 'A flag would have no effect',
    why: 'The spec or another flag already sets this, so the flag would be ignored silently.',
    next: 'Change the value in the spec file, or pass a data file instead of a spec.',
  },
  FLAGS_CONFLICT: {
    title: 'Two flags contradict each other',
    why: 'Each of them makes the other impossible, so neither is followed.',
    next: 'Leave one of them out.',
  },
  FLAGS_MISSING: {
    title: 'A flag or an argument is missing',
    why: 'This value has no sensible default.',
    next: 'Add the flags named above, or create a spec with `rightsize init`.',
  },
  ARGUMENT_EXTRA: {
    title: 'Too many arguments',
    why: 'Values with spaces need quotes, and most settings need a flag.',
    next: 'Remove the argument, quote it, or put its flag before it.',
  },
  DISK_FULL: {
    title: 'The disk is full',
    why: 'rightsize stores every answer, and there is no space left.',
    next: 'Free some space and run the same command again; stored answers are reused.',
  },
  WRITE_FAILED: {
    title: 'A file cannot be written',
    why: 'The folder is read-only, belongs to another user, or part of its path is a file.',
    next: 'Choose a writable folder with --out FOLDER and run the same command again.',
  },
  READ_FAILED: {
    title: 'A file cannot be read',
    why: 'The path is a folder or a pipe, does not exist, or belongs to another user.',
    next: 'Check the path and its permissions, then run the same command again.',
  },
  UNTRUSTED_FILE: {
    title: 'A file outside the folder of the spec',
    why: 'With --untrusted, what a spec or a file of it names is read below the folder of the spec only, links resolved.',
    next: 'Move the file there, or run without --untrusted if you trust whoever wrote the spec.',
  },
  UNTRUSTED_HOST: {
    title: 'A host that is not allowed',
    why: 'With --untrusted, requests go only to hosts that the command line names, whatever the spec says.',
    next: 'Add --allow-host HOST if you trust that host with the data.',
  },
  UNTRUSTED_PATTERN: {
    title: 'A pattern that cannot be bounded',
    why: 'Look-ahead and back-references may take any amount of time. With --untrusted, only patterns that take linear time run.',
    next: 'Write the pattern without them, or run without --untrusted if you trust whoever wrote the spec.',
  },
  FILE_TOO_LARGE: {
    title: 'A file is too large',
    why: 'What is read into memory is limited, so that a broken or hostile file cannot fill it.',
    next: 'Check that the path names the file you mean, or split the file.',
  },
  RESOURCE_EXHAUSTED: {
    title: 'The machine has run out of files, processes or memory',
    why: 'Other programs use them, or a limit of the shell is too low.',
    next: 'Close other programs or raise the limit (`ulimit -n 4096`), then run the same command again.',
  },
  INTERRUPTED: {
    title: 'The command was interrupted',
    why: 'It received a signal (Ctrl-C, SIGTERM or SIGHUP) before its end.',
    next: 'Run the same command again.',
  },
  INTERNAL: {
    title: 'A defect of rightsize',
    why: 'This is a defect of rightsize, not of your input.',
    next: 'Report it with the lines below.',
  },
} as const satisfies Record<string, ErrorEntry>
