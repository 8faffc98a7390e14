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
  '@ai-sdk/openai': { use: 'OpenAI (Responses)', install: 'npm i @ai-sdk/openai@3' },
  '@ai-sdk/anthropic': { use: 'Anthropic', install: 'npm i @ai-sdk/anthropic@3' },
  '@ai-sdk/google': { use: 'Gemini', install: 'npm i @ai-sdk/google@3' },
  '@ai-sdk/amazon-bedrock': { use: 'Bedrock', install: 'npm i @ai-sdk/amazon-bedrock@4' },
  libsql: { use: 'store', install: 'npm i libsql' },
} as const satisfies Readonly<Record<string, PackageRow>>

export type PackageName = keyof typeof packages
