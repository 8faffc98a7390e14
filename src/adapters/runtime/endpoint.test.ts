import { describe, expect, test } from 'vitest'
import {
  closeAll,
  json,
  type Reply,
  serve as serveAny,
} from '../../../test/fixtures/asked-server.ts'
import type { RuntimeItem, RuntimeSession } from '../../contract/runtime.ts'
import type { CandidateSpec } from '../../core/spec/spec.ts'
import type { Pace } from './endpoint/request.ts'
import { createEndpointRuntime } from './endpoint.ts'

/** The server, and the base URL of its OpenAI interface. */
async function serve(reply: Reply) {
  const { origin, asked } = await serveAny(reply)
  return { baseUrl: `${origin}/v1`, asked }
}

const says = (content: string, more: object = {}) => ({
  model: 'tiny',
  choices: [{ message: { content }, finish_reason: 'stop' }],
  ...more,
})
const echo: Reply = ({ body }, response) =>
  json(response, says(body.messages?.at(-1)?.content ?? ''))

/** Time stands still: waits are noted, not waited. */
function pace(): Pace & { waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    nowS: () => performance.now() / 1000,
    sleep: async (seconds) => void waits.push(seconds),
    random: () => 0.5,
  }
}

const spec = (parts: Partial<CandidateSpec>): CandidateSpec => ({
  id: 'api',
  base: 'api',
  runtime: 'openai',
  model: 'tiny-2025-01-01',
  ...parts,
  settings: { resolve: false, ...parts.settings },
})

function open(
  parts: Partial<CandidateSpec>,
  more: { env?: Record<string, string>; pace?: Pace; log?: (line: string) => void } = {},
): Promise<RuntimeSession> {
  const { env = {}, log = () => undefined } = more
  return createEndpointRuntime('openai', more.pace ?? pace()).open(spec(parts), {
    baseDir: '/',
    env,
    fetch,
    log,
  })
}

const item = (input: string): RuntimeItem => ({ id: input, input, row: { text: input } })

