import type { ErrorEntry } from './catalogue.ts'

export const studentErrors = {
  STUDENT_NO_ROWS: {
    title: 'Nothing to learn from',
    why: 'Training needs labelled rows, and none were left after duplicates and empty rows were set aside.',
    next: 'Name a `train` file in the dataset, with an input and an expected label in every row.',
  },
  STUDENT_ONE_CLASS: {
    title: 'All rows have the same label',
    why: 'A classifier learns to tell labels apart; with one label there is nothing to tell.',
    next: 'Add rows with other labels, or check that `expected` names the right column.',
  },
  STUDENT_INPUT: {
    title: 'The training input does not fit together',
    why: 'Counts, widths or labels that must agree do not.',
    next: 'Correct what the message names and run the command again.',
  },
  STUDENT_FILE: {
    title: 'A student model file cannot be read',
    why: "The file is truncated, of another format, or its tensors do not match its header's counts.",
    next: 'Train the student again, or point to the file that `rightsize train` wrote.',
  },
  TOKENIZER_INVALID: {
    title: 'A tokenizer cannot be read',
    why: 'The tokenizer.json lacks a part, or uses a kind that is not supported here.',
    next: 'Use the tokenizer.json that was published with the model (WordPiece, BPE or Unigram).',
  },
  TOKENIZER_MISMATCH: {
    title: 'The tokenizer belongs to another model',
    why: 'It yields token ids that the model has no embedding for.',
    next: "Put the model's own tokenizer.json into the model folder.",
  },
} as const satisfies Record<string, ErrorEntry>
