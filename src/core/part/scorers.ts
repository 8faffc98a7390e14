import type { OptionRules } from './options.ts'
import type { Part, Parts } from './part.ts'
import { embeddingOptions, judgeOptions } from './scorer-options.ts'

/** The facts of one scorer. */
export interface ScorerPart extends Part {
  /** What of an answer it reads. Where it is the label alone, a label that no candidate can answer stops the run. */
  readonly reads: 'label' | 'text' | 'json' | 'spans' | 'probabilities' | 'score' | 'any'
  /** The bar is on a figure over all items, not on a mean of their scores: a race cannot stop early. */
  readonly wholeSet: boolean
  /** What its mean (or figure) is called at the head of a column. */
  readonly headline: string
  /** What it needs beside the answer: nothing, a library outside core, a model, or code of the spec. */
  readonly effects: 'none' | 'library' | 'model' | 'code'
  /** It matches patterns that a user wrote, of which some take time without end: they are stopped. */
  readonly patterns?: true
  readonly options: OptionRules
}

/** 1 for a right answer, 0 for a wrong one: the mean is the accuracy. */
const rightOrWrong = {
  wholeSet: false,
  headline: 'accuracy',
  effects: 'none',
  options: {},
} as const

const ignoreCase = {
  kind: 'boolean',
  byDefault: false,
  text: 'Ignore case.',
} as const
const fenced = {
  kind: 'boolean',
  byDefault: false,
  text: 'Also accept JSON inside a Markdown code fence.',
} as const

const exactOptions = {
  ignoreCase,
  ignoreSpace: {
    kind: 'boolean',
    byDefault: true,
    text: 'Trim the answer, and treat runs of space as one space.',
  },
  ignorePunctuation: { kind: 'boolean', byDefault: false, text: 'Ignore punctuation.' },
  strict: {
    kind: 'boolean',
    byDefault: false,
    text: 'Accept the bare label only. Otherwise an answer of a closed set of labels is read as people write it: other case, punctuation, Markdown, JSON with one label, "Label: x".',
  },
} as const

/** A figure over all items on the answers that `exact` reads. */
const overLabels = {
  reads: 'label',
  wholeSet: true,
  effects: 'none',
  options: exactOptions,
} as const