describe('an endpoint that fails', () => {
  test('nothing listening: ENDPOINT_DOWN at open, after retries that wait longer each time', async () => {
    const { baseUrl } = await serve(echo)
    closeAll()
    const clock = pace()
    await expect(open({ baseUrl }, { pace: clock })).rejects.toMatchObject({
      code: 'ENDPOINT_DOWN',
      message: expect.stringContaining('ECONNREFUSED'),
    })
    expect(clock.waits).toEqual([0.75, 1.5, 3])
  })

  test('too slow: tried twice, then the item fails and may be tried another day', async () => {
    const { baseUrl, asked } = await serve(() => undefined)
    const session = await open({ baseUrl, settings: { timeoutS: 0.05 } })
    expect(await session.answer([item('x')])).toMatchObject([
      { ok: false, code: 'ENDPOINT_TIMEOUT', retryable: true },
    ])
    expect(asked).toHaveLength(2)
  })

  test('429 with retry-after: waits as told, then answers', async () => {
    const { baseUrl } = await serve((asked, response, count) => {
      if (count < 3) json(response, { error: { message: 'slow' } }, 429, { 'retry-after': '7' })
      else echo(asked, response, count)
    })
    const clock = pace()
    const session = await open({ baseUrl }, { pace: clock })
    expect(await session.answer([item('x')])).toMatchObject([{ ok: true, output: { text: 'x' } }])
    expect(clock.waits).toEqual([7, 7])
  })

  test('429 for ever, or for longer than two minutes: the item fails', async () => {
    const { baseUrl, asked } = await serve((_, response) => json(response, {}, 429))
    const session = await open({ baseUrl })
    expect(await session.answer([item('x')])).toMatchObject([{ code: 'ENDPOINT_RATE_LIMITED' }])
    expect(asked).toHaveLength(8)
    const far = await serve((_, response) => json(response, {}, 429, { 'retry-after': '3600' }))
    const other = await open({ baseUrl: far.baseUrl })
    expect(await other.answer([item('x')])).toMatchObject([{ code: 'ENDPOINT_RATE_LIMITED' }])
    expect(far.asked).toHaveLength(1)
  })

  test.each([
    [
      '429 with insufficient_quota',
      429,
      { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } },
    ],
    ['402', 402, { error: { message: 'Insufficient credits' } }],
    [
      '400 that names the balance',
      400,
      { error: { message: 'Your credit balance is too low to access the API.' } },
    ],
    [
      '429 for the day',
      429,
      {
        error: {
          message: 'quota',
          details: [{ quotaId: 'GenerateRequestsPerDayPerProject' }],
          status: 'RESOURCE_EXHAUSTED',
        },
      },
    ],
  ])(
    '%s stops at once with the words of the server, and keeps what was paid',
    async (_, status, body) => {
      const { baseUrl, asked } = await serve((question, response, count) => {
        if (count > 5) json(response, body, status)
        else echo(question, response, count)
      })
      const clock = pace()
      const session = await open({ baseUrl, settings: { concurrency: 2 } }, { pace: clock })
      const answers = await session.answer(Array.from({ length: 12 }, (__, i) => item(`${i}`)))
      expect(answers.filter(({ ok }) => ok)).toHaveLength(5)
      expect(answers.at(-1)).toMatchObject({
        code: 'ENDPOINT_QUOTA',
        permanent: true,
        message: expect.stringContaining(body.error.message),
      })
      expect(asked.length).toBeLessThanOrEqual(7)
      expect(clock.waits).toEqual([])
      await expect(session.answer([item('again')])).rejects.toMatchObject({
        code: 'ENDPOINT_QUOTA',
      })
    },
  )

  test('a 403 of a moderation is about one text: the others are asked', async () => {
    const message = 'tiny requires moderation. Your input was flagged for "violence"'
    const { baseUrl } = await serve((question, response, count) => {
      if (count === 2) json(response, { error: { code: 403, message } }, 403)
      else echo(question, response, count)
    })
    const session = await open({ baseUrl, settings: { concurrency: 1 } })
    const answers = await session.answer(['a', 'b', 'c', 'd'].map((id) => item(id)))
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true, true])
    expect(answers[1]).not.toHaveProperty('permanent')
  })

  test.each([
    ['length', 'length'],
    ['content_filter', 'refused'],
  ])(
    'no word before the end (%s) is an answer that was paid for: %s',
    async (finish_reason, finish) => {
      const usage = { prompt_tokens: 20, completion_tokens: 16 }
      const choices = [{ message: { content: null }, finish_reason }]
      const { baseUrl } = await serve((_, response) => json(response, { choices, usage }))
      const [answer] = await (await open({ baseUrl })).answer([item('x')])
      const output = { kind: 'text', text: '' }
      expect(answer).toMatchObject({ ok: true, finish, output, tokens: { input: 20, output: 16 } })
    },
  )

  test.each([
    [{ prompt_tokens: 0, completion_tokens: 0 }],
    [{ prompt_tokens: 20 }],
    [{ prompt_tokens: 20, completion_tokens: null }],
  ])('tokens that were not counted are unknown, not 0: %j', async (usage) => {
    const { baseUrl } = await serve((_, response) => json(response, says('x', { usage })))
    const price = { inputPerMTokens: 1, outputPerMTokens: 1 }
    const [answer] = await (await open({ baseUrl, price })).answer([item('x')])
    expect(answer).toMatchObject({ ok: true, unread: ['tokens'] })
    expect(answer).not.toHaveProperty('tokens')
    expect(answer).not.toHaveProperty('price')
  })

  test('a limit a minute that is worded like an empty account is waited for', async () => {
    const message = 'You exceeded your current quota, please check your plan. Please retry in 2.5s.'
    const { baseUrl } = await serve((question, response, count) => {
      if (count < 2) json(response, { error: { message, status: 'RESOURCE_EXHAUSTED' } }, 429)
      else echo(question, response, count)
    })
    const session = await open({ baseUrl })
    expect(await session.answer([item('x')])).toMatchObject([{ ok: true }])
  })

  test('500 is tried again and then told', async () => {
    const { baseUrl, asked } = await serve((_, response) => json(response, { error: 'boom' }, 500))
    const session = await open({ baseUrl })
    expect(await session.answer([item('x')])).toMatchObject([
      { code: 'ENDPOINT_SERVER_ERROR', message: '500: boom', retryable: true },
    ])
    expect(asked).toHaveLength(5)
  })

  test('a web page: thrown, with its title, because every item would get it', async () => {
    const page = '<!doctype html><title>Sign in</title>'
    const { baseUrl } = await serve((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(page)
    })
    const session = await open({ baseUrl })
    await expect(session.answer([item('x')])).rejects.toMatchObject({
      code: 'ENDPOINT_HTML',
      message: expect.stringContaining('Sign in'),
    })
    const alias = await open({ baseUrl, model: 'alias', settings: { resolve: true } })
    await expect(alias.probe?.(item('x'))).rejects.toMatchObject({ code: 'ENDPOINT_HTML' })
  })

  test.each([
    ['no JSON', 'I am fine, thanks', 'ENDPOINT_INVALID'],
    ['JSON of another kind', '{"answer":"x"}', 'ENDPOINT_INVALID'],
    ['half a JSON', '{"choices":[{"message":{"con', 'ENDPOINT_CUT'],
    ['nothing', '', 'ENDPOINT_EMPTY'],
    ['an answer without content', JSON.stringify(says('')), 'ENDPOINT_EMPTY'],
    [
      'a stream without its end',
      'data: {"choices":[{"delta":{"content":"ha"}}]}\n\n',
      'ENDPOINT_CUT',
    ],
    ['a stream that breaks inside an event', 'data: {"choices":[{"de', 'ENDPOINT_CUT'],
  ])('%s: the item fails as %s', async (_, body, code) => {
    const { baseUrl } = await serve((__, response) => response.end(body))
    const session = await open({ baseUrl })
    expect(await session.answer([item('x')])).toMatchObject([{ ok: false, code, retryable: true }])
  })

  test('a connection that ends in the middle of the body is a cut reply', async () => {
    const { baseUrl, asked } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"choices":')
      setTimeout(() => response.destroy(), 20)
    })
    const session = await open({ baseUrl })
    expect(await session.answer([item('x')])).toMatchObject([{ ok: false, code: 'ENDPOINT_CUT' }])
    expect(asked).toHaveLength(3)
  })

  test('an empty answer names the finish reason', async () => {
    const reply = { choices: [{ message: { content: null }, finish_reason: 'eos' }] }
    const { baseUrl } = await serve((_, response) => json(response, reply))
    const session = await open({ baseUrl })
    const [answer] = await session.answer([item('x')])
    expect(answer).toMatchObject({ message: expect.stringContaining('eos') })
  })

  test('a context that is too long fails its own item; a wrong model stops the candidate', async () => {
    const { baseUrl } = await serve((asked, response, count) => {
      if (asked.body.messages?.[0]?.content === 'long')
        json(response, { error: { message: 'too long' } }, 400)
      else echo(asked, response, count)
    })
    const session = await open({ baseUrl })
    const answers = await session.answer([item('a'), item('long'), item('b')])
    expect(answers.map((answer) => answer.ok)).toEqual([true, false, true])
    const gone = await serve((_, response) =>
      json(response, { error: { message: 'no such model' } }, 404),
    )
    const other = await open({ baseUrl: gone.baseUrl })
    await expect(other.answer([item('x')])).rejects.toMatchObject({ code: 'ENDPOINT_REFUSED' })
  })
})

