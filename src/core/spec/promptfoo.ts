import type { Row } from '../data/json-rows.ts'
import { RightsizeError } from '../error/error.ts'
import { runtimeFor } from '../part/runtimes.ts'
import { scorerFor } from '../part/scorers.ts'
import type { CandidateInput, SpecInput } from './define.ts'
import { type PromptfooTest, promptfooTests } from './promptfoo-tests.ts'

/** A part of the file that was not used, and why. */
export interface Ignored {
  readonly path: string
  readonly why: string
}

/** What the importer may ask of the world. */
export interface PromptfooWorld {
  /** Text of a file named in the promptfoo file; `from` says where. Throws SPEC_MISSING_FILE. */
  read(path: string, from: string): string
  /** Whether an assertion of this type (without `not-`) can be checked. */
  knows(type: string): boolean
  /** Code in the file may run: javascript assertions and transforms are kept. */
  readonly trust: boolean
}

export interface PromptfooImport {
  /** A spec; without `bar` and `incumbent` unless the file has them. */
  readonly input: SpecInput
  readonly ignored: readonly Ignored[]
}

/** Column that holds the assertions of a row. */
const ASSERT_COLUMN = 'assert'

/** Whether a file is promptfoo's: prompts, providers or tests, and no task. */
export function isPromptfoo(value: unknown): value is Row {
  if (!isRecord(value) || 'task' in value) return false
  return ['prompts', 'providers', 'targets', 'tests'].some((key) => key in value)
}

/** Keys of our own that a promptfoo file may carry beside promptfoo's. */
const OURS = [
  'incumbent',
  'bar',
  'risk',
  'budget',
  'constraints',
  'account',
  'order',
  'regime',
] as const
/** promptfoo keys that are read. */
const READ = new Set([
  'description',
  'prompts',
  'providers',
  'targets',
  'tests',
  'defaultTest',
  'evaluateOptions',
])
/** Why some well-known keys are left out. */
const WHY: Readonly<Record<string, string>> = {
  env: 'keys come from the environment only',
  outputPath: 'files are written beside the spec',
  scenarios: 'write the tests out under `tests`',
  sharing: 'nothing is shared',
  redteam: 'attacks are another job than choosing a model',
  nunjucksFilters: 'is code; templates here run none',
  extensions: 'is code and is never run',
  derivedMetrics: 'the bar is on the score of the assertions',
}

/**
 * A promptfoo file as a spec: providers become candidates (one per prompt), tests become rows with their own
 * assertions, and everything that was not used is listed with its reason. Throws PROMPTFOO_INVALID where nothing is left
 * to run.
 */
export function importPromptfoo(file: Row, name: string, world: PromptfooWorld): PromptfooImport {
  const ignored: Ignored[] = []
  for (const key of Object.keys(file))
    if (!READ.has(key) && !(OURS as readonly string[]).includes(key) && key !== '$schema')
      ignored.push({ path: key, why: WHY[key] ?? 'is not read' })
  const prompts = promptsOf(file['prompts'], world, ignored)
  const candidates = candidatesOf(file, prompts, ignored)
  const tests = promptfooTests(file['tests'], file['defaultTest'], world, ignored)
  if (candidates.length === 0) throw nothingLeft('provider', name, ignored)
  if (tests.length === 0) throw nothingLeft('test', name, ignored)
  const ours = Object.fromEntries(OURS.flatMap((key) => (key in file ? [[key, file[key]]] : [])))
  const threshold = commonThreshold(tests, ignored)
  const { description } = file
  const input = {
    task: taskName(name, description),
    ...(typeof description === 'string' ? { description } : {}),
    dataset: datasetOf(tests),
    scorer: { name: scorerFor.assertions, ...(world.trust ? { options: { trust: true } } : {}) },
    accept: threshold,
    candidates,
    ...ours,
  }
  return { input: input as SpecInput, ignored }
}

