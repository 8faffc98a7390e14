import { describe, expect, test } from 'vitest'
import { type Asked, json, serve as serveAny } from '../../../test/fixtures/asked-server.ts'
import type { RuntimeItem } from '../../contract/runtime.ts'
import type { RuntimeKind } from '../../core/part/runtimes.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import { createEndpointRuntime } from './endpoint.ts'

type Reply = (asked: Asked) => readonly [status: number, body: unknown]

const serve = (reply: Reply) =>
  serveAny((asked, response) => {
    const [status, body] = reply(asked)
    json(response, body, status)
  })

const item = (input: string): RuntimeItem => ({ id: input, input, row: { text: input } })
const pace = {
  nowS: () => performance.now() / 1000,
  sleep: async () => undefined,
  random: () => 0,
}

function open(
  runtime: RuntimeKind,
  parts: Partial<CandidateSpec>,
  env: Record<string, string> = { VENDOR_KEY: 'sk-vendor' },
  log: (line: string) => void = () => undefined,
) {
  const { settings = {}, ...rest } = parts
  const candidate: CandidateSpec = {
    ...{ id: 'api', base: 'api', runtime, model: 'm-1', system: 'Be brief.' },
    ...(env['VENDOR_KEY'] === undefined ? {} : { apiKeyEnv: 'VENDOR_KEY' }),
    ...rest,
    settings,
  }
  return createEndpointRuntime(runtime, pace).open(candidate, { baseDir: '/', env, fetch, log })
}

interface Form {
  readonly runtime: RuntimeKind
  readonly settings?: CandidateSpec['settings']
  /** Below the origin. */
  readonly base: string
  readonly path: string
  readonly header: readonly [string, string]
  readonly text: (text: string) => unknown
  /** A reply that ended for this reason, with a text. */
  readonly ended: Readonly<Record<'length' | 'refused', unknown>>
  readonly tool: unknown
  /** What of a request shows the limit, the format, the effort. */
  readonly asks: (body: Record<string, never>) => readonly unknown[]
}

const openaiChoice = (message: object, finish_reason = 'stop') => ({
  model: 'm-1-2026-01-01',
  choices: [{ index: 0, message, finish_reason }],
  usage: {
    prompt_tokens: 12,
    completion_tokens: 5,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 3 },
  },
})
const openaiForm = {
  header: ['authorization', 'Bearer sk-vendor'],
  text: (content) => openaiChoice({ role: 'assistant', content }),
  ended: {
    length: openaiChoice({ content: 'cut' }, 'length'),
    refused: openaiChoice({ content: 'no' }, 'content_filter'),
  },
  tool: openaiChoice(
    { content: null, tool_calls: [{ function: { name: 'route', arguments: '{"to":"a"}' } }] },
    'tool_calls',
  ),
  asks: (body) => [
    body['max_tokens'],
    body['response_format'] !== undefined,
    body['reasoning_effort'],
  ],
} as const satisfies Partial<Form>

const responsesReply = (output: readonly object[], more: object = {}) => ({
  ...{ id: 'resp_1', created_at: 1, model: 'm-1-2026-01-01', status: 'completed', output },
  usage: {
    ...{ input_tokens: 12, input_tokens_details: { cached_tokens: 4 } },
    ...{ output_tokens: 5, output_tokens_details: { reasoning_tokens: 3 }, total_tokens: 17 },
  },
  ...more,
})
const responsesText = (text: string) => ({
  ...{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed' },
  content: [{ type: 'output_text', text, annotations: [] }],
})

const anthropicReply = (content: readonly object[], stop_reason = 'end_turn') => ({
  ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'm-1-20260101' },
  ...{ content, stop_reason, stop_sequence: null },
  usage: { input_tokens: 8, cache_read_input_tokens: 4, output_tokens: 5 },
})
const geminiReply = (parts: readonly object[], finishReason = 'STOP') => ({
  candidates: [{ content: { role: 'model', parts }, finishReason, index: 0 }],
  usageMetadata: {
    ...{ promptTokenCount: 12, cachedContentTokenCount: 4 },
    ...{ candidatesTokenCount: 2, thoughtsTokenCount: 3, totalTokenCount: 17 },
  },
  modelVersion: 'm-1-001',
})
const converseReply = (content: readonly object[], stopReason = 'end_turn') => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  usage: { inputTokens: 8, outputTokens: 5, totalTokens: 17, cacheReadInputTokens: 4 },
  metrics: { latencyMs: 5 },
})