describe('keys', () => {
  const key = 'my-private-key-0123456789'

  test('a missing key is named with the command that sets it, before anything is sent', async () => {
    await expect(open({ apiKeyEnv: 'MY_KEY' })).rejects.toMatchObject({
      code: 'ENDPOINT_KEY_MISSING',
      next: 'export MY_KEY=...',
    })
    await expect(open({})).rejects.toMatchObject({ message: 'OPENAI_API_KEY is not set' })
  })

  test('OPENAI_API_KEY is not sent to any other address', async () => {
    const { baseUrl, asked } = await serve(echo)
    const session = await open({ baseUrl }, { env: { OPENAI_API_KEY: key } })
    await session.answer([item('x')])
    expect(asked[0]?.headers.authorization).toBeUndefined()
  })

  test('a server that quotes the key back does not get it into the error', async () => {
    const { baseUrl, asked } = await serve(({ headers }, response) =>
      json(response, { error: { message: `bad: ${headers.authorization}` } }, 401),
    )
    const session = await open({ baseUrl, apiKeyEnv: 'MY_KEY' }, { env: { MY_KEY: key } })
    const failure = await session.answer([item('x')]).catch((cause: unknown) => cause)
    expect(asked[0]?.headers.authorization).toBe(`Bearer ${key}`)
    expect(failure).toMatchObject({ code: 'ENDPOINT_REFUSED' })
    expect(`${(failure as Error).stack}`).not.toContain(key)
  })

  test('credentials in baseUrl are refused without being repeated', async () => {
    const failure = await open({ baseUrl: 'https://me:hunter22@host/v1' }).catch((cause) => cause)
    expect(failure).toMatchObject({ code: 'ENDPOINT_BASE_URL' })
    expect(failure.message).not.toContain('hunter22')
    await expect(open({ baseUrl: 'not an address' })).rejects.toMatchObject({
      code: 'ENDPOINT_BASE_URL',
    })
  })
})

