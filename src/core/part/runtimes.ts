import { type EndpointPart, endpointRuntimes } from './endpoint-runtimes.ts'
import { type KindsWith, type Part, type Parts, partName, partNames, unknownPart } from './part.ts'

/** The facts of one kind of runtime. */
export interface RuntimePart extends Part {
  /** Where the work is done: in a child process of ours, in this process or a program that it starts, or on another machine. */
  readonly where: 'child' | 'here' | 'elsewhere'
  /** Trained by rightsize on the user's rows; written without a model it is trained first. */
  readonly student: boolean
  /** Knows words before it sees the user's rows: few rows a label do not make it guess. */
  readonly pretrained: boolean
  /** Answers thousands of items in seconds on one machine, so that running everything is cheap. */
  readonly quick: boolean
  /** Asking again costs nothing, so that it is metered unless the spec says no; programs may pay for an answer. */
  readonly meterable: boolean
  /** Runs code that the spec names: `--no-exec` refuses it. */
  readonly code: boolean
  /**
   * Files whose digest is its identity and that `check` compares with the lock, without running them; null where no file
   * holds the model.
   */
  readonly files: string | null
  /** Raised when its answers are read in another way: what is stored of the same model is then asked for anew. */
  readonly reading: number
  /** What of a row it is told: the input, the columns its prompt names as well, or the id and every column but the label. */
  readonly sees: 'input' | 'prompt' | 'row'
  /** Keys of a candidate without which it has nothing to run. */
  readonly needs: readonly ('model' | 'command')[]
  /** What follows the colon in `runtime:model`. */
  readonly short: 'model' | 'command'
  /** Keys of a candidate that `--base-url`, `--api-key-env` and `--prompt` fill. */
  readonly flags: readonly ('baseUrl' | 'apiKeyEnv' | 'prompt')[]
  /** Answers in sentences: without a scorer named, case and punctuation are forgiven. */
  readonly talks: boolean
  /** How it is reached over HTTP; null for what is not. */
  readonly endpoint: EndpointPart | null
}

/** What most local models share: a child process that sees the input and answers with labels. */
const local = {
  where: 'child',
  student: false,
  pretrained: false,
  quick: true,
  meterable: true,
  code: false,
  reading: 1,
  sees: 'input',
  needs: [],
  short: 'model',
  flags: [],
  talks: false,
  endpoint: null,
} as const satisfies Partial<RuntimePart>

const onnxFiles = 'the graph, the tensor data that it names, and the files of tokenizer and config'
const onnxruntime = 'onnxruntime-node'

/** Every kind of runtime that rightsize brings. How each is loaded: adapters/runtime/table.ts. */
export const runtimes = {
  onnx: {
    ...local,
    summary: 'an ONNX model: text with a tokenizer.json, or raw tensors',
    example: '{ runtime: onnx, model: models/large }',
    package: onnxruntime,
    files: onnxFiles,
    // 2: scores are found by their shape, and classes that the graph names itself are read.
    reading: 2,
    needs: ['model'],
  },
  linear: {
    ...local,
    summary: 'an n-gram model, trained in seconds on your rows',
    example: '{ runtime: linear, train: true }',
    student: true,
    files: 'model.safetensors',
  },
  static: {
    ...local,
    summary: 'a model of static word vectors, trained in seconds on your rows',
    example: '{ runtime: static, train: true }',
    student: true,
    files: 'model.safetensors',
  },
  head: {
    ...local,
    summary: 'a small classifier on the vectors of a frozen ONNX encoder',
    example: '{ runtime: head, train: { encoder: models/minilm } }',
    package: onnxruntime,
    student: true,
    pretrained: true,
    files: 'model.safetensors and the files of its encoder',
  },
  encoder: {
    ...local,
    summary: 'a small transformer, trained on your rows or fine-tuned from a model folder',
    example: '{ runtime: encoder, train: { width: 128 } }',
    package: onnxruntime,
    student: true,
    files: onnxFiles,
  },
  ...endpointRuntimes,
  command: {
    ...local,
    summary: 'a program that reads and writes one JSON object per line',
    example: '{ runtime: command, command: [python, answer.py] }',
    where: 'here',
    quick: false,
    meterable: false,
    code: true,
    files: 'the program with what it imports, and the files that its command line or `inputs` name',
    sees: 'row',
    needs: ['command'],
    short: 'command',
  },
  module: {
    ...local,
    summary: 'a function of a JavaScript file or package: answer(input) or answerBatch(inputs)',
    example: '{ runtime: module, model: ./answer.mjs }',
    meterable: false,
    code: true,
    files: 'the module, what it imports, and `inputs`',
    sees: 'row',
    needs: ['model'],
  },
  replay: {
    ...local,
    summary: 'answers that exist already, from a JSONL, JSON or CSV file; no model is called',
    example: '{ runtime: replay, model: answers.jsonl }',
    where: 'here',
    files: 'the file of answers',
    sees: 'row',
    needs: ['model'],
  },
} as const satisfies Parts<RuntimePart>

