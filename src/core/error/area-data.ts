import type { ErrorEntry } from './catalogue.ts'

export const dataErrors = {
  DATA_MISSING: {
    title: 'A data file is missing',
    why: 'Paths in a spec are read relative to the folder of the spec.',
    next: 'Check the path and run the command again.',
  },
  DATA_EMPTY: {
    title: 'The data hold no rows',
    why: 'The file is empty, or has a header and nothing below it.',
    next: 'Add rows, or name the file that holds them.',
  },
  DATA_FORMAT: {
    title: 'The data file cannot be read in this format',
    why: 'The format is taken from the ending of the file name unless `dataset.format` says it.',
    next: 'Set `dataset.format` to csv, jsonl, json or directory.',
  },
  DATA_ROW: {
    title: 'A row of the data cannot be read',
    why: 'One line breaks the format of the file; the message names it.',
    next: 'Correct that line and run the command again.',
  },
  DATA_COLUMN: {
    title: 'The data have no such column',
    why: 'The spec maps a column that no row has.',
    next: 'Correct the name under `dataset`.',
  },
  DATA_VALUE: {
    title: 'A value in the data is missing',
    why: 'Every row that is judged needs an input, and a label where the spec names a label column.',
    next: 'Fill the value, or remove the row.',
  },
  DATA_DUPLICATE_ID: {
    title: 'Two rows have the same id',
    why: 'Answers are stored and paired by id; the same id twice would pair the wrong ones.',
    next: 'Make the ids unique, or leave `dataset.id` out so that rows are numbered.',
  },
  DATA_OVERLAP: {
    title: 'The parts of the data overlap or contradict each other',
    why: '`strictSplits: true` asks for parts that share no row and for labels that agree.',
    next: 'Remove the rows that the message names, or leave `strictSplits` out to have them dropped and counted.',
  },
  DATA_LABEL: {
    title: 'The data hold a label that no candidate can answer',
    why: 'Every such item would count as wrong for everybody; usually a label is spelled differently.',
    next: 'Correct the spelling of the labels, or give the candidate its `labels`.',
  },
  DATA_LABELS: {
    title: 'The label table does not fit the folder',
    why: 'The table names files that are not there, or has no column with file names.',
    next: 'Check `dataset.labels` and the names in its first column.',
  },
  DATA_TENSOR: {
    title: 'A tensor file does not fit its description',
    why: 'The file holds another number of bytes, or another type, than `dataset.input` says.',
    next: 'Correct `dtype` and `shape` under `dataset.input`.',
  },
  DATA_LFS_POINTER: {
    title: 'A data file is a Git-LFS pointer, not the data',
    why: 'The repository was cloned without its large files.',
    next: 'Run `git lfs pull` in the repository that holds the file.',
  },
  DATA_TOO_LARGE: {
    title: 'A data file is too large',
    why: 'Rows are held in memory; a limit keeps a wrong path from filling it.',
    next: 'Name a smaller file, or set `dataset.limit` on a file that is split.',
  },
  IMPORT_FORMAT: {
    title: 'The results cannot be read in a format that rightsize knows',
    why: 'Known are result.json of rightsize, promptfoo JSON v3, lm-eval samples_*.jsonl, JSONL or CSV with id and output, and the matrix form.',
    next: 'Write the results as JSONL with `id` and `output`, or name one of the known forms.',
  },
  IMPORT_PAIRING: {
    title: 'Predictions and items do not pair',
    why: 'Candidates are compared on the same items, found by id; some ids are on one side only.',
    next: 'Write the ids of the labels into the predictions, or leave ids out on both sides to pair by row.',
  },
  SCORER_UNKNOWN: {
    title: 'There is no such scorer',
    why: 'The name under `scorer` is not in the table of scorers.',
    next: 'Use one of the names that the message lists.',
  },
  SCORER_OPTION: {
    title: 'An option of a scorer is not valid',
    why: 'The scorer does not know the option, or the option has the wrong type.',
    next: 'Correct the option that the message names.',
  },
  SCORER_FAILED: {
    title: 'A scorer failed',
    why: 'A scorer that cannot judge is a failure of the tool, never of the model.',
    next: 'Correct what the message names; answers are stored, so scoring again costs no model call.',
  },
  SCORER_EXPECTED: {
    title: 'A label does not fit the scorer',
    why: 'The scorer cannot read the expected value of an item.',
    next: 'Choose a scorer for this kind of label, or correct the label that is named.',
  },
  SCORER_REFUSED: {
    title: 'A scorer that runs code was refused',
    why: '--no-exec refuses everything in a spec that is code.',
    next: 'Run without --no-exec if you trust the spec, or use a scorer from the table.',
  },
} as const satisfies Record<string, ErrorEntry>