describe('what is asked', () => {
  test('prompt, system and settings go out; tokens, price and text come back', async () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 5 },
    }
    const { baseUrl, asked } = await serve((_, response) => json(response, says('yes', { usage })))
    const session = await open({
      baseUrl,
      prompt: 'Is this {{ text }} spam?\n',
      system: 'Answer yes or no.',
      settings: { maxTokens: 3, seed: 7, top_p: 0.5, threads: 2 },
      price: { inputPerMTokens: 1, cachedInputPerMTokens: 0.5, outputPerMTokens: 10 },
    })
    const [answer] = await session.answer([item('offer {{text}}')])
    expect(asked[0]?.body).toEqual({
      model: 'tiny-2025-01-01',
      messages: [
        { role: 'system', content: 'Answer yes or no.' },
        { role: 'user', content: 'Is this offer {{text}} spam?\n' },
      ],
      temperature: 0,
      max_tokens: 3,
      seed: 7,
      top_p: 0.5,
    })
    expect(answer).toMatchObject({
      ok: true,
      output: { kind: 'text', text: 'yes' },
      tokens: { input: 100, output: 20, cachedInput: 40, reasoning: 5 },
    })
    expect((answer as { price: number }).price).toBeCloseTo((60 + 20 + 200) / 1e6, 12)
  })

  test('a template that names an unknown column is an error that lists the columns', async () => {
    const { baseUrl } = await serve(echo)
    const session = await open({ baseUrl, prompt: '{{ txet }}' })
    await expect(session.answer([item('x')])).rejects.toMatchObject({
      code: 'PROMPT_BROKEN',
      next: 'Columns there: text, input.',
    })
    await expect(open({ baseUrl, prompt: '{% if %}' })).rejects.toMatchObject({
      code: 'PROMPT_BROKEN',
    })
  })

  test('loops and conditions of the template see the row; a JSON prompt is a list of messages', async () => {
    const { baseUrl, asked } = await serve(echo)
    const prompt = JSON.stringify([
      { role: 'system', content: 'S' },
      {
        role: 'user',
        content: '{% for w in words %}{{ w }};{% endfor %}{% if text %}{{ input }}{% endif %}',
      },
    ])
    const session = await open({ baseUrl, prompt })
    await session.answer([{ id: 'a', input: 'in', row: { text: 't', words: ['p', 'q'] } }])
    expect(asked[0]?.body.messages).toEqual([
      { role: 'system', content: 'S' },
      { role: 'user', content: 'p;q;in' },
    ])
  })

  test('fields that a model refuses are left out from then on, and it is said once', async () => {
    const { baseUrl, asked } = await serve((one, response, count) => {
      const refused = ['max_tokens', 'temperature'].find((field) => field in one.body)
      if (refused)
        json(response, { error: { message: `Unsupported parameter: '${refused}'` } }, 400)
      else echo(one, response, count)
    })
    const lines: string[] = []
    const log = (line: string): void => void lines.push(line)
    const session = await open({ baseUrl, settings: { maxTokens: 9, concurrency: 1 } }, { log })
    expect(await session.answer([item('a'), item('b')])).toMatchObject([{ ok: true }, { ok: true }])
    expect(asked.at(-1)?.body).toMatchObject({ max_completion_tokens: 9 })
    expect(lines).toHaveLength(2)
    expect(asked).toHaveLength(4)
    // The limit was sent under its other name.
    expect(session.refusedSettings?.()).toEqual(['temperature'])
  })

  test('never more requests in flight than concurrency', async () => {
    let open_ = 0
    let most = 0
    const { baseUrl } = await serve((asked, response, count) => {
      most = Math.max(most, ++open_)
      setTimeout(() => {
        open_--
        echo(asked, response, count)
      }, 10)
    })
    const session = await open({ baseUrl, settings: { concurrency: 3 } })
    const items = Array.from({ length: 12 }, (_, i) => item(`${i}`))
    const answers = await session.answer(items)
    expect(answers.map((answer) => answer.ok && answer.output)).toEqual(
      items.map(({ id }) => ({ kind: 'text', text: id })),
    )
    expect(most).toBe(3)
  })

  test('embeddings come back in the order of the items whatever order they are sent in', async () => {
    const { baseUrl, asked } = await serve((_, response) =>
      json(response, {
        data: [
          { index: 1, embedding: [0, 1] },
          { index: 0, embedding: [1, 0] },
        ],
        usage: { prompt_tokens: 7, total_tokens: 7 },
      }),
    )
    const session = await open({ baseUrl, settings: { api: 'embeddings' } })
    expect(await session.answer([item('a'), item('b')])).toMatchObject([
      { output: { kind: 'vector', vector: [1, 0] }, tokens: { input: 3, output: 0 } },
      { output: { kind: 'vector', vector: [0, 1] }, tokens: { input: 4, output: 0 } },
    ])
    expect(asked[0]?.url).toBe('/v1/embeddings')
  })

  test('a stream that is whole is put together', async () => {
    const event = (content: string, finish: string | null = null) =>
      `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`
    const { baseUrl } = await serve((_, response) => {
      response.setHeader('content-type', 'text/event-stream')
      response.end(`${event('Hel')}${event('lo', 'stop')}data: [DONE]\n\n`)
    })
    const session = await open({ baseUrl, settings: { stream: true } })
    expect(await session.answer([item('x')])).toMatchObject([{ output: { text: 'Hello' } }])
  })

  test('an abort ends the wait', async () => {
    const { baseUrl } = await serve(() => undefined)
    const session = await open({ baseUrl })
    const abort = new AbortController()
    const answering = session.answer([item('x')], abort.signal)
    setTimeout(() => abort.abort(), 20)
    await expect(answering).rejects.toThrow(/abort/i)
  })
})

