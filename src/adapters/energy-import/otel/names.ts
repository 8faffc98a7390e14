/** Attributes of a span by what they count, as the conventions of this year and the last ones name them. */
export const spanNames = {
  model: [
    ...['gen_ai.response.model', 'gen_ai.request.model', 'llm.model_name'],
    ...['embedding.model_name', 'ai.response.model', 'ai.model.id'],
  ],
  provider: [
    ...['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system'],
    ...['ai.model.provider', 'server.address'],
  ],
  input: [
    ...['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt'],
    ...[
      'llm.usage.prompt_tokens',
      'ai.usage.inputTokens',
      'ai.usage.promptTokens',
      'ai.usage.tokens',
    ],
  ],
  output: [
    ...[
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.completion_tokens',
      'llm.token_count.completion',
    ],
    ...['llm.usage.completion_tokens', 'ai.usage.outputTokens', 'ai.usage.completionTokens'],
  ],
  cacheRead: [
    ...['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens'],
    ...['gen_ai.usage.cached_tokens', 'gen_ai.usage.input_tokens.cached'],
    ...['gen_ai.usage.details.cache_read_tokens', 'gen_ai.usage.details.cached_tokens'],
    ...['llm.token_count.prompt_details.cache_read', 'ai.usage.cachedInputTokens'],
  ],
  cacheWritten: [
    ...['gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_creation_input_tokens'],
    ...['gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.details.cache_write_tokens'],
    'llm.token_count.prompt_details.cache_write',
  ],
  reasoning: [
    ...['gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens'],
    ...['gen_ai.usage.output_tokens.reasoning', 'gen_ai.usage.details.reasoning_tokens'],
    ...['llm.token_count.completion_details.reasoning', 'ai.usage.reasoningTokens'],
  ],
} as const

/** Operations that contain those of requests, whose tokens they repeat. */
const containers = new Set([
  'invoke_agent',
  'create_agent',
  'invoke_workflow',
  'execute_tool',
  'plan',
])

/** Whether a span is no request of its own, by the name that its instrumentation gives the operation. */
export function isContainer(of: (name: string) => unknown): boolean {
  const kind = of('openinference.span.kind')
  const step = of('ai.operationId')
  return (
    containers.has(String(of('gen_ai.operation.name') ?? '')) ||
    (typeof kind === 'string' && !/^(llm|embedding)$/i.test(kind)) ||
    (typeof step === 'string' && !/\.do(Generate|Stream|Embed)\b/.test(step))
  )
}

/** Whether a span counts the tokens of an embedding, which generates none. */
export const isEmbedding = (of: (name: string) => unknown): boolean =>
  of('gen_ai.operation.name') === 'embeddings' ||
  /^embedding$/i.test(String(of('openinference.span.kind') ?? '')) ||
  /doEmbed\b/.test(String(of('ai.operationId') ?? ''))
