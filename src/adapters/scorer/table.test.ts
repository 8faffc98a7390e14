import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RuntimeSession } from '../../contract/runtime.ts'
import type { ScorerContext } from '../../contract/scorer.ts'
import type { Item } from '../../core/data/item.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { Score, Scorer } from '../../core/score/scorer.ts'
import { cosine } from './embedding-similarity.ts'
import { openScorer, scorerVersion } from './table.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rightsize-scorer-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const item = (expected: unknown, input = 'in'): Item => ({
  id: '1',
  input,
  expected,
  slices: {},
  cluster: null,
  row: { x: 'hi' },
  digest: '',
})
const context = (over: Partial<ScorerContext> = {}): ScorerContext => ({
  baseDir: folder,
  env: {},
  fetch: () => Promise.reject(new Error('no network here')),
  noExec: false,
  ...over,
})
const open = (
  name: string,
  options: Record<string, unknown> = {},
  over: Partial<ScorerContext> = {},
) => openScorer({ name, weight: 1, options }, context(over))
const score = async (scorer: Scorer, text: string, expected: unknown = 'x'): Promise<Score> =>
  scorer.score({ kind: 'text', text }, item(expected))
const failure = async (promise: Promise<unknown>): Promise<RightsizeError> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof RightsizeError) return error
  throw error ?? new Error('did not fail')
}

test('an unknown scorer is named with the nearest one', async () => {
  const error = await failure(open('exactt'))
  expect(error).toMatchObject({ code: 'SCORER_UNKNOWN' })
  expect(error.next).toContain('`exact`')
})

test('a function of the user scores, by path or by options, and its version is the digest of its file', async () => {
  writeFileSync(
    join(folder, 'good.mjs'),
    'export const score = (output, item) => ({ score: output.text === item.expected ? 1 : 0.25, reason: "so" })',
  )
  const scorer = await open('./good.mjs')
  expect(await score(scorer, 'x')).toEqual({ score: 1, reason: 'so' })
  expect(await score(scorer, 'y')).toEqual({ score: 0.25, reason: 'so' })
  expect(scorer.version).toMatch(/^[0-9a-f]{64}$/)
  writeFileSync(join(folder, 'bool.mjs'), 'export function mine() { return true }')
  expect(await score(await open('module', { path: 'bool.mjs', export: 'mine' }), 'y')).toEqual({
    score: 1,
  })
})

test('the version changes with any byte of the file and of what it imports, and with the export, and else not', async () => {
  const main = join(folder, 'main.mjs')
  const rule = join(folder, 'rule.mjs')
  const [text, other] = [
    "export { score, score as two } from './rule.mjs'\n",
    'export const score = () => 1\n',
  ]
  writeFileSync(main, text)
  writeFileSync(rule, other)
  const version = (name = 'score') =>
    scorerVersion(
      { name: 'module', weight: 1, options: { path: 'main.mjs', export: name } },
      context(),
    )
  const before = await version()
  expect((await open('./main.mjs')).version).toBe(before)
  expect(await version('two')).not.toBe(before)
  for (const [path, whole] of [
    [main, text],
    [rule, other],
  ] as const) {
    for (let at = 0; at < whole.length; at++) {
      writeFileSync(path, `${whole.slice(0, at)}#${whole.slice(at + 1)}`)
      expect(await version(), `${path}, byte ${at}`).not.toBe(before)
    }
    writeFileSync(path, whole)
  }
  writeFileSync(join(folder, 'README.md'), 'hello')
  expect(await version()).toBe(before)
})

test('code is refused under --no-exec', async () => {
  expect(await failure(open('./good.mjs', {}, { noExec: true }))).toMatchObject({
    code: 'SCORER_REFUSED',
  })
  expect(await failure(open('assertions', { trust: true }, { noExec: true }))).toMatchObject({
    code: 'SCORER_REFUSED',
  })
})

test.each([
  ['nan', 'export const score = () => Number.NaN', /returned/],
  ['seven', 'export const score = () => 7', /0 to 1/],
  ['nothing', 'export const score = () => undefined', /returned nothing/],
  ['thrower', 'export const score = () => { throw new Error("oh") }', /threw on item 1: oh/],
])('a function that gives %s is a failure of the tool', async (name, code, message) => {
  writeFileSync(join(folder, `${name}.mjs`), code)
  const error = await failure(score(await open(`./${name}.mjs`), 'x'))
  expect(error.code).toBe('SCORER_FAILED')
  expect(error.message).toMatch(message)
})

