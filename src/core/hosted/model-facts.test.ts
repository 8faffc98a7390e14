import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { describe, expect, test } from 'vitest'
import { modelFacts } from './model-facts.ts'
import { readModels } from './model-file.ts'

const files = ['models', 'models-ecologits', 'models-hub'].map((name) =>
  readModels(readFileSync(`data/${name}.json`, 'utf8'), { name, date: '', source: name }),
)
const table = { files }
const [checked] = files
const data = env['RIGHTSIZE_DATA'] ?? '../shared/data'
const facts = (model: string) => {
  const { totalBillions: total, activeBillions: active, bits } = modelFacts(model, table)
  return { total: total.value, active: [active.low, active.high], bits }
}

describe('the shipped tables', () => {
  test('hold more than 800 models, each with a size, a source and a date', () => {
    const rows = files.flatMap(({ models, checked: date }) =>
      Object.values(models).map((row) => ({ ...row, date: row.checked ?? date })),
    )
    expect(rows.length).toBeGreaterThan(800)
    for (const { total, active = total, source, date } of rows) {
      const most = (value: typeof total) => Math.max(...[value].flat())
      expect(most(total)).toBeGreaterThan(0)
      expect(most(active)).toBeLessThanOrEqual(most(total))
      expect(source).not.toBe('')
      expect(date).toMatch(/^20\d\d-\d\d-\d\d$/)
    }
  })

  test('are under licenses that the files state: the list of EcoLogits stays under the MPL, in a file of its own', () => {
    const text = readFileSync('data/models-ecologits.json', 'utf8')
    expect(text).toMatch(/"license": "MPL-2.0"/)
    expect(text).toMatch(/mozilla.org\/MPL\/2.0/)
    expect(readFileSync('NOTICE', 'utf8')).toMatch(
      /models-ecologits.json[\s\S]*Mozilla Public License/,
    )
  })

  test.skipIf(!existsSync(join(data, 'ml-energy/index.json')))(
    'rows that name ML.ENERGY have the active parameters and the precision it measured',
    () => {
      const index = JSON.parse(readFileSync(join(data, 'ml-energy/index.json'), 'utf8')) as {
        models: Record<
          string,
          {
            total_params_billions: number
            activated_params_billions: number
            weight_precision: string
          }
        >
      }
      const bits: Record<string, number> = { bfloat16: 16, fp8: 8, mxfp4: 4.25 }
      const theirs = new Map(
        Object.entries(index.models).map(([id, row]) => [id.split('/').at(-1)?.toLowerCase(), row]),
      )
      for (const [name, row] of Object.entries(checked?.models ?? {})) {
        if (!row.source.includes('ml-energy')) continue
        const seen = theirs.get(name)
        expect(seen, name).toBeDefined()
        expect(row.bits, name).toBe(bits[seen?.weight_precision ?? ''])
        expect(Math.abs(Number(row.total) - (seen?.total_params_billions ?? 0))).toBeLessThan(1)
        const active = Number(row.active ?? row.total)
        expect(Math.abs(active - (seen?.activated_params_billions ?? 0)), name).toBeLessThan(1)
      }
    },
  )
})

