import type { ErrorEntry } from './catalogue.ts'

export const shrinkErrors = {
  SHRINK_FAILED: {
    title: 'The search failed',
    why: 'The input breaks a rule that the message names.',
    next: 'Correct what the message names and run the command again.',
  },
  SHRINK_PASS: {
    title: 'A pass cannot be applied to this model',
    why: 'The proposal was made for another model, or a weight or a statistic that it needs is missing or not finite.',
    next: 'Ask the pass for its proposals again, on this model.',
  },
  SHRINK_STATISTICS: {
    title: 'Statistics could not be collected',
    why: 'They are calculated inside the graph over calibration inputs; the message names the value that does not allow it.',
    next: 'Give calibration inputs of the form that the model takes, or leave the pass out that asks for them.',
  },
  SHRINK_TASK: {
    title: 'The search cannot judge this model on this task',
    why: 'It needs a task with labels and calibration and train parts, and a model that gives one row of classes per text.',
    next: 'Name calibration and train parts in the spec, and give a text classifier as a model folder.',
  },
  SHRINK_REPLAY: {
    title: 'A recipe cannot be replayed',
    why: 'It belongs to another original, other data or another engine version; the bytes would differ.',
    next: 'Give the model and the data whose digests are in compression.json.',
  },
  MODEL_IMPORT: {
    title: 'The model cannot be turned into ONNX',
    why: 'Import builds the graph from config.json and model.safetensors; the message names the part that is missing, of another size, or not built yet.',
    next: 'Give a folder of BERT, RoBERTa or DistilBERT with a classification or sentence-embedding head, or export the model with its own tools.',
  },
  MODEL_IMPORT_DIFFERS: {
    title: 'The imported model does not answer as it should',
    why: 'The graph was built, but its outputs are not those that were given, or padding changes them.',
    next: 'Check that the expected outputs belong to this checkpoint; if they do, report it with config.json. Nothing was written.',
  },
} as const satisfies Record<string, ErrorEntry>