const forms: Readonly<Record<string, Form>> = {
  'OpenAI chat': { ...openaiForm, runtime: 'openai', base: '/v1', path: '/v1/chat/completions' },
  OpenRouter: { ...openaiForm, runtime: 'openrouter', base: '/v1', path: '/v1/chat/completions' },
  Mistral: { ...openaiForm, runtime: 'mistral', base: '/v1', path: '/v1/chat/completions' },
  vLLM: { ...openaiForm, runtime: 'vllm', base: '/v1', path: '/v1/chat/completions' },
  'Azure, by deployment': {
    ...openaiForm,
    ...{ runtime: 'azure', base: '', header: ['api-key', 'sk-vendor'] },
    path: '/openai/deployments/m-1/chat/completions?api-version=2024-10-21',
  },
  'Azure, by full address': {
    ...openaiForm,
    ...{ runtime: 'azure', header: ['api-key', 'sk-vendor'] },
    base: '/openai/deployments/mine/chat/completions?api-version=2025-01-01-preview',
    path: '/openai/deployments/mine/chat/completions?api-version=2025-01-01-preview',
  },
  Ollama: {
    ...{
      runtime: 'ollama',
      base: '',
      path: '/api/chat',
      header: ['authorization', 'Bearer sk-vendor'],
    },
    text: (content) => ({
      ...{ model: 'm-1', message: { role: 'assistant', content }, done: true, done_reason: 'stop' },
      ...{ prompt_eval_count: 12, eval_count: 5 },
    }),
    ended: {
      length: { message: { content: 'cut' }, done_reason: 'length' },
      refused: { message: { content: 'no' }, done_reason: 'content_filter' },
    },
    tool: {
      message: {
        content: '',
        tool_calls: [{ function: { name: 'route', arguments: { to: 'a' } } }],
      },
      done_reason: 'tool_calls',
    },
    asks: ({ options, format, think }) => [options['num_predict'], format !== undefined, think],
  },
  'OpenAI Responses': {
    ...{ runtime: 'openai', settings: { api: 'responses' }, base: '/v1', path: '/v1/responses' },
    header: ['authorization', 'Bearer sk-vendor'],
    text: (text) => responsesReply([responsesText(text)]),
    ended: {
      length: responsesReply([responsesText('cut')], {
        ...{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      }),
      refused: responsesReply([responsesText('no')], {
        ...{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      }),
    },
    tool: responsesReply([
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'c_1',
        name: 'route',
        arguments: '{"to":"a"}',
        status: 'completed',
      },
    ]),
    asks: ({ max_output_tokens, text, reasoning }) => [
      max_output_tokens,
      text !== undefined,
      (reasoning as { effort?: string } | undefined)?.effort,
    ],
  },
  Anthropic: {
    ...{ runtime: 'anthropic', base: '', path: '/v1/messages', header: ['x-api-key', 'sk-vendor'] },
    text: (text) => anthropicReply([{ type: 'text', text }]),
    ended: {
      length: anthropicReply([{ type: 'text', text: 'cut' }], 'max_tokens'),
      refused: anthropicReply([{ type: 'text', text: 'no' }], 'refusal'),
    },
    tool: anthropicReply(
      [{ type: 'tool_use', id: 't1', name: 'route', input: { to: 'a' } }],
      'tool_use',
    ),
    asks: ({ max_tokens, output_config, output_format, tools }) => [
      max_tokens,
      [output_format, output_config, tools].some((one) => JSON.stringify(one)?.includes('schema')),
      (output_config as { effort?: string } | undefined)?.effort,
    ],
  },
  Gemini: {
    ...{ runtime: 'gemini', base: '', path: '/v1beta/models/m-1:generateContent' },
    header: ['x-goog-api-key', 'sk-vendor'],
    text: (text) => geminiReply([{ text }]),
    ended: {
      length: geminiReply([{ text: 'cut' }], 'MAX_TOKENS'),
      refused: geminiReply([{ text: 'no' }], 'SAFETY'),
    },
    tool: geminiReply([{ functionCall: { name: 'route', args: { to: 'a' } } }]),
    asks: ({ generationConfig }) => [
      generationConfig['maxOutputTokens'],
      generationConfig['responseMimeType'] === 'application/json',
      (generationConfig['thinkingConfig'] as { thinkingLevel?: string } | undefined)?.thinkingLevel,
    ],
  },
  Bedrock: {
    ...{ runtime: 'bedrock', base: '', path: '/model/m-1/converse' },
    header: ['authorization', 'Bearer sk-vendor'],
    text: (text) => converseReply([{ text }]),
    ended: {
      length: converseReply([{ text: 'cut' }], 'max_tokens'),
      refused: converseReply([{ text: 'no' }], 'guardrail_intervened'),
    },
    tool: converseReply(
      [{ toolUse: { toolUseId: 't1', name: 'route', input: { to: 'a' } } }],
      'tool_use',
    ),
    asks: ({ inferenceConfig, toolConfig, additionalModelRequestFields }) => [
      inferenceConfig['maxTokens'],
      toolConfig !== undefined,
      JSON.stringify(additionalModelRequestFields).includes('low') ? 'low' : undefined,
    ],
  },
}

const schema = {
  type: 'object',
  properties: { to: { type: 'string' } },
  additionalProperties: false,
}
const tools = [{ type: 'function', function: { name: 'route', parameters: schema } }]

describe.each(Object.entries(forms))('%s', (name, form) => {
  const settings = form.settings ?? {}
  const at = (origin: string, more: CandidateSpec['settings'] = {}) =>
    open(form.runtime, { baseUrl: `${origin}${form.base}`, settings: { ...settings, ...more } })

  test('asks where and as the vendor says, and reads text, tokens and finish', async () => {
    const { origin, asked } = await serve(() => [200, form.text('billing')])
    const session = await at(origin)
    const [answer] = await session.answer([item('where is it?')])
    expect(answer).toMatchObject({
      ...{ ok: true, output: { kind: 'text', text: 'billing' }, finish: 'stop' },
      tokens: { input: 12, output: 5, ...(name === 'Ollama' ? {} : { cachedInput: 4 }) },
    })
    expect(asked[0]?.url).toBe(form.path)
    expect(asked[0]?.headers[form.header[0]]).toBe(form.header[1])
    expect(JSON.stringify(asked[0]?.body)).toMatch(
      /Be brief\.[\s\S]*where is it\?|where is it\?[\s\S]*Be brief\./,
    )
  })

  test.each(['length', 'refused'] as const)(
    'a reply that ended by %s carries it',
    async (finish) => {
      const { origin } = await serve(() => [200, form.ended[finish]])
      expect(await (await at(origin)).answer([item('x')])).toMatchObject([{ ok: true, finish }])
    },
  )

  test('a tool that is called is the answer, as JSON', async () => {
    const { origin, asked } = await serve(() => [200, form.tool])
    const session = await at(origin, { tools, tool_choice: 'auto' })
    const [answer] = await session.answer([item('x')])
    expect(answer).toMatchObject({
      ...{ finish: 'tool', output: { text: '{"name":"route","arguments":{"to":"a"}}' } },
    })
    expect(JSON.stringify(asked[0]?.body)).toContain('route')
  })

  test('limit, format and effort reach the vendor in its own words', async () => {
    const { origin, asked } = await serve(() => [200, form.text('{"to":"a"}')])
    const response_format = { type: 'json_schema', json_schema: { name: 'r', schema } }
    const session = await at(origin, { maxTokens: 77, reasoningEffort: 'low', response_format })
    await session.answer([item('x')])
    const body = asked[0]?.body as Record<string, never>
    expect(form.asks(body)).toEqual([77, true, 'low'])
  })

  test('a refused temperature is left out, and said once', async () => {
    const { origin, asked } = await serve(({ body }) =>
      JSON.stringify(body).includes('"temperature"')
        ? [
            400,
            {
              error: { message: 'temperature is not supported with this model' },
              message: 'temperature is not supported',
            },
          ]
        : [200, form.text('ok')],
    )
    const lines: string[] = []
    const session = await open(
      form.runtime,
      { baseUrl: `${origin}${form.base}`, settings },
      { VENDOR_KEY: 'sk-vendor' },
      (line) => void lines.push(line),
    )
    expect(await session.answer([item('x')])).toMatchObject([{ ok: true }])
    expect(asked).toHaveLength(2)
    await session.answer([item('y')])
    expect(asked).toHaveLength(3)
    expect(lines.filter((line) => line.includes('temperature'))).toHaveLength(1)
  })

  test('a bad key stops at once, without the key in the message', async () => {
    const { origin, asked } = await serve(() => [
      ...([
        401,
        { error: { message: 'invalid key sk-vendor' }, message: 'invalid key sk-vendor' },
      ] as const),
    ])
    const session = await at(origin)
    const failed = session.answer([item('x'), item('y')])
    await expect(failed).rejects.toMatchObject({ code: 'ENDPOINT_REFUSED' })
    await expect(failed).rejects.not.toThrow('sk-vendor')
    expect(asked.length).toBeLessThanOrEqual(2)
  })

  test('an overloaded server is asked again', async () => {
    let calls = 0
    const { origin } = await serve(() =>
      ++calls < 3 ? [529, { error: { message: 'Overloaded' } }] : [200, form.text('ok')],
    )
    expect(await (await at(origin)).answer([item('x')])).toMatchObject([{ ok: true }])
    expect(calls).toBe(3)
  })

  test('a reply of another form is invalid, not an answer', async () => {
    const { origin } = await serve(() => [200, { hello: 'world' }])
    expect(await (await at(origin)).answer([item('x')])).toMatchObject([
      { ok: false, code: expect.stringMatching(/INVALID|EMPTY/) },
    ])
  })
})

test.each([
  ['/v1/messages', 'Anthropic'],
  ['/v1/responses', 'OpenAI Responses'],
  ['/api/chat', 'Ollama'],
  ['/v1beta/models/m-1:generateContent', 'Gemini'],
  ['/model/m-1/converse', 'Bedrock'],
])('the full address %s is asked in its own form, whatever the kind', async (path, name) => {
  const form = forms[name] as Form
  const { origin, asked } = await serve(() => [200, form.text('hi')])
  const session = await open('openai', { baseUrl: `${origin}${path}` })
  expect(await session.answer([item('x')])).toMatchObject([{ ok: true, output: { text: 'hi' } }])
  expect(asked[0]?.url).toBe(path)
})

test('Bedrock signs with the keys of the account where there is no token', async () => {
  const { origin, asked } = await serve(() => [200, converseReply([{ text: 'hi' }])])
  const env = {
    AWS_ACCESS_KEY_ID: 'AKIA1',
    AWS_SECRET_ACCESS_KEY: 'secret-1',
    AWS_REGION: 'eu-west-1',
  }
  const session = await open('bedrock', { baseUrl: origin }, env)
  await session.answer([item('x')])
  expect(asked[0]?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIA1\/\d+\/eu-west-1\/bedrock\//,
  )
  expect(JSON.stringify(asked)).not.toContain('secret-1')
})

test("a vendor's key does not go to another address", async () => {
  const { origin, asked } = await serve(() => [200, anthropicReply([{ type: 'text', text: 'hi' }])])
  const session = await open('anthropic', { baseUrl: origin }, { ANTHROPIC_API_KEY: 'sk-ant' })
  await session.answer([item('x')])
  expect(JSON.stringify(asked)).not.toContain('sk-ant')
})

test.each<[RuntimeKind, RegExp]>([
  ['openai', /OPENAI_API_KEY/],
  ['anthropic', /ANTHROPIC_API_KEY/],
  ['gemini', /GEMINI_API_KEY/],
  ['bedrock', /AWS_BEARER_TOKEN_BEDROCK or AWS_ACCESS_KEY_ID/],
  ['openrouter', /OPENROUTER_API_KEY/],
  ['mistral', /MISTRAL_API_KEY/],
  ['azure', /resource of Azure OpenAI/],
])('%s without a key names what is missing', async (runtime, message) => {
  await expect(open(runtime, {}, {})).rejects.toThrow(message)
})