describe('limits of an account', () => {
  /** A clock that only waiting moves. */
  function waited() {
    const clock = { waits: [] as number[], now: 0 }
    const moving: Pace = {
      nowS: () => clock.now,
      sleep: async (seconds) => {
        clock.waits.push(seconds)
        clock.now += seconds
      },
      random: () => 0,
    }
    return { clock, moving }
  }

  test('requests a minute: the fourth waits for the first to be a minute old', async () => {
    const { baseUrl } = await serve(echo)
    const { clock, moving } = waited()
    const settings = { concurrency: 1, limits: { requestsPerMinute: 3 } }
    const session = await open({ baseUrl, settings }, { pace: moving })
    const answers = await session.answer(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(item))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(clock.waits).toEqual([60, 60])
  })

  test('candidates that ask the same model of one account share its limits; other accounts and models have their own', async () => {
    const { baseUrl } = await serve(echo)
    const { clock, moving } = waited()
    const settings = { concurrency: 1, limits: { requestsPerMinute: 3 } }
    const ask = async (parts: Partial<CandidateSpec>, env = {}) => {
      const session = await open({ baseUrl, settings, ...parts }, { pace: moving, env })
      await session.answer(['a', 'b'].map(item))
      return clock.waits.length
    }
    expect(await ask({ id: 'short' })).toBe(0)
    expect(await ask({ model: 'other-2025-01-01' })).toBe(0)
    expect(await ask({ apiKeyEnv: 'KEY' }, { KEY: 'k' })).toBe(0)
    expect(await ask({ id: 'long' })).toBe(1)
  })

  test('tokens a minute: counted by the replies, and a large request goes alone', async () => {
    const usage = { prompt_tokens: 900, completion_tokens: 100 }
    const { baseUrl, asked } = await serve((_, response) => json(response, says('x', { usage })))
    const { clock, moving } = waited()
    const settings = { concurrency: 1, limits: { tokensPerMinute: 1500 } }
    const session = await open({ baseUrl, settings }, { pace: moving })
    await session.answer([item('a'), item('b'), item('c'.repeat(8000))])
    expect(asked).toHaveLength(3)
    expect(clock.waits.reduce((sum, one) => sum + one, 0)).toBe(60)
  })
})

