import type { ErrorDetail } from '../error/error.ts'

interface OtherFormat {
  readonly what: string
  readonly detail: ErrorDetail
}

const formats: readonly {
  readonly at: number
  readonly magic: string
  readonly name: string
  readonly next?: string
}[] = [
  {
    at: 0,
    magic: 'version https://git-lfs',
    name: 'a Git-LFS pointer',
    next: 'Run `git lfs pull` where the file was cloned, or download the file itself.',
  },
  {
    at: 0,
    magic: '<!doctype',
    name: 'an HTML page',
    next: 'The address returned a web page: use the direct download address (`resolve`, not `blob`, on the Hugging Face hub).',
  },
  {
    at: 0,
    magic: '<html',
    name: 'an HTML page',
    next: 'The address returned a web page: use the direct download address.',
  },
  { at: 0, magic: '<?xml', name: 'an XML document' },
  { at: 0, magic: 'gguf', name: 'a GGUF file (llama.cpp)' },
  {
    at: 0,
    magic: 'pk\u0003\u0004',
    name: 'a zip archive (PyTorch and NumPy files are zip archives)',
    next: 'Export the model to ONNX first.',
  },
  {
    at: 0,
    magic: '\u0089hdf',
    name: 'an HDF5 file (Keras)',
    next: 'Export the model to ONNX first.',
  },
  { at: 0, magic: '%pdf', name: 'a PDF document' },
  { at: 0, magic: '\u001f\u008b', name: 'a gzip archive', next: 'Unpack it first.' },
  { at: 0, magic: '{', name: 'JSON' },
  {
    at: 4,
    magic: 'ortm',
    name: 'an ORT-format model',
    next: 'Use the .onnx file that it was made from.',
  },
  {
    at: 4,
    magic: 'tfl3',
    name: 'a TensorFlow Lite model',
    next: 'Export the model to ONNX first.',
  },
  { at: 8, magic: '{"', name: 'a safetensors file' },
]

/** What the bytes are when they are recognisably not ONNX (a pointer, a page, another format), else null. */
export function recogniseOther(bytes: Uint8Array): OtherFormat | null {
  if (bytes.length === 0) return { what: 'the file is empty', detail: {} }
  let head = ''
  for (const code of bytes.subarray(0, 64)) head += String.fromCharCode(code)
  const start = head.length - head.replace(/^[\s\u00ef\u00bb\u00bf]+/, '').length
  const lower = head.toLowerCase()
  for (const { at, magic, name, next } of formats) {
    const from = at === 0 && magic.startsWith('<') ? start : at
    if (lower.startsWith(magic, from)) {
      return { what: `the file is ${name}, not an ONNX model`, detail: { next } }
    }
  }
  return null
}