function nothingLeft(what: string, name: string, ignored: readonly Ignored[]): RightsizeError {
  const why = ignored.slice(0, 6).map((one) => `\n  ${one.path}: ${one.why}`)
  return new RightsizeError(
    'PROMPTFOO_INVALID',
    `No ${what} of the file can be used.${why.join('')}`,
    { at: name },
  )
}

function taskName(file: string, description: unknown): string {
  const words =
    typeof description === 'string' ? description.toLowerCase().match(/[a-z0-9]+/g) : null
  return words?.slice(0, 6).join('-') ?? file.replace(/^.*[/\\]/, '').replace(/\.\w+$/, '')
}

/** Rows with all variables as the input and the assertions as the label. */
function datasetOf(tests: readonly PromptfooTest[]): SpecInput['dataset'] {
  const names = [...new Set(tests.flatMap((test) => Object.keys(test.vars)))]
  const blank = Object.fromEntries(names.map((name) => [name, '']))
  const rows = tests.map((test) => ({ ...blank, ...test.vars, [ASSERT_COLUMN]: test.asserts }))
  return { rows, input: names.length === 0 ? [ASSERT_COLUMN] : names, expected: ASSERT_COLUMN }
}

/** A test passes when all assertions hold, or from its threshold; one threshold for all can be kept. */
function commonThreshold(tests: readonly PromptfooTest[], ignored: Ignored[]): number {
  const all = new Set(tests.map((test) => test.threshold ?? 1))
  if (all.size === 1) return [...all][0] ?? 1
  ignored.push({
    path: 'tests[].threshold',
    why: 'tests have different thresholds; all assertions must hold (accept: 1)',
  })
  return 1
}

interface Prompt {
  readonly text: string
  readonly system?: string
}

function promptsOf(value: unknown, world: PromptfooWorld, ignored: Ignored[]): readonly Prompt[] {
  const list = value === undefined ? [] : [value].flat()
  return list.flatMap((one, index) => {
    const path = `prompts[${index}]`
    const raw = isRecord(one) ? (one['raw'] ?? one['id']) : one
    if (typeof raw !== 'string') {
      ignored.push({ path, why: 'is no text' })
      return []
    }
    return promptTexts(raw, path, world, ignored).flatMap((text) => usable(text, path, ignored))
  })
}

