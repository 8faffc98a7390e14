import type { Json } from './reply.ts'

/** A chat request in Ollama's own form (source: docs/api.md of ollama/ollama). Other fields are passed as they are. */
export function ollamaBody(fields: Json): Json {
  const { max_tokens, temperature, seed, reasoning_effort, response_format, options, ...rest } =
    fields
  const schema = (response_format as { json_schema?: { schema?: unknown } } | undefined)
    ?.json_schema
  const given: Json = { temperature, seed, num_predict: max_tokens, ...(options as object) }
  return {
    ...rest,
    stream: false,
    options: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(response_format === undefined ? {} : { format: schema?.schema ?? 'json' }),
    ...(reasoning_effort === undefined
      ? {}
      : { think: reasoning_effort === 'none' ? false : reasoning_effort }),
  }
}

/** Ollama's reply in the form of a chat reply of OpenAI. */
export function ollamaReply(reply: Json): Json {
  const { message, prompt_eval_count: input, eval_count: output, done_reason: reason } = reply
  return {
    model: reply['model'],
    ...(message === undefined ? {} : { choices: [{ message, finish_reason: reason ?? 'stop' }] }),
    ...(input === undefined ? {} : { usage: { prompt_tokens: input, completion_tokens: output } }),
  }
}