export type RuntimeKind = keyof typeof runtimes
export type StudentKind = KindsWith<typeof runtimes, { student: true }>

/** A runtime of the user's own: a file or a package that exports `createRuntime`. */
export type AdapterName =
  | `./${string}`
  | `../${string}`
  | `/${string}`
  | `@${string}/${string}`
  | `npm:${string}`
export type RuntimeName = RuntimeKind | AdapterName

/** The facts of every adapter: nothing is known of it, so it is code, slow, and told the whole row. */
export const adapter: RuntimePart = {
  ...local,
  summary: 'a runtime of your own: a file or a package that exports createRuntime',
  example: '{ runtime: ./adapter.mjs }',
  quick: false,
  meterable: false,
  code: true,
  files: 'the code of the adapter and what it imports, and `inputs`',
  sees: 'row',
}

/** Kinds that rightsize picks itself, by what it picks them for. */
export const runtimeFor = {
  /** Whatever is an ONNX model folder. */
  graph: 'onnx',
  /** The simple alternative that is always a candidate. */
  baseline: 'linear',
  /** Models behind an HTTP address, hosted or local. */
  endpoint: 'openai',
  /** Answers that were given on another day. */
  answers: 'replay',
} as const satisfies Readonly<Record<string, RuntimeKind>>

/** What the word of an adapter holds and no kind does; the published schema has it too. */
export const adapterPattern = '[./@\\\\]|^npm:'

/** Whether a word is the path or the package of an adapter: `./mine.mjs`, `C:\mine.mjs`, `@team/adapter`, `npm:name`. */
export const isAdapterName = (word: string): word is AdapterName =>
  new RegExp(adapterPattern).test(word) && partName(runtimes, word.replace(/:.*$/s, '')) === null

const words = {
  code: 'RUNTIME_UNKNOWN',
  noun: 'runtime',
  also: 'An adapter of your own is named by its path (./adapter.mjs) or package (npm:name).',
} as const

/** The word as a runtime's name. Throws RUNTIME_UNKNOWN with the nearest kind. */
export function runtimeName(word: string, at?: string): RuntimeName {
  const kind = partName(runtimes, word)
  if (kind !== null) return kind
  if (isAdapterName(word)) return word
  throw unknownPart(runtimes, word, words, at)
}

/** The facts of a runtime by kind or adapter name. Throws RUNTIME_UNKNOWN with the nearest kind. */
export function runtimePart(word: string, at?: string): RuntimePart {
  const kind = partName(runtimes, word)
  if (kind !== null) return runtimes[kind]
  if (isAdapterName(word)) return adapter
  throw unknownPart(runtimes, word, words, at)
}

/** The kind whose vendor alone serves a model of this name; null where several may. */
export function vendorOf(model: string): RuntimeKind | null {
  const kinds = partNames(runtimes) as readonly RuntimeKind[]
  return kinds.find((kind) => (runtimes[kind] as RuntimePart).endpoint?.models?.test(model)) ?? null
}

/** The kinds that are reached over HTTP. */
export const endpointKinds: readonly RuntimeKind[] = partNames(runtimes).filter(
  (kind) => (runtimes[kind] as RuntimePart).endpoint !== null,
)

/** The address that a candidate is asked at, as far as it is known without the environment; null where it is not over HTTP. */
export function addressOf(
  candidate: { readonly runtime: string; readonly baseUrl?: string },
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  const { endpoint } = runtimePart(candidate.runtime)
  if (endpoint === null) return null
  const { home, homeEnv } = endpoint
  return candidate.baseUrl ?? (homeEnv === null ? undefined : env[homeEnv]) ?? home
}

/** Names of the kinds that are trained on the user's rows. */
export const studentKinds: readonly StudentKind[] = partNames(runtimes).filter(
  (kind): kind is StudentKind => runtimes[kind].student,
)

/** The word as a kind of student. Throws STUDENT_INPUT with the nearest kind. */
export function studentKind(word: string): StudentKind {
  const kind = studentKinds.find((one) => one === word)
  if (kind !== undefined) return kind
  const students = Object.fromEntries(studentKinds.map((one) => [one, runtimes[one]]))
  throw unknownPart(students, word, { code: 'STUDENT_INPUT', noun: 'student' })
}