/** The texts of a prompt: itself, or the parts of a file between lines of `---`. */
function promptTexts(
  raw: string,
  path: string,
  world: PromptfooWorld,
  ignored: Ignored[],
): readonly string[] {
  const isFile =
    raw.startsWith('file://') || /^[\w./-]+\.(txt|md|json|ya?ml|js|mjs|cjs|ts|py)$/.test(raw)
  if (!isFile) return [raw]
  const file = raw.replace(/^file:\/\//, '')
  if (/[*?{[]/.test(file) || !/\.(txt|md|json|j2)$/i.test(file)) {
    ignored.push({
      path,
      why: `${raw}: patterns and code are not read; name .txt, .md or .json files`,
    })
    return []
  }
  const text = world.read(file, path)
  return /\.json$/i.test(file)
    ? [text]
    : text
        .split(/^---\s*$/m)
        .map((part) => part.trim())
        .filter((part) => part !== '')
}

/** Filters that templates here have under the same name as Nunjucks has them. */
const FILTERS = new Set([
  'trim',
  'upper',
  'lower',
  'title',
  'capitalize',
  'join',
  'length',
  'first',
  'last',
  'sort',
  'abs',
  'int',
  'float',
  'string',
  'default',
  'replace',
  'list',
  'tojson',
  'safe',
  'reverse',
  'unique',
])

function usable(text: string, path: string, ignored: Ignored[]): readonly Prompt[] {
  const filters = [...text.matchAll(/\{[{%][^}]*?\|\s*([a-z_]+)/gi)].map((match) => match[1] ?? '')
  const strange = filters.find((filter) => !FILTERS.has(filter))
  if (strange !== undefined) {
    ignored.push({
      path,
      why: `uses the filter \`${strange}\`, which templates here do not have; the prompt was left out`,
    })
    return []
  }
  return text.trimStart().startsWith('[') ? chatPrompt(text, path, ignored) : [{ text }]
}

/** A chat of one system and one user message; longer ones cannot be said by a prompt and a system text. */
function chatPrompt(text: string, path: string, ignored: Ignored[]): readonly Prompt[] {
  const messages = parsedMessages(text)
  if (messages === null) return [{ text }]
  const [first, second] = messages
  if (messages.length === 1 && first?.role === 'user') return [{ text: first.content }]
  if (messages.length === 2 && first?.role === 'system' && second?.role === 'user')
    return [{ text: second.content, system: first.content }]
  ignored.push({
    path,
    why: 'is a chat of several turns; only one system and one user message are read',
  })
  return []
}

function parsedMessages(text: string): readonly { role: string; content: string }[] | null {
  try {
    const value: unknown = JSON.parse(text)
    const isMessage = (one: unknown) =>
      isRecord(one) && typeof one['role'] === 'string' && typeof one['content'] === 'string'
    return Array.isArray(value) && value.every(isMessage) ? value : null
  } catch {
    return null
  }
}

/** Providers that speak the OpenAI protocol, with their base address and the variable of their key. */
const HOSTS: Readonly<Record<string, { readonly baseUrl?: string; readonly apiKeyEnv?: string }>> =
  {
    openai: {},
    ollama: { baseUrl: 'http://127.0.0.1:11434/v1' },
    vllm: { baseUrl: 'http://127.0.0.1:8000/v1' },
    localai: { baseUrl: 'http://127.0.0.1:8080/v1' },
    groq: { baseUrl: 'https://api.groq.com/openai/v1', apiKeyEnv: 'GROQ_API_KEY' },
    mistral: { baseUrl: 'https://api.mistral.ai/v1', apiKeyEnv: 'MISTRAL_API_KEY' },
    openrouter: { baseUrl: 'https://openrouter.ai/api/v1', apiKeyEnv: 'OPENROUTER_API_KEY' },
    deepseek: { baseUrl: 'https://api.deepseek.com/v1', apiKeyEnv: 'DEEPSEEK_API_KEY' },
    togetherai: { baseUrl: 'https://api.together.xyz/v1', apiKeyEnv: 'TOGETHER_API_KEY' },
  }

function candidatesOf(
  file: Row,
  prompts: readonly Prompt[],
  ignored: Ignored[],
): readonly CandidateInput[] {
  const listed = [file['providers'] ?? file['targets'] ?? []].flat()
  const concurrency = concurrencyOf(file['evaluateOptions'], ignored)
  const made = listed.flatMap((provider, index) => {
    const path = `providers[${index}]`
    const { id, config, label } = providerParts(provider)
    const host = id === null ? undefined : hostAndModel(id)
    if (host === undefined) {
      ignored.push({ path, why: `${id ?? 'this'} is no provider that speaks the OpenAI protocol` })
      return []
    }
    return [
      candidateOf(host, label, settingsOf(config, concurrency, path, ignored), config, prompts),
    ]
  })
  return withOwnIds(made)
}

function providerParts(provider: unknown): {
  id: string | null
  config: Row
  label: string | null
} {
  if (typeof provider === 'string') return { id: provider, config: {}, label: null }
  if (!isRecord(provider)) return { id: null, config: {}, label: null }
  const { id, config, label } = provider
  if (typeof id === 'string')
    return {
      id,
      config: isRecord(config) ? config : {},
      label: typeof label === 'string' ? label : null,
    }
  const [key, inner] = Object.entries(provider)[0] ?? []
  return key === undefined || !isRecord(inner)
    ? { id: null, config: {}, label: null }
    : { ...providerParts({ ...inner, id: key }) }
}

function hostAndModel(id: string): { host: string; model: string } | undefined {
  const match = /^([a-z]+):(?:(chat|completion|completions|responses):)?(.+)$/.exec(id)
  const [, host, , model] = match ?? []
  if (host === undefined || model === undefined || HOSTS[host] === undefined) return undefined
  return /^(embeddings?|image|realtime|assistant|moderation|speech|transcription):/.test(model)
    ? undefined
    : { host, model }
}

function candidateOf(
  { host, model }: { host: string; model: string },
  label: string | null,
  settings: CandidateInput['settings'],
  { apiBaseUrl, apiHost, apiKeyEnvar }: Row,
  prompts: readonly Prompt[],
): CandidateInput {
  const known = HOSTS[host] ?? {}
  const baseUrl =
    typeof apiBaseUrl === 'string'
      ? apiBaseUrl
      : typeof apiHost === 'string'
        ? `https://${apiHost}/v1`
        : known.baseUrl
  const apiKeyEnv = typeof apiKeyEnvar === 'string' ? apiKeyEnvar : known.apiKeyEnv
  const texts = prompts.map((prompt) => prompt.text)
  const system = prompts.length === 1 ? prompts[0]?.system : undefined
  return {
    id: (label ?? model).trim().replace(/\s+/g, '-'),
    runtime: runtimeFor.endpoint,
    model,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(apiKeyEnv === undefined ? {} : { apiKeyEnv }),
    ...(texts.length === 0 ? {} : { prompt: texts.length === 1 ? (texts[0] ?? '') : texts }),
    ...(system === undefined ? {} : { system }),
    ...(settings === undefined ? {} : { settings }),
  }
}

/** Names of provider settings, as ours. */
const SETTINGS: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  max_tokens: 'maxTokens',
  max_completion_tokens: 'maxTokens',
  max_output_tokens: 'maxTokens',
  reasoning_effort: 'reasoningEffort',
  seed: 'seed',
}
/** Sent on to the endpoint as they are. */
const EXTRA = new Set(['top_p', 'frequency_penalty', 'presence_penalty', 'stop', 'response_format'])
const ELSEWHERE = new Set(['apiBaseUrl', 'apiHost', 'apiKeyEnvar'])

function settingsOf(
  config: Row,
  concurrency: number | null,
  path: string,
  ignored: Ignored[],
): CandidateInput['settings'] {
  const settings: Record<string, unknown> = concurrency === null ? {} : { concurrency }
  const extra: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(config)) {
    const ours = SETTINGS[key]
    if (ours !== undefined) settings[ours] = value
    else if (EXTRA.has(key)) extra[key] = value
    else if (key === 'apiKey')
      ignored.push({ path: `${path}.config.apiKey`, why: 'keys come from the environment only' })
    else if (!ELSEWHERE.has(key))
      ignored.push({ path: `${path}.config.${key}`, why: 'is not read' })
  }
  const all = Object.keys(extra).length === 0 ? settings : { ...settings, extra }
  return Object.keys(all).length === 0 ? undefined : all
}

function concurrencyOf(options: unknown, ignored: Ignored[]): number | null {
  if (!isRecord(options)) return null
  const { maxConcurrency } = options
  for (const key of Object.keys(options))
    if (key !== 'maxConcurrency')
      ignored.push({ path: `evaluateOptions.${key}`, why: 'is not read' })
  return typeof maxConcurrency === 'number' ? maxConcurrency : null
}

/** Two providers of one name are told apart by a number. */
function withOwnIds(candidates: readonly CandidateInput[]): readonly CandidateInput[] {
  const used = new Map<string, number>()
  return candidates.map((candidate) => {
    const id = candidate.id ?? candidate.runtime
    const count = (used.get(id) ?? 0) + 1
    used.set(id, count)
    return count === 1 ? candidate : { ...candidate, id: `${id}-${count}` }
  })
}

const isRecord = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