describe('names as people write them', () => {
  test.each([
    // Ollama
    ['llama3.1:8b', 8.03, 16],
    ['llama3.1:8b-instruct-q4_K_M', 8.03, 4],
    ['llama3.2:3b', 3.21, 16],
    ['gpt-oss:20b', 21, 4.25],
    ['qwen3:30b-a3b', 30.5, 16],
    ['qwen3:30b', 30.5, 16],
    ['qwen2.5:14b-instruct', 14, 16],
    ['mistral:7b', 7.25, 16],
    ['mixtral:8x7b', 46.7, 16],
    ['gemma3:4b-it-qat', 4.3, 16],
    ['phi3:mini', 3.82, 16],
    ['deepseek-r1:7b', 7.6, 16],
    ['phi4:14b', 14.7, 16],
    ['smollm2:135m', 0.135, 16],
    // paths of the hub, files and precisions
    ['Qwen3-8B-FP8', 8.2, 8],
    ['Qwen/Qwen3-8B-AWQ', 8.2, 4],
    ['Qwen3-8B-Q4_K_M.gguf', 8.2, 4],
    ['unsloth/Qwen3-8B-bnb-4bit', 8.2, 4],
    ['mlx-community/Qwen3-8B-4bit', 8.2, 4],
    ['Meta-Llama-3.1-8B-Instruct', 8.03, 16],
    ['bartowski/Meta-Llama-3.1-8B-Instruct-GGUF', 8.03, 16],
    ['neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w8a8', 8.03, 8],
    ['Qwen/Qwen3-235B-A22B-Instruct-2507-FP8', 235, 8],
    ['deepseek-ai/DeepSeek-R1-Distill-Qwen-32B', 32, 16],
    // hosts
    ['meta-llama/llama-3.1-8b-instruct:free', 8.03, 16],
    ['meta-llama/Meta-Llama-3.1-70B-Instruct-Turbo', 70.55, 16],
    ['accounts/fireworks/models/llama-v3p1-8b-instruct', 8.03, 16],
    ['llama-3.1-8b-instant', 8.03, 16],
    ['llama-3.3-70b-versatile', 70, 16],
    ['meta.llama3-1-8b-instruct-v1:0', 8.03, 16],
    ['mistral-small-latest', 119, 16],
  ])('%s has %d billion parameters at %d bits', (name, total, bits) => {
    expect(facts(name)).toMatchObject({ total, bits })
  })

  // Closed models: EcoLogits 0.11.3 (0.8.2 for the retired Sonnet), active parameters as ranges.
  test.each([
    ['gpt-4o', 44, 132],
    ['azure/gpt-4o-2024-08-06', 44, 132],
    ['openrouter/openai/gpt-4o-mini', 8, 28],
    ['gpt-35-turbo', 20, 70],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 44, 132],
    ['claude-sonnet-4-5@20250929', 44, 132],
    ['claude-3-5-sonnet-20241022', 55, 220],
    ['models/gemini-2.5-pro', 200, 600],
    ['gpt-5.1-2025-11-13', 30, 90],
  ])('%s has %d to %d billion active parameters, which are an assumption', (name, low, high) => {
    expect(facts(name).active).toEqual([low, high])
    expect(modelFacts(name, table).source).toMatch(/^not published; assumed by .*EcoLogits/)
  })

  test.each([
    ...['gpt-99', 'my-finetune-7b', 'llama3.1', 'llama-3.1-9b', 'dolphin-llama3.1-8b'],
    ...['constructor', 'latest', 'instruct', '', 'gpt-4o-mini-mini'],
  ])('"%s" stays unknown: no size is taken from another model', (name) => {
    expect(() => modelFacts(name, table)).toThrow(
      expect.objectContaining({ code: 'MODEL_FACTS_UNKNOWN' }),
    )
  })

  test.each([
    ['gpt-4o-mini-tts', 'sound'],
    ['openai/whisper-large-v3', 'sound'],
    ['gpt-4o-realtime-preview', 'sound'],
    ['gemini-2.5-flash-image', 'images'],
    ['dall-e-3', 'images'],
    ['sora-2', 'video'],
    ['cohere/rerank-v3.5', 'ranking'],
  ])('%s is not modeled: %s', (name, what) => {
    expect(() => modelFacts(name, table, { parameters: 8e9 })).toThrow(
      expect.objectContaining({
        code: 'NOT_MODELED',
        message: expect.stringContaining(what),
      }),
    )
  })

  test('a message names models that begin alike', () => {
    expect(() => modelFacts('llama3.1', table)).toThrow(/know llama-3.1-8b-instruct/)
  })
})

describe('facts of a model', () => {
  test('a precision that nobody looked up is stated as assumed', () => {
    expect(modelFacts('gemma-2-9b-it', table).source).toMatch(/16 bits per weight assumed/)
    expect(modelFacts('qwen3-14b', table).source).not.toMatch(/assumed/)
    expect(modelFacts('gemma-2-9b-it', table, { bits: 4 })).toMatchObject({ bits: 4 })
  })

  test('what the user states wins, ranges included', () => {
    const stated = { parameters: [8e9, 28e9], bits: 8 } as const
    expect(modelFacts('gpt-4o', table, stated)).toMatchObject({
      totalBillions: { value: 18, low: 8, high: 28 },
      bits: 8,
      source: 'stated by the user',
    })
    expect(() => modelFacts('x', table, { parameters: 0 })).toThrow(/impossible/)
  })
})
