import { runtimeFor } from './runtimes.ts'

/** Options of the scorers that ask a model. */
export const judgeOptions = {
  model: {
    kind: 'text',
    byDefault: null,
    text: 'The judging model, ideally of another family than the candidates.',
  },
  baseUrl: {
    kind: 'text',
    byDefault: 'https://api.openai.com/v1',
    text: 'OpenAI-compatible API.',
  },
  apiKeyEnv: {
    kind: 'text',
    byDefault: 'OPENAI_API_KEY',
    text: 'Environment variable with the key.',
  },
  rubric: {
    kind: 'text',
    byDefault: 'The answer is correct and complete.',
    text: 'What counts as right.',
  },
  levels: {
    kind: 'texts',
    byDefault: ['no', 'partly', 'yes'],
    text: 'Verdicts from worst to best, scored from 0 to 1 in equal steps.',
  },
  pairwise: {
    kind: 'boolean',
    byDefault: false,
    text: 'Compare with the reference in both orders: 1 for two wins, 0 for two losses, otherwise 0.5.',
  },
  maxTokens: { kind: 'number', byDefault: 400, text: 'Token limit of the verdict.' },
  timeoutS: { kind: 'number', byDefault: 60, text: 'Longest wait for a verdict.' },
  inputPerMTokens: { kind: 'number', byDefault: null, text: 'Price, for the overhead.' },
  outputPerMTokens: { kind: 'number', byDefault: null, text: 'Price, for the overhead.' },
  jPerCall: {
    kind: 'number',
    byDefault: null,
    text: 'Joules per call, if known.',
  },
} as const

export const embeddingOptions = {
  runtime: {
    kind: 'text',
    byDefault: runtimeFor.graph,
    text: 'Runtime of the embedding model.',
  },
  model: { kind: 'text', byDefault: null, text: 'The embedding model.' },
  baseUrl: { kind: 'text', byDefault: null, text: 'Base URL, for the openai runtime.' },
  apiKeyEnv: { kind: 'text', byDefault: null, text: 'Environment variable with the key.' },
  threshold: {
    kind: 'number',
    byDefault: null,
    text: 'Similarity at which an answer counts as right (score 1). Without it, the similarity is the score.',
  },
} as const