test('a module without the function, or that cannot be imported, says so', async () => {
  writeFileSync(join(folder, 'empty.mjs'), 'export const other = 1')
  expect((await failure(open('./empty.mjs'))).next).toContain('export function score')
  expect(await failure(open('./gone.mjs'))).toMatchObject({ code: 'SCORER_FAILED' })
})

interface Asked {
  readonly url: string
  readonly body: {
    readonly temperature: number
    readonly messages: readonly { readonly content: string }[]
  }
  readonly key: string | null
}

/** A judge that answers from a list and remembers what it was asked. */
function fakeJudge(replies: readonly (string | Response)[]) {
  const asked: Asked[] = []
  const fake = async (url: unknown, init?: RequestInit): Promise<Response> => {
    asked.push({
      url: String(url),
      body: JSON.parse(String(init?.body)),
      key: new Headers(init?.headers).get('authorization'),
    })
    const reply = replies[(asked.length - 1) % replies.length]
    if (reply instanceof Response) return reply.clone()
    return Response.json({
      choices: [{ message: { content: reply } }],
      usage: { prompt_tokens: 100, completion_tokens: 10 },
    })
  }
  return { asked, fetch: fake as typeof fetch }
}
const judgeOptions = { model: 'm', baseUrl: 'http://judge.test/v1' }

test('the judge is asked at temperature 0, and its levels become scores', async () => {
  const judge = fakeJudge(['{"reason":"fine","verdict":"yes"}', 'So: {"verdict": "Partly"}', 'no'])
  const scorer = await open(
    'judge',
    { ...judgeOptions, inputPerMTokens: 1, outputPerMTokens: 2 },
    { fetch: judge.fetch },
  )
  const first = await score(scorer, 'an answer', 'the reference')
  expect(first).toMatchObject({ score: 1, reason: 'judge: yes' })
  expect(first.price).toBeCloseTo(120e-6, 12)
  expect((await score(scorer, 'a')).score).toBe(0.5)
  expect((await score(scorer, 'a')).score).toBe(0)
  expect(judge.asked[0]?.url).toBe('http://judge.test/v1/chat/completions')
  expect(judge.asked[0]?.body.temperature).toBe(0)
  const prompt = judge.asked[0]?.body.messages[0]?.content ?? ''
  expect([prompt.includes('an answer'), prompt.includes('the reference')]).toEqual([true, true])
})

test('a judge without prices, or whose server counts no tokens, has no price', async () => {
  const { fetch } = fakeJudge(['yes'])
  const uncounted = async () => Response.json({ choices: [{ message: { content: 'yes' } }] })
  const prices = { inputPerMTokens: 1, outputPerMTokens: 2 }
  for (const [options, by] of [
    [judgeOptions, fetch],
    [{ ...judgeOptions, inputPerMTokens: 1 }, fetch],
    [{ ...judgeOptions, ...prices }, uncounted as typeof fetch],
  ] as const)
    expect(await score(await open('judge', options, { fetch: by }), 'a')).not.toHaveProperty(
      'price',
    )
  const free = await open('judge', { ...judgeOptions, ...prices }, { fetch })
  expect(free.version).toBe((await open('judge', judgeOptions, { fetch })).version)
})

test.each([
  [['first', 'second'], 1],
  [['second', 'first'], 0],
  [['first', 'first'], 0.5],
  [['tie', 'tie'], 0.5],
])('pairwise asks in both orders, and %j scores %d', async (verdicts, wanted) => {
  const judge = fakeJudge(verdicts.map((verdict) => `{"verdict":"${verdict}"}`))
  const scorer = await open('judge', { ...judgeOptions, pairwise: true }, { fetch: judge.fetch })
  expect((await score(scorer, 'mine', 'theirs')).score).toBe(wanted)
  const [one = '', two = ''] = judge.asked.map(({ body }) => body.messages[0]?.content ?? '')
  expect(one.indexOf('mine')).toBeLessThan(one.indexOf('theirs'))
  expect(two.indexOf('theirs')).toBeLessThan(two.indexOf('mine'))
})

test('a verdict that cannot be read is shown and scores nothing; too many stop the run', async () => {
  const judge = fakeJudge(['I think it is rather good'])
  const scorer = await open('judge', judgeOptions, { fetch: judge.fetch })
  expect(await score(scorer, 'a')).toMatchObject({ score: null, counts: { unreadable: 1 } })
  for (let i = 0; i < 18; i++) await score(scorer, 'a')
  const error = await failure(score(scorer, 'a'))
  expect(error).toMatchObject({ code: 'SCORER_FAILED' })
  expect(error.message).toContain('20 of 20 verdicts')
})

