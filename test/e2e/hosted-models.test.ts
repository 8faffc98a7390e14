import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SciExplanation } from '../../src/core/carbon/explain-sci.ts'
import type { RunResult } from '../../src/core/result/run-result.ts'
import { commandLine } from '../command-line.ts'
import { jsonl, ticketRows } from './folder.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rightsize-hosted-'))
})
afterAll(() => rmSync(cwd, { recursive: true }))
const run = (...argv: string[]) => commandLine(argv, { cwd })
const write = (name: string, text: string) => writeFileSync(join(cwd, name), text)
const scores = async (...argv: string[]) => {
  const { out, err, code } = await run('sci', ...argv, '--json')
  expect(code, err).toBe(0)
  return { explanations: JSON.parse(out) as SciExplanation[], notes: err }
}
const perInference = ({ sci }: SciExplanation): number =>
  sci.perInference.kind === 'known' ? sci.perInference.value : Number.NaN
const tokens = ['--tokens-in', '500', '--tokens-out', '200']

describe('sci --model', () => {
  test('a closed model has a score at its provider, with the assumed range and its source beside it', async () => {
    const { explanations, notes } = await scores('--model', 'gpt-4o', ...tokens)
    const [one] = explanations
    expect(one?.sci.perInference).toMatchObject({ kind: 'known', method: 'modeled' })
    expect(one?.lines.join('\n')).toMatch(/PUE 1\.2 .*\n.*United States/)
    expect(notes).toMatch(/440 billion parameters, 44 to 132 used per token \(not published/)
  })

  test('requests only count, a grid scales the use, cached tokens are not read again', async () => {
    const score = async (...more: string[]) => {
      const { explanations } = await scores('--model', 'llama3.1:8b', ...tokens, ...more)
      return explanations.map(perInference)[0] ?? Number.NaN
    }
    expect(await score('--requests', '1000')).toBeCloseTo(await score(), 12)
    const [low, high] = [await score('--grid', 'NOR'), await score('--grid', 'POL')]
    expect(low).toBeLessThan(high)
    expect(await score('--tokens-cached', '500')).toBeLessThan(await score())
  })

  test.each([
    [['--model', 'my-own', ...tokens], 'MODEL_FACTS_UNKNOWN'],
    [['--model', 'gpt-4o-mini-tts', ...tokens], 'NOT_MODELED'],
    [['--model', 'gpt-4o', '--tokens-in', '5'], 'FLAGS_MISSING'],
    [['--model', 'gpt-4o', ...tokens, '--kwh', '3'], 'FLAG_UNUSED'],
    [['--kwh', '3', '--requests', '5', '--tokens-in', '5'], 'FLAG_UNUSED'],
    [['--model', 'gpt-4o', ...tokens, '--tokens-cached', '501'], 'QUANTITY_INVALID'],
    [['--model', 'gpt-4o', ...tokens, '--accepted', '2'], 'QUANTITY_INVALID'],
  ])('%j is refused: %s', async (argv, code) => {
    const answer = await run('sci', ...argv)
    expect(answer).toMatchObject({ code: 3, out: '' })
    expect(answer.err).toContain(code)
  })

  test('a size that the user states, a range included, needs no table', async () => {
    const wide = await scores('--model', 'my-own', ...tokens, '--parameters', '8e9,28e9')
    expect(wide.notes).toMatch(/8 to 28 billion parameters.*stated by the user/)
    const more = await scores('--model', 'my-own', ...tokens, '--parameters', '70e9')
    expect(more.explanations.map(perInference)[0]).toBeGreaterThan(
      wide.explanations.map(perInference)[0] ?? Number.NaN,
    )
  })
})

test('--method ecologits states the impacts of EcoLogits, and takes nothing that it does not know', async () => {
  const asked = ['sci', '--model', 'gpt-4o', '--tokens-out', '200', '--method', 'ecologits']
  // EcoLogits 0.11.3: llm_impacts('openai', 'gpt-4o', 200, math.inf).energy
  const { energy } = JSON.parse((await run(...asked, '--json')).out)
  expect(energy).toEqual([0.00029324939497829317, 0.00048566573569814057])
  expect((await run(...asked)).out).toMatch(/GWP {5}121.4 mgCO2eq to 195.3 mgCO2eq/)
  expect((await run(...asked, '--host', 'mistral')).err).toMatch(/FLAG_UNUSED: --host/)
})

describe('tokens that other tools recorded', () => {
  const row = (more: object) => ({
    ...{ call_type: 'acompletion', prompt_tokens: 500, completion_tokens: 200, status: 'success' },
    ...{ model: 'gpt-4o', custom_llm_provider: 'openai', cache_hit: 'False', metadata: '{}' },
    ...more,
  })

  test('rows of LiteLLM score as the same tokens typed; what no model answered is left out by name', async () => {
    const details = (name: string, of: object) => ({ usage_object: { [name]: of } })
    const spoken = details('completion_tokens_details', { audio_tokens: 90 })
    const seen = JSON.stringify(details('prompt_tokens_details', { image_tokens: 300 }))
    const rows = [
      row({}),
      row({}),
      row({ cache_hit: 'True' }),
      row({ status: 'failure' }),
      row({ call_type: 'aimage_generation', model: 'dall-e-3' }),
      row({ model: 'nobody-knows' }),
      row({ model: 'gpt-4o-mini-tts', metadata: spoken }),
      row({ model: 'gpt-4o-mini-tts' }),
      row({ model: 'gpt-4.1', metadata: seen }),
    ]
    write('spend.json', JSON.stringify(rows))
    const { explanations, notes } = await scores('spend.json')
    const typed = await scores('--model', 'gpt-4o', ...tokens)
    expect(explanations.map(({ candidate }) => candidate)).toEqual([
      ...['gpt-4o', 'nobody-knows', 'gpt-4o-mini-tts', 'gpt-4.1'],
    ])
    expect(explanations.map(perInference)[0]).toBeCloseTo(
      typed.explanations.map(perInference)[0]!,
      12,
    )
    expect(explanations[1]?.sci.perInference.kind).toBe('unknown')
    expect(notes).toMatch(/1 calls of aimage_generation, which are not modeled/)
    expect(notes).toMatch(/1 answers from the cache of LiteLLM/)
    expect(notes).toMatch(/1 answers with sound or images, which are not modeled/)
    expect(notes).toMatch(/300 input tokens are of images or sound: counted as text/)
    expect(notes).toMatch(/gpt-4o-mini-tts works with sound, which is not modeled/)
    expect(explanations[2]?.sci.perInference.kind).toBe('unknown')
    expect(notes).toMatch(/1 failed requests/)
    expect(notes).toMatch(/the size of nobody-knows is unknown/)
  })

  test('one payload a line, with what the provider read from its cache', async () => {
    const usage = { usage_object: { prompt_tokens_details: { cached_tokens: 500 } } }
    const lines = [{ standard_logging_object: row({ metadata: usage }) }]
    write('payloads.jsonl', jsonl(lines))
    const cached = await scores('--model', 'gpt-4o', ...tokens, '--tokens-cached', '500')
    const { explanations } = await scores('payloads.jsonl')
    expect(explanations.map(perInference)[0]).toBeCloseTo(
      cached.explanations.map(perInference)[0]!,
      12,
    )
  })

  test('spans of OpenTelemetry: requests count, the agents around them do not; a provider is read', async () => {
    const span = (operation: string) => ({
      attributes: {
        'gen_ai.operation.name': operation,
        'gen_ai.provider.name': 'azure.ai.openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.input_tokens': 500,
        'gen_ai.usage.output_tokens': 200,
      },
    })
    write('spans.json', JSON.stringify([span('chat'), span('chat'), span('invoke_agent')]))
    const { explanations, notes } = await scores('spans.json')
    expect(explanations[0]?.lines.join('\n')).toMatch(/for 2 answers/)
    expect(notes).toMatch(/1 spans without gen_ai usage of a request/)
    const typed = await scores('--model', 'gpt-4o', ...tokens)
    expect(explanations.map(perInference)[0]).toBeCloseTo(
      typed.explanations.map(perInference)[0]!,
      12,
    )
  })
})

describe('a run', () => {
  const rows = ticketRows(120)
  const labels = `id,text,label\n${rows.map(({ id, label }) => `${id},t,${label}`).join('\n')}\n`

  test('stored answers with tokens are estimated where the size of their model is known', async () => {
    write('labels.csv', labels)
    const answers = ['gpt-4o', 'nobody-knows'].flatMap((model) =>
      rows.map(({ id, label }) => ({
        ...{ id, model, output: label, input_tokens: 400, output_tokens: 20 },
      })),
    )
    write('answers.jsonl', jsonl(answers))
    const ran = await run(
      ...['run', '--predictions', 'answers.jsonl', '--incumbent', 'gpt-4o'],
      ...['--expected', 'labels.csv', '--margin', '0.1', '--out', 'run', '--json'],
    )
    const { account } = JSON.parse(ran.out) as RunResult
    const usage = (id: string) => account?.usages.find(({ candidate }) => candidate === id)
    expect(usage('gpt-4o')).toMatchObject({ meter: 'api-estimate', grid: { zone: 'USA' } })
    expect(usage('gpt-4o')?.energy).toMatchObject({ kind: 'known', method: 'modeled' })
    expect(usage('nobody-knows')?.energy.kind).toBe('unknown')
  })

  test('plan tells what the calls are estimated to take, and nothing where the size is unknown', async () => {
    write('labels.csv', labels)
    const spec = (model: string) =>
      JSON.stringify({
        task: 'classification',
        dataset: { test: 'labels.csv', input: 'text', expected: 'label' },
        candidates: [{ id: 'api', runtime: 'openai', model }],
        bar: { floor: 0.8 },
      })
    write('rightsize.json', spec('gpt-4o'))
    const known = await run('plan', 'rightsize.json')
    expect(known.out.replace(/\s+/g, ' '), known.err).toMatch(
      /api: at most 120 calls .* about [\d.]+ \S?Wh at the server \(/,
    )
    write('rightsize.json', spec('nobody-knows'))
    expect((await run('plan', 'rightsize.json')).out).not.toMatch(/at the server/)
  })
})
