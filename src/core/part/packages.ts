/** An npm package below a part, or below rightsize as a whole. */
export interface PackageRow {
  /** What it is for, where no part names it. */
  readonly use: string
  /** The command that installs it. */
  readonly install: string
}

/** Packages that `doctor` looks for. */
export const packages = {
  'onnxruntime-node': {
    use: 'running and training ONNX models',
    install: 'npm i onnxruntime-node --ignore-scripts',
  },
  '@huggingface/tokenizers': { use: 'tokenizers', install: 'npm i @huggingface/tokenizers' },
  '@huggingface/jinja': { use: 'prompt templates', install: 'npm i @huggingface/jinja' },
  libsql: { use: 'store', install: 'npm i libsql' },
} as const satisfies Readonly<Record<string, PackageRow>>

export type PackageName = keyof typeof packages