describe('an address', () => {
  test.each([
    ['/chat/completions', '/v1/chat/completions'],
    ['/chat/completions/', '/v1/chat/completions'],
    ['/completions', '/v1/completions'],
    ['/', '/v1/chat/completions'],
  ])('that ends in %s is asked at %s', async (ending, url) => {
    const { baseUrl, asked } = await serve((_, response) =>
      json(response, { ...says('hi'), choices: [{ text: 'hi', message: { content: 'hi' } }] }),
    )
    const session = await open({ baseUrl: `${baseUrl}${ending}` })
    expect(await session.answer([item('x')])).toMatchObject([{ ok: true }])
    expect(asked.map((one) => one.url)).toEqual([url])
  })
})

describe('why a model stopped', () => {
  const called = { function: { name: 'route', arguments: '{"to":"billing"}' } }
  test.each([
    ['stop', { content: 'a' }, 'stop', 'a'],
    ['length', { content: 'a' }, 'length', 'a'],
    ['content_filter', { content: 'a' }, 'refused', 'a'],
    ['stop', { content: null, refusal: 'No.' }, 'refused', 'No.'],
    [
      'tool_calls',
      { content: null, tool_calls: [called] },
      'tool',
      '{"name":"route","arguments":{"to":"billing"}}',
    ],
    ['eos', { content: 'a' }, 'other', 'a'],
  ])('%s with %j is %s', async (reason, message, finish, text) => {
    const { baseUrl } = await serve((_, response) =>
      json(response, { choices: [{ message, finish_reason: reason }] }),
    )
    const session = await open({ baseUrl })
    expect(await session.answer([item('x')])).toMatchObject([{ finish, output: { text } }])
  })
})

describe('who answers', () => {
  test('an alias is resolved by one short question; the snapshot is what counts', async () => {
    const { baseUrl, asked } = await serve((_, response) =>
      json(response, { ...says('hi'), model: 'tiny-2024-07-18' }),
    )
    const session = await open({ baseUrl, model: 'tiny', settings: { resolve: true } })
    expect(asked).toHaveLength(0)
    const identity = await session.probe?.(item('x'))
    expect(identity).toMatchObject({ model: 'tiny', floating: false })
    expect(identity?.revision).toMatch(/^tiny-2024-07-18 prompt:/)
    expect(asked).toHaveLength(1)
    expect(asked[0]?.body).toMatchObject({ max_tokens: 16 })
  })

  test('an alias that stays one is floating; a dated name is not', async () => {
    const { baseUrl } = await serve(echo)
    const alias = await open({ baseUrl, model: 'tiny', settings: { resolve: true } })
    expect(await alias.probe?.(item('x'))).toMatchObject({ floating: true })
    const dated = await open({ baseUrl, model: 'gpt-4o-2024-08-06', settings: { resolve: true } })
    expect(await dated.probe?.(item('x'))).toMatchObject({ floating: false })
  })

  test.each([
    ['./prompt.txt', 'prompt: file://./prompt.txt'],
    ['Is it a refund?', '{{input}}'],
  ])('a prompt that no row fills is refused before anything is asked: %s', async (prompt, next) => {
    const { baseUrl, asked } = await serve(echo)
    await expect(open({ baseUrl, prompt })).rejects.toMatchObject({
      code: 'PROMPT_BROKEN',
      next: expect.stringContaining(next),
    })
    await open({ baseUrl, prompt: 'A refund?', system: '{{input}}' })
    expect(asked).toEqual([])
  })

  test('a prompt that names a column which is not there is refused before anything is asked', async () => {
    const { baseUrl, asked } = await serve(echo)
    const session = await open({ baseUrl, prompt: '{{txet}}', settings: { resolve: true } })
    await expect(session.probe?.(item('x'))).rejects.toMatchObject({ code: 'PROMPT_BROKEN' })
    expect(asked).toEqual([])
  })

  test('another prompt is another revision', async () => {
    const { baseUrl } = await serve(echo)
    const [a, b] = [
      await open({ baseUrl, prompt: 'A {{input}}' }),
      await open({ baseUrl, prompt: 'B {{input}}' }),
    ]
    expect(a.identity.revision).not.toBe(b.identity.revision)
  })

  test('a fingerprint that changes in mid-run is said', async () => {
    const { baseUrl } = await serve((_, response, count) =>
      json(response, says('x', { system_fingerprint: count < 3 ? 'fp_a' : 'fp_b' })),
    )
    const lines: string[] = []
    const log = (line: string): void => void lines.push(line)
    const session = await open({ baseUrl, settings: { concurrency: 1 } }, { log })
    await session.answer([item('a'), item('b'), item('c')])
    expect(lines).toEqual([expect.stringContaining('changed to fp_b')])
  })
})
