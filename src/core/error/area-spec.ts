import type { ErrorEntry } from './catalogue.ts'

export const specErrors = {
  SPEC_INVALID: {
    title: 'The spec is not valid',
    why: 'A value in the spec breaks a rule that the message names.',
    next: 'Correct the line that the message names and run the command again.',
  },
  SPEC_SYNTAX: {
    title: 'The spec cannot be read as YAML or JSON',
    why: 'Indentation, a quote or a bracket is usually wrong on the line that is named, or the line above it.',
    next: 'Correct that line; an editor with the YAML schema of rightsize marks it.',
  },
  SPEC_UNKNOWN_KEY: {
    title: 'The spec has a key that rightsize does not know',
    why: 'Keys are checked strictly, so that a typing error never passes as a default.',
    next: 'Correct or remove the key; `rightsize init` writes a spec with every key explained.',
  },
  SPEC_TYPE: {
    title: 'A value in the spec has the wrong type',
    why: 'The key exists, but holds another kind of value than it takes.',
    next: 'Write the kind of value that the message names.',
  },
  SPEC_MISSING_KEY: {
    title: 'The spec lacks a key that it needs',
    why: 'This key has no default that would be right for everybody.',
    next: 'Add the key that the message names.',
  },
  SPEC_DUPLICATE_ID: {
    title: 'Two candidates have the same id',
    why: 'Outcomes, reports and the lock name candidates by id, so an id may stand for one only.',
    next: 'Give each candidate its own `id`.',
  },
  SPEC_INCUMBENT: {
    title: 'The incumbent is not one of the candidates',
    why: '`incumbent` names, by id, the candidate that is in use now.',
    next: 'Write the id of a candidate after `incumbent:`.',
  },
  SPEC_BAR: {
    title: 'The spec does not say what is good enough',
    why: 'A bar is either a margin against the incumbent or a floor; without one nothing can be decided.',
    next: 'Write `incumbent: <id>` with `bar: { margin: 0.01 }`, or `bar: { floor: 0.9 }`.',
  },
  SPEC_CANDIDATE: {
    title: 'A candidate is not complete',
    why: 'Each runtime needs some keys: a model, a command, a path.',
    next: 'Add the key that the message names.',
  },
  SPEC_TOO_LARGE: {
    title: 'The spec is too large',
    why: 'A spec is a short text; a limit keeps a broken or hostile file from filling the memory.',
    next: 'Move the data into a file and name it under `dataset.test`, or shorten the lists of settings.',
  },
  SPEC_MISSING_FILE: {
    title: 'A file that the spec names is missing',
    why: 'Paths are read relative to the folder of the spec.',
    next: 'Check the path and run the command again.',
  },
  PROMPTFOO_INVALID: {
    title: 'The promptfoo file cannot be read',
    why: 'It has `prompts`, `providers` or `tests` in a form that the importer does not know.',
    next: 'Write the part that the message names as a list of texts or objects.',
  },
} as const satisfies Record<string, ErrorEntry>
