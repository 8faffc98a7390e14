import type { ErrorEntry } from './catalogue.ts'

export const onnxErrors = {
  ONNX_INVALID: {
    title: 'The model file is not valid ONNX',
    why: 'The bytes break a rule of the protobuf format or of ONNX; the message names the byte and the field.',
    next: 'Export or download the model again and compare its size and digest with the source.',
  },
  ONNX_TOO_LARGE: {
    title: 'The model is larger than the limits for untrusted files',
    why: 'Decoding stops before memory runs out: count, depth, length and value of every field are bounded.',
    next: 'If you trust the file, raise the limit that the message names.',
  },
  ONNX_NOT_A_MODEL: {
    title: 'The file is something other than an ONNX model',
    why: 'A download or a checkout often leaves a Git-LFS pointer, a web page or another format under a model name.',
    next: 'Fetch the real file: `git lfs pull` in the repository, or download it by its direct address.',
  },
  ONNX_NOT_FOUND: {
    title: 'There is no model at this path',
    why: 'A path must name an .onnx file or a folder with exactly one model in it.',
    next: 'Give the path of the .onnx file itself.',
  },
  ONNX_EXTERNAL_DATA: {
    title: 'Tensor data beside the model cannot be read',
    why: 'The model keeps tensors in another file that is missing, too short, or outside the folder of the model.',
    next: 'Put the data file beside the model, under the name that the message gives.',
  },
  ONNX_GRAPH: {
    title: 'The graph cannot be executed',
    why: 'A value is used before it exists, produced twice, or never produced.',
    next: 'Export the model again; the message names the node and the value.',
  },
  ONNX_TOO_OLD: {
    title: 'The model was written before operator sets existed',
    why: 'Files of IR version 1 and 2 (2017) do not say which version of the operators they mean; no current runtime loads them.',
    next: 'Export the model again with a current exporter.',
  },
  ONNX_UNSUPPORTED: {
    title: 'A part of the model that this step does not handle',
    why: 'The model is valid, but the step needs a type or a layout that it does not have.',
    next: 'Convert the named part first, or leave the step out.',
  },
  ONNX_VERIFY: {
    title: 'Two models could not be compared',
    why: 'Inputs or outputs differ in name, type or shape, or random inputs cannot be made for them.',
    next: 'Give shapes or inputs for the values that the message names.',
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
    title: 'The engine refused or failed to run the graph',
    why: 'The runtime does not know an operator or type, or the inputs do not fit the graph; its own words are in the message.',
    next: 'Check input names, types and shapes, and that the opset is one the runtime knows.',
  },
  TENSOR_FILE_INVALID: {
    title: 'A safetensors or GGUF file is not valid',
    why: 'Its header breaks a rule of the format; the message names the byte or the entry.',
    next: 'Download the file again and compare its size and digest with the source.',
  },
} as const satisfies Record<string, ErrorEntry>
