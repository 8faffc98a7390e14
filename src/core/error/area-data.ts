import type { ErrorEntry } from './catalogue.ts'

export const dataErrors = {
  DATA_MISSING: {
    title: 'A data file is missing',
    why: 'Paths in a spec are relative to the folder of the spec, paths of a command to the working folder.',
    next: 'Check the path, then run the command again.',
  },
  DATA_EMPTY: {
    title: 'The data file has no rows',
    why: 'The file is empty or contains only a header.',
    next: 'Add rows, or name another file.',
  },
  DATA_FORMAT: {
    title: 'The format of the data file is unknown or wrong',
    why: 'The format follows from the file extension unless `dataset.format` is set.',
    next: 'Set `dataset.format` to a format listed by `rightsize list datasets`.',
  },
  DATA_ROW: {
    title: 'A data row cannot be read',
    why: 'The line named above does not follow the format of the file.',
    next: 'Fix that line, then run the command again.',
  },
  DATA_ENCODING: {
    title: 'A text file is not UTF-8',
    why: 'Texts are read as UTF-8, or as UTF-16 with a byte order mark; a wrong guess would change what models are asked.',
    next: 'Save the file as UTF-8.',
  },
  DATA_COLUMN: {
    title: 'The column does not exist',
    why: 'The spec names a column that no row has.',
    next: 'Fix the column name under `dataset`.',
  },
  DATA_VALUE: {
    title: 'A data value is missing',
    why: 'Every test row needs an input, and a label if the spec names a label column.',
    next: 'Fill in the value, or remove the row.',
  },
  DATA_DUPLICATE_ID: {
    title: 'Two rows have the same id',
    why: 'Answers are stored and paired by id, so ids must be unique.',
    next: 'Make the ids unique, or remove `dataset.id` to number the rows instead.',
  },
  DATA_OVERLAP: {
    title: 'The data parts overlap or contradict each other',
    why: 'With `strictSplits: true`, the parts must share no rows and repeated texts must have the same label.',
    next: 'Remove the rows named above, or remove `strictSplits` to have them dropped and counted.',
  },
  DATA_LABEL: {
    title: 'No candidate can answer one of the labels',
    why: 'Every item with this label would count as wrong. Usually the label is spelled differently.',
    next: 'Fix the spelling of the label, or set `labels` on the candidate.',
  },
  DATA_LABELS: {
    title: 'The label table does not fit the folder',
    why: 'The table lists files that do not exist, or has no column of file names.',
    next: 'Check `dataset.labels` and the file names in that table.',
  },
  DATA_TENSOR: {
    title: 'A tensor file does not match its description',
    why: 'The size or type of the file differs from `dataset.input`.',
    next: 'Fix `dtype` and `shape` under `dataset.input`.',
  },
  DATA_LFS_POINTER: {
    title: 'The data file is a Git LFS pointer',
    why: 'The repository was cloned without its large files.',
    next: 'Run `git lfs pull` in the repository of the file.',
  },
  DATA_TOO_LARGE: {
    title: 'A data file is too large',
    why: 'Rows are loaded into memory, so the file size is limited.',
    next: 'Use a smaller file, or split it.',
  },
  IMPORT_FORMAT: {
    title: 'The format of the results is unknown',
    why: 'rightsize reads the forms that `rightsize list importers` names, and JSONL or CSV with `id` and `output`.',
    next: 'Write the results as JSONL with `id` and `output`.',
  },
  IMPORT_PAIRING: {
    title: 'Predictions and items do not pair',
    why: 'Predictions are matched to items by id, and some ids exist on one side only.',
    next: 'Use the same ids in both files.',
  },
  SCORE_SCALE: {
    title: 'Scores are not on the scale from 0 to 1',
    why: 'A score outside its scale is never dropped: the rest would look better than it is.',
    next: 'State the scale with --score-scale LOW..HIGH.',
  },
  SCORE_MISSING: {
    title: 'Answers have no score that can be read',
    why: 'An answer without a score is never dropped: the rest would look better than it is.',
    next: 'Score them, or count them as wrong with --missing wrong.',
  },
  METRIC_DIRECTION: {
    title: 'The direction or range of a metric is unknown',
    why: 'Quality grows from 0 to 1. Some metrics fall as answers get better, and some have no worst value.',
    next: 'State --metric-direction higher or lower, or name another metric with --score.',
  },
  SCORER_UNKNOWN: {
    title: 'Unknown scorer',
    why: '`scorer` must be the name of a scorer or the path of a module.',
    next: 'Use one of the names listed above.',
  },
  SCORER_OPTION: {
    title: 'A scorer option is not valid',
    why: 'The option is unknown to this scorer, or its value has the wrong type.',
    next: 'Fix the option named above.',
  },
  SCORER_FAILED: {
    title: 'A scorer failed',
    why: 'A scorer failure is never counted against the model.',
    next: 'Fix the problem named above and run again; stored answers are reused, so no model is called again.',
  },
  SCORER_SLOW: {
    title: 'A pattern takes too long',
    why: 'Some regular expressions, such as `^(a+)+$`, take time that doubles with every character of an answer.',
    next: 'Rewrite the pattern without a repetition inside a repetition; stored answers are reused.',
  },
  SCORER_EXPECTED: {
    title: 'The scorer cannot read a label',
    why: 'The expected value of an item has a form that this scorer does not support.',
    next: 'Choose a scorer for this kind of label, or fix the label.',
  },
  SCORER_REFUSED: {
    title: 'The scorer runs code, and --no-exec is set',
    why: 'With --no-exec, no code from a spec is run.',
    next: 'Remove --no-exec if you trust the spec, or use a built-in scorer.',
  },
} as const satisfies Record<string, ErrorEntry>
