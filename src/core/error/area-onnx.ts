import type { ErrorEntry } from './catalogue.ts'

export const onnxErrors = {
  ONNX_INVALID: {
    title: 'The model file is not valid ONNX',
    why: 'The file breaks a rule of protobuf or ONNX at the byte named above.',
    next: 'Export or download the model again, and compare its size and checksum with the source.',
  },
  ONNX_TOO_LARGE: {
    title: 'The model exceeds the limits for untrusted files',
    why: 'To protect memory, the count, depth, length and value of every field are limited.',
    next: 'If you trust the file, raise the limit named above.',
  },
  ONNX_NOT_A_MODEL: {
    title: 'The file is not an ONNX model',
    why: 'It may be a Git LFS pointer, a web page saved by a download, or a model in another format.',
    next: 'Run `git lfs pull` in the repository, or download the file from its direct address.',
  },
  ONNX_NOT_FOUND: {
    title: 'No model at this path',
    why: 'The path must be an .onnx file or a folder with exactly one model.',
    next: 'Pass the path of the .onnx file.',
  },
  ONNX_EXTERNAL_DATA: {
    title: 'External tensor data cannot be read',
    why: 'The model stores tensors in a separate file, which is missing, too short, or outside the model folder.',
    next: 'Put the data file named above next to the model.',
  },
  ONNX_GRAPH: {
    title: 'The graph is broken',
    why: 'A value is used before it is computed, computed twice, or never computed.',
    next: 'Export the model again.',
  },
  ONNX_TOO_OLD: {
    title: 'The model is too old',
    why: 'Files of IR version 1 and 2 (2017) do not state an operator set version, and no current runtime loads them.',
    next: 'Export the model again with a current exporter.',
  },
  ONNX_UNSUPPORTED: {
    title: 'The model uses an unsupported feature',
    why: 'The model is valid, but this step does not support one of its types or layouts.',
    next: 'Convert the part named above first, or skip this step.',
  },
  ONNX_VERIFY: {
    title: 'The two models cannot be compared',
    why: 'Their inputs or outputs differ in name, type or shape, or no random inputs can be generated for them.',
    next: 'Pass shapes or inputs for the values named above.',
  },
  TENSOR_ENGINE_MISSING: {
    title: 'The package that runs ONNX graphs is not installed',
    why: 'onnxruntime-node is an optional peer (290 MB): only ONNX models and trained neural students need it.',
    next: 'npm i onnxruntime-node --ignore-scripts',
  },
  TENSOR_ENGINE_WEB_MISSING: {
    title: 'The package that runs ONNX graphs in WebAssembly is not installed',
    why: 'onnxruntime-web is an optional peer: it is needed only to measure models as a browser runs them.',
    next: 'npm i onnxruntime-web',
  },
  TENSOR_ENGINE_FAILED: {
    title: 'The engine could not run the graph',
    why: 'The engine does not support an operator or type, or the inputs do not match the graph.',
    next: 'Check the names, types and shapes of the inputs, and that the engine supports the opset.',
  },
  TENSOR_FILE_INVALID: {
    title: 'A safetensors or GGUF file is not valid',
    why: 'The header breaks a rule of the format at the place named above.',
    next: 'Download the file again, and compare its size and checksum with the source.',
  },
} as const satisfies Record<string, ErrorEntry>