/** Every scorer. How each is made: core/score/table.ts, and adapters/scorer/table.ts for those with effects. */
export const scorers = {
  exact: {
    ...rightOrWrong,
    summary: 'the answer equals the label',
    example: 'scorer: { name: exact, options: { ignoreCase: true } }',
    aliases: ['accuracy'],
    reads: 'label',
    options: exactOptions,
  },
  contains: {
    ...rightOrWrong,
    summary: 'the answer contains the label',
    example: 'scorer: { name: contains, options: { ignoreCase: true } }',
    reads: 'text',
    options: {
      ignoreCase,
      all: { kind: 'boolean', byDefault: false, text: 'Require all references, not only one.' },
      values: {
        kind: 'texts',
        byDefault: null,
        text: 'Texts to find in every answer, instead of the label.',
      },
    },
  },
  regex: {
    ...rightOrWrong,
    summary: 'the answer matches a pattern',
    patterns: true,
    example: "scorer: { name: regex, options: { pattern: 'answer: (\\w+)', group: 1 } }",
    reads: 'text',
    options: {
      pattern: {
        kind: 'text',
        byDefault: null,
        text: 'The pattern. Without it, each label is the pattern.',
      },
      flags: { kind: 'text', byDefault: 'u', text: 'Flags of the pattern, for example iu.' },
      group: {
        kind: 'number',
        byDefault: null,
        text: 'The group whose text must equal the label. Without it, any match counts.',
      },
    },
  },
  numeric: {
    ...rightOrWrong,
    summary: 'the number in the answer equals the label',
    example: 'scorer: { name: numeric, options: { tolerance: 0.01 } }',
    reads: 'text',
    options: {
      tolerance: {
        kind: 'number',
        byDefault: 1e-9,
        text: 'Largest difference that counts as right.',
      },
      relative: {
        kind: 'number',
        byDefault: 0,
        text: 'Largest difference as a share of the label; the larger of the two tolerances applies.',
      },
      first: {
        kind: 'boolean',
        byDefault: false,
        text: 'Read the first number of the answer instead of the last.',
      },
    },
  },
  'json-schema': {
    ...rightOrWrong,
    summary: 'the answer is JSON that fits a schema',
    patterns: true,
    example: 'scorer: { name: json-schema, options: { schema: { type: object } } }',
    reads: 'json',
    effects: 'library',
    options: {
      schema: {
        kind: 'value',
        byDefault: null,
        text: 'The schema. Without it each label is the schema; without labels any JSON passes.',
      },
      fenced,
    },
  },
  'json-fields': {
    ...rightOrWrong,
    summary: 'share of the fields of a JSON answer that are right',
    example: 'scorer: { name: json-fields, options: { fields: [name, address.city] } }',
    reads: 'json',
    headline: 'mean json-fields',
    options: {
      fields: {
        kind: 'texts',
        byDefault: null,
        text: 'Paths of the fields to compare (`a.b`). Default: all fields of the label.',
      },
      ignoreCase,
      tolerance: {
        kind: 'number',
        byDefault: 0,
        text: 'Largest difference between numbers that counts as equal.',
      },
      fenced,
    },
  },
  'squad-em': {
    ...rightOrWrong,
    summary: 'exact match by the SQuAD rules',
    example: 'scorer: squad-em',
    reads: 'text',
  },
  'squad-f1': {
    ...rightOrWrong,
    summary: 'token F1 by the SQuAD rules',
    example: 'scorer: squad-f1',
    reads: 'text',
    headline: 'mean squad-f1',
  },
  'entity-f1': {
    ...rightOrWrong,
    summary: 'micro F1 over entities (BIO tags or spans)',
    example: 'scorer: entity-f1',
    reads: 'spans',
    wholeSet: true,
    headline: 'entity-f1',
  },
  brier: {
    ...rightOrWrong,
    summary: 'quality of the probabilities (Brier score)',
    example: 'scorer: brier',
    reads: 'probabilities',
    headline: 'mean brier',
  },
  'macro-f1': {
    ...overLabels,
    summary: 'mean F1 over the labels',
    example: 'scorer: macro-f1',
    headline: 'macro-f1',
  },
  'balanced-accuracy': {
    ...overLabels,
    summary: 'mean recall over the labels',
    example: 'scorer: balanced-accuracy',
    headline: 'balanced-accuracy',
  },
  mcc: {
    ...overLabels,
    summary: 'Matthews correlation',
    example: 'scorer: mcc',
    headline: 'mcc',
  },
  assertions: {
    ...rightOrWrong,
    summary: 'each row has its own assertions, as in promptfoo',
    patterns: true,
    example: 'scorer: assertions',
    reads: 'text',
    headline: 'mean assertions',
    effects: 'library',
    options: {
      trust: {
        kind: 'boolean',
        byDefault: false,
        text: 'Run the JavaScript of assertions and transforms; they are code from the spec.',
      },
    },
  },
  given: {
    ...rightOrWrong,
    summary: 'the score of imported results',
    example: 'scorer: given',
    reads: 'score',
    headline: 'mean score',
  },
  module: {
    ...rightOrWrong,
    summary: 'a function of your own: score(output, item) returns 0 to 1',
    example: 'scorer: ./score.mjs',
    reads: 'any',
    headline: 'mean score',
    effects: 'code',
    options: {
      path: { kind: 'text', byDefault: null, text: 'The .js or .mjs file, relative to the spec.' },
      export: { kind: 'text', byDefault: 'score', text: 'Name of the exported function.' },
      deterministic: {
        kind: 'boolean',
        byDefault: true,
        text: 'Set to false if the same answer may get different scores; such scores are stored.',
      },
    },
  },
  judge: {
    ...rightOrWrong,
    summary: 'a model judges the answer by a rubric',
    example:
      'scorer: { name: judge, options: { model: gpt-4o-mini, rubric: The answer is polite. } }',
    reads: 'text',
    headline: 'mean judge',
    effects: 'model',
    options: judgeOptions,
  },
  'embedding-similarity': {
    ...rightOrWrong,
    summary: 'similarity of meaning to the reference, by embeddings',
    example: 'scorer: { name: embedding-similarity, options: { model: models/minilm } }',
    reads: 'text',
    headline: 'mean embedding-similarity',
    effects: 'model',
    options: embeddingOptions,
  },
} as const satisfies Parts<ScorerPart>

export type ScorerKind = keyof typeof scorers
