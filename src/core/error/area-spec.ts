import type { ErrorEntry } from './catalogue.ts'

export const specErrors = {
  SPEC_INVALID: {
    title: 'The spec is not valid',
    why: 'A value in the spec breaks the rule named above.',
    next: 'Fix the line named above, then run the command again.',
  },
  SPEC_SYNTAX: {
    title: 'The spec cannot be read as YAML or JSON',
    why: 'Usually the indentation, a quote or a bracket is wrong on that line or the line above.',
    next: 'Fix that line. An editor with the YAML schema of rightsize highlights it.',
  },
  SPEC_UNKNOWN_KEY: {
    title: 'The spec has an unknown key',
    why: 'Unknown keys are rejected, so that a typo is never mistaken for a default.',
    next: 'Fix or remove the key. `rightsize init` writes a spec with every key explained.',
  },
  SPEC_TYPE: {
    title: 'A value in the spec has the wrong type',
    why: 'The key is valid, but it takes another type of value.',
    next: 'Use the type named above.',
  },
  SPEC_MISSING_KEY: {
    title: 'The spec lacks a required key',
    why: 'This key has no sensible default.',
    next: 'Add the key named above.',
  },
  SPEC_DUPLICATE_ID: {
    title: 'Two candidates have the same id',
    why: 'Results, reports and the lock refer to candidates by id, so ids must be unique.',
    next: 'Give each candidate its own `id`.',
  },
  SPEC_CURRENCY: {
    title: 'Prices are in different currencies',
    why: 'Candidates are compared by price, and no exchange rate is known.',
    next: 'State every price in the currency of the account (`account.currency`).',
  },
  SPEC_INCUMBENT: {
    title: 'The incumbent is not one of the candidates',
    why: '`incumbent` is the id of the candidate that is in use now.',
    next: 'Set `incumbent` to the id of a candidate.',
  },
  SPEC_BAR: {
    title: 'The spec has no bar',
    why: 'The bar defines "good enough": a margin against the incumbent, or a floor. Without it there is no decision.',
    next: 'Add `incumbent: <id>` with `bar: { margin: 0.01 }`, or `bar: { floor: 0.9 }`; as flags: `--incumbent CANDIDATE --margin 0.01`, or `--floor 0.9`.',
  },
  SPEC_CANDIDATE: {
    title: 'A candidate is incomplete',
    why: 'Each runtime has required keys, such as a model, a command or a path.',
    next: 'Add the key named above.',
  },
  SPEC_TOO_LARGE: {
    title: 'The spec is too large',
    why: 'The size of a spec is limited, so that a broken or hostile file cannot fill the memory.',
    next: 'Move the data to a file and set `dataset.test`, or shorten the lists of settings.',
  },
  SPEC_MISSING_FILE: {
    title: 'A file named in the spec is missing',
    why: 'Paths are relative to the folder of the spec.',
    next: 'Check the path, then run the command again.',
  },
  PROMPTFOO_INVALID: {
    title: 'The promptfoo file cannot be read',
    why: 'The form of its `prompts`, `providers` or `tests` is not supported.',
    next: 'Write the part named above as a list of strings or objects.',
  },
} as const satisfies Record<string, ErrorEntry>
