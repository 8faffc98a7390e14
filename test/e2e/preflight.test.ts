import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Endpoint } from './endpoint.ts'
import { Folder, intentOf, jsonl, ticketRows } from './folder.ts'

// Starting the program takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let server: Endpoint
beforeAll(async () => {
  server = await Endpoint.open(({ model, text }, response) => {
    if (model !== 'gone') return intentOf(text)
    response.statusCode = 404
    response.end('{"error":{"message":"The model gone does not exist"}}')
    return null
  })
})
const made: Folder[] = []
afterAll(() => {
  server.close()
  for (const folder of made) folder.remove()
})

const rows = ticketRows(30)

/** A paid incumbent and a paid rival on the server, with every need met. */
function folder(change: (yaml: string) => string = (yaml) => yaml): Folder {
  const one = new Folder()
  made.push(one)
  one.write('items.jsonl', jsonl(rows))
  const at = `baseUrl: "${server.baseUrl}", apiKeyEnv: RS_KEY`
  const price = 'price: { inputPerMTokens: 1, outputPerMTokens: 2, currency: USD }'
  const yaml = [
    'task: t',
    'dataset: { test: items.jsonl, input: text, expected: label, id: id }',
    'candidates:',
    `  - { id: big, runtime: openai, model: big, ${at}, ${price} }`,
    `  - { id: small, runtime: openai, model: small, ${at}, ${price}, prompt: "{{text}}", settings: { draws: 2 } }`,
    'incumbent: big',
    'bar: { margin: 0.05 }',
  ].join('\n')
  one.write('rightsize.yaml', change(yaml))
  return one
}

/** Questions about items: everything that is paid beside the probes. */
const paid = (): number => server.questions.filter(({ number }) => number >= 0).length

describe('with one need removed, nothing is paid', () => {
  const small = (from: string, to: string) => (yaml: string) =>
    yaml.replace(new RegExp(`(id: small.*)${from}`), `$1${to}`)
  test.each<[string, (yaml: string) => string, readonly string[], RegExp]>([
    [
      'the key of a rival',
      small('RS_KEY', 'RS_ABSENT'),
      [],
      /RUN_NOT_READY: small: ENDPOINT_KEY_MISSING: RS_ABSENT/,
    ],
    [
      'the model of a rival',
      small('model: small', 'model: gone'),
      [],
      /RUN_NOT_READY: small: ENDPOINT_REFUSED: 404: The model gone does not exist/,
    ],
    [
      'the server of a rival',
      small('baseUrl: "[^"]*"', 'baseUrl: "http://127.0.0.1:9/v1"'),
      [],
      /RUN_NOT_READY: small: ENDPOINT_DOWN/,
    ],
    [
      'the folder of a rival',
      (yaml) =>
        yaml.replace(
          'incumbent:',
          '  - { id: local, runtime: onnx, model: models/none }\nincumbent:',
        ),
      [],
      /RUN_NOT_READY: local: MODEL_NOT_FOUND/,
    ],
    [
      'the answers of a rival',
      (yaml) =>
        yaml.replace(
          'incumbent:',
          '  - { id: old, runtime: replay, model: old.jsonl }\nincumbent:',
        ),
      [],
      /RUN_NOT_READY: old: REPLAY_UNUSABLE/,
    ],
    [
      'a column of the prompt',
      small('\\{\\{text\\}\\}', '{{txet}}'),
      [],
      /RUN_NOT_READY: small: PROMPT_BROKEN: .*txet/,
    ],
    [
      'a known runtime',
      small('runtime: openai', 'runtime: openia'),
      [],
      /RUNTIME_UNKNOWN.*openia[\s\S]*openai/,
    ],
    ['the data', (yaml) => yaml.replace('items.jsonl', 'none.jsonl'), [], /DATA_MISSING/],
    ['the input column', (yaml) => yaml.replace('input: text', 'input: txt'), [], /DATA_/],
    ['the label column', (yaml) => yaml.replace('expected: label', 'expected: lable'), [], /DATA_/],
    ['one currency', small('USD', 'EUR'), [], /SPEC_CURRENCY: .*small.* EUR, .* USD/],
    ['a place for the reports', (yaml) => yaml, ['--out', 'items.jsonl'], /WRITE_FAILED/],
  ])('%s', async (_what, change, args, error) => {
    const before = paid()
    const ran = await folder(change).rightsize(['run', ...args], { RS_KEY: 'k' })
    expect(ran.err).toMatch(error)
    expect(ran.code).toBe(3)
    expect(paid()).toBe(before)
  })
})

test.skipIf(process.platform === 'win32')(
  'with too few open files allowed, nothing is paid',
  async () => {
    const before = paid()
    const ran = await folder().rightsize(['run'], { RS_KEY: 'k' }, { openFiles: 60 })
    expect(ran.err).toMatch(/RESOURCE_EXHAUSTED: .*open files[\s\S]*ulimit -n 4096/)
    expect(ran.code).toBe(3)
    expect(paid()).toBe(before)
  },
)

test('with every need met it says what will be asked and runs', async () => {
  const before = paid()
  const ran = await folder().rightsize(['run'], { RS_KEY: 'k' })
  expect(ran.err).toContain('input = text, expected = label, id = id')
  expect(ran.err).toContain('30 items of items.jsonl')
  expect(ran.err).toMatch(/big: at most 30 calls \(30 items; .*about [\d.e-]+ USD/)
  expect(ran.err).toMatch(/small: at most 60 calls \(30 items x 2 draws; .*about [\d.e-]+ USD/)
  expect(ran.err.indexOf('small: at most')).toBeLessThan(ran.err.indexOf('evaluate'))
  expect(paid() - before).toBeGreaterThan(30)
})

test('plan says the same and asks nothing', async () => {
  const before = server.questions.length
  const ran = await folder().rightsize(['plan'], { RS_KEY: 'k' })
  expect(ran.out.replace(/\s+/g, ' ')).toContain('small: at most 60 calls (30 items x 2 draws;')
  expect(server.questions).toHaveLength(before)
})

test('an account that runs dry stops the run at once, says so, and keeps what was paid', async () => {
  let answered = 0
  let refused = 0
  const dry = await Endpoint.open(({ text, number }, response) => {
    if (number < 0 || ++answered <= 17) return intentOf(text)
    refused++
    response.statusCode = 429
    response.end(
      '{"error":{"message":"You exceeded your current quota.","code":"insufficient_quota"}}',
    )
    return null
  })
  const one = folder((yaml) => yaml.replaceAll(server.baseUrl, dry.baseUrl))
  const ran = await one.rightsize(['run'], { RS_KEY: 'k' })
  dry.close()
  expect(ran.code).toBe(3)
  expect(ran.err).toMatch(
    /big: ENDPOINT_QUOTA: 429: You exceeded your current quota\.; 17 of 30 answers are stored/,
  )
  expect(refused).toBeLessThanOrEqual(4)
})
