import {
  type Asking,
  type Client,
  extraFields,
  type Said,
  withoutRefused,
  withSignal,
} from './client.ts'
import { ollamaBody, ollamaReply } from './ollama.ts'
import type { Message } from './prompt.ts'
import { finishOf, finishWordOf, type Json, textOf, usageOf } from './reply.ts'
import { send } from './request.ts'

/** Where each interface of this client is asked, below the base. */
const paths = {
  chat: '/chat/completions',
  azure: '/chat/completions',
  completions: '/completions',
  ollama: '/api/chat',
} as const
type ChatApi = keyof typeof paths

/** OpenAI's chat and completions, which most servers speak, Azure's deployments, and Ollama's own form of it. */
export function chatClient(asking: Asking, api: ChatApi): Client {
  const { endpoint, options } = asking
  const body = (messages: readonly Message[], max: number | undefined): Json => {
    const fields = questionOf(asking, messages, { api, max })
    return api === 'ollama' ? ollamaBody(fields) : fields
  }
  return {
    ask: ({ messages, max, signal }) =>
      withoutRefused(asking, async () => {
        const how = withSignal(options, signal)
        const sent = await send(endpoint, paths[api], body(messages, max), how)
        const reply = api === 'ollama' ? ollamaReply(sent.reply) : sent.reply
        return saidIn(reply, sent.latencyS)
      }),
    write: async ({ messages, max }) => ({ body: body(messages, max), headers: {} }),
    read: async (reply) => saidIn(reply, undefined),
  }
}

const saidIn = (reply: Json, latencyS: number | undefined): Said => ({
  text: textOf(reply),
  finish: finishOf(reply),
  finishWord: finishWordOf(reply),
  tokens: usageOf(reply),
  model: wordIn(reply, 'model'),
  fingerprint: wordIn(reply, 'system_fingerprint'),
  latencyS,
})

function wordIn(reply: Json, name: string): string | null {
  const value = reply[name]
  return typeof value === 'string' ? value : null
}

function questionOf(
  { candidate, left }: Asking,
  messages: readonly Message[],
  { api, max }: { readonly api: ChatApi; readonly max: number | undefined },
): Json {
  const { settings } = candidate
  const limitField = left.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens'
  const fields: Readonly<Record<string, unknown>> = {
    model: candidate.model,
    ...(api === 'completions'
      ? { prompt: messages.map(({ content }) => content).join('\n\n') }
      : { messages }),
    temperature: settings.temperature ?? 0,
    [limitField]: max ?? settings.maxTokens,
    seed: settings.seed,
    reasoning_effort: settings.reasoningEffort,
    ...extraFields(candidate),
  }
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== undefined && !left.has(name)),
  )
}
