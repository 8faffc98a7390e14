import type { ServerResponse } from 'node:http'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { Endpoint, type Question } from './endpoint.ts'
import { Folder, intentOf, jsonl, ticketRows } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const secret = 'e2e-key-ABCDEF0123456789'
const closing: (() => void)[] = []
afterAll(() => {
  for (const close of closing) close()
})

const rows = ticketRows(40)
/** Waits between attempts are real here, so each way to fail is tried at the same time. */
const together = { concurrent: true }

function folder(baseUrl: string, settings = '{ timeoutS: 5 }'): Folder {
  const made = new Folder()
  closing.push(() => made.remove())
  made.write('items.jsonl', jsonl(rows))
  made.write('a.jsonl', jsonl(rows.map(({ id, label }) => ({ id, output: label }))))
  made.write(
    'rightsize.yaml',
    [
      'task: t',
      'dataset: { test: items.jsonl, input: text, expected: label, id: id }',
      'candidates:',
      '  - { id: stored, runtime: replay, model: a.jsonl }',
      `  - { id: api, runtime: openai, model: big, baseUrl: "${baseUrl}", apiKeyEnv: RS_KEY, settings: ${settings} }`,
      'incumbent: api',
      'bar: { margin: 0.05 }',
    ].join('\n'),
  )
  return made
}

async function endpoint(
  behaviour: (question: Question, response: ServerResponse) => string | null,
) {
  const made = await Endpoint.open(behaviour)
  closing.push(() => made.close())
  return made
}

/** An endpoint that works for the first questions and then goes wrong. */
const afterwards = (
  after: number,
  wrong: (response: ServerResponse, question: Question) => null,
): ((question: Question, response: ServerResponse) => string | null) => {
  let asked = 0
  return (question, response) =>
    ++asked > after ? wrong(response, question) : intentOf(question.text)
}

describe('an incumbent whose endpoint', () => {
  test.each<[string, string, (response: ServerResponse, question: Question) => null]>([
    [
      'answers with a web page',
      'ENDPOINT_HTML',
      (response) => {
        response.setHeader('content-type', 'text/html')
        response.end('<!doctype html><title>Sign in</title>')
        return null
      },
    ],
    [
      'answers with something else than JSON',
      'ENDPOINT_INVALID',
      (response) => {
        response.end('choices: none')
        return null
      },
    ],
    [
      'says nothing',
      'ENDPOINT_EMPTY',
      (response) => {
        response.end('{"choices":[{"message":{"content":""},"finish_reason":"stop"}]}')
        return null
      },
    ],
    [
      'refuses, and repeats the key that it was sent',
      'ENDPOINT_REFUSED',
      (response, question) => {
        response.statusCode = 401
        response.end(
          JSON.stringify({ error: { message: `bad key ${question.headers['authorization']}` } }),
        )
        return null
      },
    ],
  ])('%s stops the run with the reason', together, async (_what, code, wrong) => {
    const { baseUrl } = await endpoint((question, response) => wrong(response, question))
    const one = folder(baseUrl)
    const ran = await one.rightsize(['run'], { RS_KEY: secret })
    expect(ran).toMatchObject({ code: 3, out: '' })
    expect(ran.err).toMatch(new RegExp(`error RUN_INCUMBENT_BROKEN: api: ${code}`))
    expect(ran.err).toMatch(/^ {2}next: \S/m)
    expect(ran.err).not.toContain('evaluate stored')
    expect(one.allBytes() + ran.err).not.toContain(secret)
  })

  test('is not there, stops the run with its address', together, async () => {
    const gone = await Endpoint.open()
    gone.close()
    const ran = await folder(gone.baseUrl).rightsize(['run'], { RS_KEY: secret })
    expect(ran.err).toContain(`RUN_INCUMBENT_BROKEN: api: ENDPOINT_DOWN: ${gone.baseUrl}`)
    expect(ran.err).toContain('ECONNREFUSED')
    expect(ran.code).toBe(3)
  })

  test('needs a key that is not set, names the variable', together, async () => {
    const ran = await folder('http://127.0.0.1:9/v1').rightsize(['run'])
    expect(ran.err).toMatch(/RUN_INCUMBENT_BROKEN: api: ENDPOINT_KEY_MISSING: RS_KEY/)
    expect(ran.code).toBe(3)
  })

  test('limits the rate is waited for as it asks', together, async () => {
    let refused = 0
    const { baseUrl } = await endpoint(({ text }, response) => {
      if (refused++ % 4 !== 1) return intentOf(text)
      response.statusCode = 429
      response.setHeader('retry-after-ms', '20')
      response.end('{"error":{"message":"slow down"}}')
      return null
    })
    const one = folder(baseUrl)
    await one.rightsize(['run'], { RS_KEY: secret })
    expect(one.result().candidates.map(({ failed }) => failed)).toEqual([0, 0])
  })
})

test('an endpoint that goes down midway is not judged as a bad model, and the next run asks only the rest', async () => {
  let down = true
  let answered = 0
  const server = await endpoint(({ text }, response) => {
    if (!down || answered < 20) {
      answered++
      return intentOf(text)
    }
    response.setHeader('retry-after-ms', '1')
    response.statusCode = 503
    response.end('{"error":{"message":"overloaded"}}')
    return null
  })
  const one = folder(server.baseUrl, '{ concurrency: 4 }')
  const ran = await one.rightsize(['run'], { RS_KEY: secret })
  expect(ran).toMatchObject({ code: 3, out: '' })
  expect(ran.err).toMatch(
    /RUN_INCUMBENT_BROKEN: api: ENDPOINT_SERVER_ERROR.*19 of 40 answers are stored/,
  )
  down = false
  const before = server.questions.length
  await one.rightsize(['run'], { RS_KEY: secret })
  const asked = server.questions.slice(before).filter(({ number }) => number >= 0)
  expect(asked).toHaveLength(21)
  expect(one.result().candidates.map(({ failed }) => failed)).toEqual([0, 0])
})

test('a rival that is broken does not stop the others', async () => {
  const { baseUrl } = await endpoint(
    afterwards(0, (response) => {
      response.end('not json')
      return null
    }),
  )
  const one = folder(baseUrl)
  one.write(
    'rightsize.yaml',
    one.read('rightsize.yaml').replace('incumbent: api', 'incumbent: stored'),
  )
  const ran = await one.rightsize(['run'], { RS_KEY: secret })
  // It was not judged, so it is not shown that nothing cheaper is good enough.
  expect(ran.code).toBe(2)
  expect(ran.err).toContain('ENDPOINT_INVALID')
  expect(one.read('report.html')).toContain('ENDPOINT_INVALID')
})
