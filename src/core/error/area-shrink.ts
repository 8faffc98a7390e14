import type { ErrorEntry } from './catalogue.ts'

export const shrinkErrors = {
  SHRINK_PASS: {
    title: 'A pass cannot be applied to this model',
    why: 'The proposal belongs to another model, or a required weight or statistic is missing or not finite.',
    next: 'Request new proposals for this model from the pass.',
  },
  SHRINK_STATISTICS: {
    title: 'Statistics could not be collected',
    why: 'Statistics are computed in the graph over the calibration inputs, and the value named above does not allow it.',
    next: 'Pass calibration inputs that match the model, or skip the pass that needs them (--without PASS).',
  },
  SHRINK_TASK: {
    title: 'The search cannot evaluate this model on this task',
    why: 'It needs a labeled task with calibration and train parts, and a model that returns one row of class scores per text.',
    next: 'Add calibration and train parts to the spec, and pass a text classifier as a model folder.',
  },
  SHRINK_OPTION: {
    title: 'Unknown pass or runtime',
    why: 'Names of passes and runtimes are checked before the search starts.',
    next: 'Use one of the names listed above.',
  },
  SHRINK_LABELS: {
    title: 'Too few labeled items for this margin',
    why: 'So few items cannot certify anything, so the search would spend energy without a result.',
    next: 'Label more test items, or allow a larger margin.',
  },
  SHRINK_INTERRUPTED: {
    title: 'The search was interrupted',
    why: 'There is no result before the search ends, but finished trials are kept.',
    next: 'Run the same command again; it resumes from the finished trials.',
  },
  SHRINK_TIME: {
    title: 'The search ran out of time during a trial',
    why: 'Training this model takes long. Only the unfinished trial is lost.',
    next: 'Raise --seconds, or lower --repair-steps.',
  },
  COMPRESSION_INVALID: {
    title: 'The record of a compression cannot be read',
    why: 'The file is not the JSON that this version of `rightsize shrink` writes.',
    next: 'Run the same `rightsize shrink` command again, or use the version that wrote it.',
  },
  SHRINK_REPLAY: {
    title: 'The recipe cannot be replayed',
    why: 'The incumbent, the data or the engine version differs, so the result would not be identical.',
    next: 'Use the model and data whose digests are in compression.json.',
  },
  MODEL_IMPORT: {
    title: 'The model cannot be converted to ONNX',
    why: 'The graph is built from config.json and model.safetensors; the part named above is missing, has the wrong size, or is not supported.',
    next: 'Use a BERT, RoBERTa, DistilBERT or MPNet checkpoint for text classification, token classification, masked words or sentence embeddings, or export the model with its own tools.',
  },
  MODEL_IMPORT_DIFFERS: {
    title: 'The imported model returns wrong outputs',
    why: 'The graph was built, but its outputs differ from the expected ones or change with padding.',
    next: 'Nothing was written. Check that the expected outputs belong to this checkpoint; if they do, report a bug with config.json.',
  },
  LLAMA_QUANTIZE_MISSING: {
    title: 'llama-quantize was not found',
    why: 'GGUF models are quantized with llama-quantize of llama.cpp, which rightsize does not include.',
    next: 'Install llama.cpp (brew install llama.cpp, or a release of github.com/ggml-org/llama.cpp), or pass --llama-quantize PATH.',
  },
  LLAMA_QUANTIZE_FAILED: {
    title: 'llama-quantize wrote no usable file',
    why: 'It ended with an error, or its output does not match the source model.',
    next: 'Run the command above by hand to see more. IQ types need --imatrix FILE.',
  },
  GGUF_NOT_SOURCE: {
    title: 'This GGUF file cannot be quantized',
    why: 'The model is already quantized, so quantizing it again loses more than starting from 16 or 32 bits; or it is one part of a split model.',
    next: 'Pass the F16, BF16 or F32 file, or add --allow-requantize and check the quality with `rightsize run`.',
  },
} as const satisfies Record<string, ErrorEntry>
