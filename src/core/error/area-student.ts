import type { ErrorEntry } from './catalogue.ts'

export const studentErrors = {
  STUDENT_NO_ROWS: {
    title: 'No training data',
    why: 'Training needs labeled rows, and none are left after duplicates and empty rows were removed.',
    next: 'Set `dataset.train` to a file with an input and a label in every row.',
  },
  STUDENT_ONE_CLASS: {
    title: 'All rows have the same label',
    why: 'A classifier needs at least two labels.',
    next: 'Add rows with other labels, or check that `expected` is the right column.',
  },
  STUDENT_INPUT: {
    title: 'The training input is inconsistent',
    why: 'Counts, widths or labels do not match.',
    next: 'Fix the problem named above, then run the command again.',
  },
  STUDENT_FILE: {
    title: 'A student model file cannot be read',
    why: 'The file is truncated, has another format, or its tensors do not match its header.',
    next: 'Train the student again, or use the file written by `rightsize train`.',
  },
  TOKENIZER_INVALID: {
    title: 'The tokenizer cannot be read',
    why: 'tokenizer.json is incomplete, or its type is not supported.',
    next: 'Use the tokenizer.json published with the model (WordPiece, BPE or Unigram).',
  },
  TOKENIZER_MISMATCH: {
    title: 'The tokenizer belongs to another model',
    why: 'It produces token ids for which the model has no embedding.',
    next: 'Put the tokenizer.json of this model into the model folder.',
  },
} as const satisfies Record<string, ErrorEntry>
