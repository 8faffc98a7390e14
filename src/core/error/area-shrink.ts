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
  SHRINK_OPTION: {
    title: 'An option of the search names nothing that there is',
    why: 'Names of passes and runtimes are checked before anything is read.',
    next: 'Take one of the names that the message lists.',
  },
  SHRINK_LABELS: {
    title: 'Too few labelled items for this margin',
    why: 'Nothing can be proven with them, so the search would cost energy for no claim.',
    next: 'Label more test items, or allow a larger margin.',
  },
  SHRINK_INTERRUPTED: {
    title: 'The search was interrupted',
    why: 'Nothing is claimed before the end; what the trials gave is kept.',
    next: 'Run the same command again: it goes on from the trials that are kept.',
  },
  SHRINK_TIME: {
    title: 'The time of the search ended during a trial',
    why: 'Training takes long on this model; the trial is thrown away, nothing else is lost.',
    next: 'Allow more --seconds, or fewer --heal-steps.',
  },
  SHRINK_REPLAY: {
    title: 'A recipe cannot be replayed',
    why: 'It belongs to another original, other data or another engine version; the bytes would differ.',
    next: 'Give the model and the data whose digests are in compression.json.',
  },
  MODEL_IMPORT: {
    title: 'The model cannot be turned into ONNX',
    why: 'Import builds the graph from config.json and model.safetensors; the message names the part that is missing, of another size, or not built yet.',
    next: 'Give a folder of BERT, RoBERTa, DistilBERT or MPNet with a head for texts, tokens, masked words or sentence vectors, or export the model with its own tools.',
  },
  MODEL_IMPORT_DIFFERS: {
    title: 'The imported model does not answer as it should',
    why: 'The graph was built, but its outputs are not those that were given, or padding changes them.',
    next: 'Check that the expected outputs belong to this checkpoint; if they do, report it with config.json. Nothing was written.',
  },
  LLAMA_QUANTIZE_MISSING: {
    title: 'llama-quantize was not found',
    why: 'GGUF models are quantised by the llama-quantize of llama.cpp that you have; rightsize does not bring one.',
    next: 'Install llama.cpp (brew install llama.cpp, or a release of github.com/ggml-org/llama.cpp), or name the program: --llama-quantize PATH.',
  },
  LLAMA_QUANTIZE_FAILED: {
    title: 'llama-quantize made no file that can be used',
    why: 'It ended with an error, or what it wrote is not the source in other types; its own words are in the message.',
    next: 'Run the command of the message by hand; types with IQ need --imatrix FILE.',
  },
  GGUF_NOT_SOURCE: {
    title: 'This GGUF file is no source for quantising',
    why: 'Quantising what is quantised already loses more than quantising the 16- or 32-bit original, and parts of a split model are not read together.',
    next: 'Give the F16, BF16 or F32 file; or add --allow-requantize and let rightsize run judge what it costs.',
  },
} as const satisfies Record<string, ErrorEntry>
