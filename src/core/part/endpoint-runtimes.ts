import type { Parts } from './part.ts'
import type { RuntimePart } from './runtimes.ts'

/** The ways to ask an endpoint: what goes over the wire. */
export type Api =
  | 'chat'
  | 'azure'
  | 'completions'
  | 'embeddings'
  | 'responses'
  | 'messages'
  | 'gemini'
  | 'converse'
  | 'ollama'

/** Where a vendor answers and in which words. */
export interface EndpointPart {
  /** Its address where the candidate names none. `REGION` and `RESOURCE` are filled from the environment. */
  readonly home: string
  /** Environment variable that replaces `home`. */
  readonly homeEnv: string | null
  readonly api: Api
  /** Interfaces of this vendor whose questions can be submitted as a batch. */
  readonly batches?: readonly Api[]
  /** Names of models that only this vendor serves: written bare, they are taken for its own. */
  readonly models?: RegExp
}

/** What models behind HTTP share. */
const hosted = {
  where: 'elsewhere',
  student: false,
  pretrained: false,
  quick: false,
  meterable: true,
  code: false,
  files: null,
  reading: 1,
  sees: 'prompt',
  needs: ['model'],
  short: 'model',
  flags: ['baseUrl', 'apiKeyEnv', 'prompt'],
  talks: true,
} as const satisfies Partial<RuntimePart>

/** Every vendor and kind of server behind HTTP. How each is asked: adapters/runtime/endpoint. */
export const endpointRuntimes = {
  openai: {
    ...hosted,
    summary: 'OpenAI (chat, or responses:MODEL), or a server that speaks its interface',
    example: '{ runtime: openai, model: gpt-4o-mini }',
    endpoint: {
      home: 'https://api.openai.com/v1',
      homeEnv: 'OPENAI_BASE_URL',
      api: 'chat',
      batches: ['chat', 'completions', 'responses'],
      models: /^(gpt-\d|chatgpt-|o\d(-|$))/,
    },
  },
  azure: {
    ...hosted,
    summary: 'a deployment of Azure OpenAI; the model is the name of the deployment',
    example: '{ runtime: azure, model: my-deployment, baseUrl: https://mine.openai.azure.com }',
    endpoint: {
      home: 'https://RESOURCE.openai.azure.com',
      homeEnv: 'AZURE_OPENAI_ENDPOINT',
      api: 'azure',
    },
  },
  anthropic: {
    ...hosted,
    summary: 'Anthropic (Messages)',
    example: '{ runtime: anthropic, model: claude-haiku-4-5 }',
    package: '@ai-sdk/anthropic',
    endpoint: {
      home: 'https://api.anthropic.com/v1',
      homeEnv: 'ANTHROPIC_BASE_URL',
      api: 'messages',
      batches: ['messages'],
      models: /^claude-/,
    },
  },
  gemini: {
    ...hosted,
    summary: 'Google Gemini',
    example: '{ runtime: gemini, model: gemini-2.5-flash }',
    package: '@ai-sdk/google',
    aliases: ['google'],
    endpoint: {
      home: 'https://generativelanguage.googleapis.com/v1beta',
      homeEnv: null,
      api: 'gemini',
      models: /^gemini-/,
    },
  },
  bedrock: {
    ...hosted,
    summary: 'Amazon Bedrock (Converse)',
    example: '{ runtime: bedrock, model: amazon.nova-lite-v1:0 }',
    package: '@ai-sdk/amazon-bedrock',
    endpoint: {
      home: 'https://bedrock-runtime.REGION.amazonaws.com',
      homeEnv: null,
      api: 'converse',
    },
  },
  ollama: {
    ...hosted,
    summary: 'Ollama',
    example: '{ runtime: ollama, model: qwen3:4b }',
    endpoint: { home: 'http://127.0.0.1:11434', homeEnv: 'OLLAMA_HOST', api: 'ollama' },
  },
  openrouter: {
    ...hosted,
    summary: 'OpenRouter',
    example: '{ runtime: openrouter, model: meta-llama/llama-3.1-8b-instruct }',
    endpoint: { home: 'https://openrouter.ai/api/v1', homeEnv: null, api: 'chat' },
  },
  mistral: {
    ...hosted,
    summary: 'Mistral',
    example: '{ runtime: mistral, model: mistral-small-latest }',
    endpoint: {
      home: 'https://api.mistral.ai/v1',
      homeEnv: null,
      api: 'chat',
      models: /^(open-)?(mistral|ministral|codestral|magistral)-/,
    },
  },
  vllm: {
    ...hosted,
    summary: 'vLLM on this machine; another server by baseUrl',
    example: '{ runtime: vllm, model: Qwen/Qwen3-4B }',
    endpoint: { home: 'http://127.0.0.1:8000/v1', homeEnv: null, api: 'chat' },
  },
} as const satisfies Parts<RuntimePart>