test('the judge waits when it is told to, and gives up with a message that holds no key', async () => {
  const busy = new Response('', { status: 429, headers: { 'retry-after': '0.01' } })
  const patient = fakeJudge([busy, '{"verdict":"yes"}'])
  const env = { JUDGE_KEY: 'sk-very-secret' }
  const options = { ...judgeOptions, apiKeyEnv: 'JUDGE_KEY' }
  expect(
    (await score(await open('judge', options, { fetch: patient.fetch, env }), 'a')).score,
  ).toBe(1)
  expect(patient.asked[0]?.key).toBe('Bearer sk-very-secret')
  const closed = fakeJudge([
    new Response('<html>key sk-very-secret is bad</html>', { status: 401 }),
  ])
  const error = await failure(
    score(await open('judge', options, { fetch: closed.fetch, env }), 'a'),
  )
  expect(error.message).toContain('HTTP 401')
  expect(JSON.stringify([error.message, error.next, String(error.cause)])).not.toContain('secret')
  expect(closed.asked).toHaveLength(1)
})

test('the judge needs a model and two levels', async () => {
  expect(await failure(open('judge'))).toMatchObject({ code: 'SCORER_OPTION' })
  expect(await failure(open('judge', { ...judgeOptions, levels: ['yes'] }))).toMatchObject({
    code: 'SCORER_OPTION',
  })
})

/** Embeds a text as counts of a, b and c. */
const embedder = (): RuntimeSession => ({
  identity: { model: 'abc', revision: 'r', precision: 'fp32', engine: 'fake', floating: false },
  batchSize: 1,
  answer: async (batch) =>
    batch.map(({ input }) => ({
      ok: true,
      output: {
        kind: 'vector',
        vector: [...'abc'].map((letter) => String(input).split(letter).length - 1),
      },
    })),
  usage: async () => ({ pids: [], threads: 1, loadS: null, loadCpuS: null, peakRssBytes: null }),
  close: async () => undefined,
})

test('embedding similarity is the best cosine over the references, or whether it reaches the threshold', async () => {
  const openRuntime = async () => embedder()
  const graded = await open('embedding-similarity', { model: 'abc' }, { openRuntime })
  expect((await score(graded, 'aab', ['c', 'ab'])).score).toBeCloseTo(3 / Math.sqrt(10), 12)
  const strict = await open(
    'embedding-similarity',
    { model: 'abc', threshold: 0.95 },
    { openRuntime },
  )
  expect((await score(strict, 'aab', 'ab')).score).toBe(0)
  expect((await score(strict, 'aab', 'aaaabb')).score).toBe(1)
  expect((await score(strict, ' ', 'ab')).score).toBe(0)
  await graded.close?.()
})

// numpy: np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)) for [1,2,3], [4,-5,6].
test('the cosine is that of numpy', () => {
  expect(cosine([1, 2, 3], [4, -5, 6])).toBeCloseTo(0.3654869423239036, 12)
  expect(cosine([0, 0], [1, 1])).toBe(0)
})

test('trusted assertions run the JavaScript of a promptfoo file', async () => {
  const scorer = await open('assertions', { trust: true })
  const list = [
    { type: 'is-json' },
    {
      type: 'javascript',
      value: "JSON.parse(output).color === 'yellow' && context.vars.x === 'hi'",
    },
    { type: 'contains-any', transform: 'JSON.parse(output).countries', value: ['Peru', 'India'] },
    { type: 'javascript', value: 'const n = JSON.parse(output).n; return n / 4' },
  ]
  const right = JSON.stringify({ color: 'yellow', countries: ['India'], n: 4 })
  expect(await score(scorer, right, list)).toMatchObject({ score: 1 })
  const half = JSON.stringify({ color: 'green', countries: ['India'], n: 2 })
  expect(await score(scorer, half, list)).toMatchObject({ score: (1 + 0 + 1 + 0.5) / 4 })
  expect(await score(scorer, 'no json', list)).toMatchObject({ score: 0 })
  expect(
    (await failure(score(scorer, 'x', [{ type: 'javascript', value: 'output ===' }]))).code,
  ).toBe('SCORER_FAILED')
})
