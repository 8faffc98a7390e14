import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RunResult } from '../../src/core/result/run-result.ts'
import { commandLine } from '../command-line.ts'
import { Endpoint } from './endpoint.ts'
import { Folder, intentOf, jsonl, ticketRows } from './folder.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let server: Endpoint
beforeAll(async () => {
  server = await Endpoint.open(({ text }) => intentOf(text))
})
const made: Folder[] = []
afterAll(() => {
  server.close()
  for (const folder of made) folder.remove()
})

const price = (input: number, output: number): string =>
  `price: { inputPerMTokens: ${input}, outputPerMTokens: ${output}, currency: USD }`
const dear = price(10, 20)
const cheap = price(1, 2)

/** Both answer alike; what is known of their cost is the only difference. */
async function decided(big: readonly string[], small: readonly string[], more = '') {
  const folder = new Folder()
  made.push(folder)
  folder.write('items.jsonl', jsonl(ticketRows(120)))
  const candidate = (id: string, facts: readonly string[]) =>
    `  - { ${[`id: ${id}`, 'runtime: openai', `model: ${id}`, `baseUrl: "${server.baseUrl}"`, ...facts].join(', ')} }`
  const yaml = [
    'task: t',
    'dataset: { test: items.jsonl, input: text, expected: label, id: id }',
    'candidates:',
    candidate('big', big),
    candidate('small', small),
    'incumbent: big',
    'bar: { margin: 0.1 }',
    'regime: full',
    more,
  ].join('\n')
  folder.write('rightsize.yaml', yaml)
  const { code, out, err } = await commandLine(['run'], { cwd: folder.path })
  const file = (name: string) => readFileSync(join(folder.path, name), 'utf8')
  const result = JSON.parse(file('result.json')) as RunResult
  return { code, out: out.replace(/\s+/g, ' '), err, result, file }
}

const open = 'small is good enough; whether it is cheaper than big is not known.'

describe('run on a server, by what is known of the costs', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['nothing', [], []],
    ['the price of the incumbent alone', [dear], []],
    ['the price of the rival alone', [], [cheap]],
    ['the energy of the rival alone', [], [`energy: { pid: ${process.pid} }`]],
    ['the energy of one and the price of the other', [dear], [`energy: { pid: ${process.pid} }`]],
    ['the size of the rival alone', [], ['parameters: 8e9']],
  ])('%s: not decided, and the flag that settles it', async (_, big, small) => {
    const { code, out, result } = await decided(big, small)
    expect(code).toBe(2)
    expect(out).toContain(open)
    expect(out).toMatch(/--price .*small=INPUT\/OUTPUT/)
    expect(result.decision).toMatchObject({ kind: 'undecided', chosen: 'big' })
    expect(result.decision.next[0]?.kind).toBe('cost')
  })

  test.each<[string, readonly string[], readonly string[], string, string]>([
    ['both prices', [dear], [cheap], 'price', 'small'],
    ['both prices, the rival more expensive', [cheap], [dear], 'price', 'big'],
    [
      'both prices, and the energy of one',
      [dear],
      [cheap, `energy: { pid: ${process.pid} }`],
      'price',
      'small',
    ],
    ['both sizes', ['parameters: 70e9'], ['parameters: 8e9'], 'parameters', 'small'],
    [
      'declared energy of both',
      ['energy: { jPerItem: [9, 11] }'],
      ['energy: { jPerItem: [1, 2] }'],
      'energy',
      'small',
    ],
  ])('%s: decided by it', async (_, big, small, by, chosen) => {
    const { result, out } = await decided(big, small)
    expect(result.decision.order.by).toBe(by)
    expect(result.decision.chosen).toBe(chosen)
    if (chosen === 'small') expect(out).toContain('Ship small')
  })

  test('where price and size contradict each other, every form has the sentence', async () => {
    const { out, result, file } = await decided(
      [dear, 'parameters: 8e9'],
      [cheap, 'parameters: 70e9'],
    )
    const sentence = 'small is cheaper than big by price, but more expensive by parameter count.'
    expect(out).toContain(sentence)
    for (const name of ['report.md', 'report.html'])
      expect(file(name).replace(/\s+/g, ' ')).toContain(sentence)
    expect(result.decision.order.disagreements).toContainEqual({
      ...{ candidate: 'small', against: 'big', cheaperBy: 'price', dearerBy: 'parameters' },
      text: sentence,
    })
  })

  test('tokens, price, p95 and money a month stand in terminal, report and Markdown', async () => {
    const { out, file, result } = await decided(
      [dear],
      [cheap],
      'account: { volumePerMonth: 50000 }',
    )
    const cost = result.candidates.find(({ id }) => id === 'small')?.cost
    expect(cost?.tokensPerItem).not.toBeNull()
    expect(cost?.latencyP95.kind).toBe('known')
    expect(cost?.energyPerItem.kind).toBe('unknown')
    const { input = 0, output = 0 } = cost?.tokensPerItem ?? {}
    const month = ((input + 2 * output) / 1e6) * 50_000
    expect(cost?.pricePerMonth).toMatchObject({ kind: 'known', value: expect.closeTo(month, 9) })
    const forms = [out, file('report.md'), file('report.html')]
    const tokens = `${Math.round(input)}+${Math.round(output)}`
    for (const text of forms.map((form) => form.replace(/&#43;|\\\+/g, '+')))
      for (const part of [
        tokens,
        'price/answer',
        '/month',
        'p95',
        String(Number(month.toPrecision(2))),
      ])
        expect(text).toContain(part)
  })

  test('two names that the server answers with one model are no saving, whatever their prices', async () => {
    server.answeredBy = 'big-2026-01-01'
    const { code, out, result, file } = await decided([dear], [cheap])
    server.answeredBy = null
    expect([code, result.decision.kind]).toEqual([2, 'undecided'])
    const why = 'small and big are answered by one model'
    for (const form of [out, file('report.md'), file('report.html')]) expect(form).toContain(why)
    expect(result.decision.caps).toMatchObject([{ code: 'one-model', candidate: 'small' }])
  })
})
