import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { describe, expect, test } from 'vitest'
import { type ModelTable, modelFacts } from './model-facts.ts'
import { factsFromHeader, ggufFacts, safetensorsFacts } from './model-headers.ts'

const table = JSON.parse(readFileSync('data/models.json', 'utf8')) as ModelTable
const data = env['RIGHTSIZE_DATA'] ?? '../shared/data'

const safetensors = (header: unknown) => {
  const json = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  )
  const bytes = new Uint8Array(8 + json.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

describe('model facts', () => {
  test('every row has a size, active parameters not above total, a known source and the date of its check', () => {
    const rows = Object.entries(table.models)
    expect(rows.length).toBeGreaterThan(30)
    for (const [name, row] of rows) {
      expect(row.total, name).toBeGreaterThan(0)
      expect(row.active ?? row.total, name).toBeLessThanOrEqual(row.total)
      for (const key of row.source.split('; ')) expect(table.sources, name).toHaveProperty([key])
      expect(row.checked, name).toMatch(/^\d{4}-\d{2}-\d{2}$/)
      expect(row.card ?? 'https://', name).toMatch(/^https:\/\//)
      expect(name).toBe(name.toLowerCase())
    }
  })

  test.skipIf(!existsSync(join(data, 'models-meta/models.json')))(
    'rows that name the EcoLogits registry say what it says',
    () => {
      const registry = JSON.parse(readFileSync(join(data, 'models-meta/models.json'), 'utf8')) as {
        models: { name: string; architecture: { parameters: unknown } }[]
      }
      const theirs = new Map(
        registry.models.map(({ name, architecture }) => [
          (name.split('/').at(-1) ?? '').toLowerCase().replace(/^meta-/, ''),
          architecture.parameters,
        ]),
      )
      const named = Object.entries(table.models).filter(([, row]) =>
        row.source.includes('ecologits'),
      )
      expect(named.length).toBeGreaterThan(15)
      for (const [name, { total, active }] of named)
        expect(theirs.get(name), name).toEqual(active === undefined ? total : { total, active })
    },
  )

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
      for (const [name, row] of Object.entries(table.models)) {
        if (!row.source.includes('ml-energy')) continue
        const seen = theirs.get(name)
        expect(seen, name).toBeDefined()
        expect(row.bits, name).toBe(bits[seen?.weight_precision ?? ''])
        expect(Math.abs(row.total - (seen?.total_params_billions ?? 0)), name).toBeLessThan(1)
        const active = row.active ?? row.total
        expect(Math.abs(active - (seen?.activated_params_billions ?? 0)), name).toBeLessThan(1)
      }
    },
  )

  test('a precision that nobody looked up is said to be assumed', () => {
    expect(modelFacts('gemma-2-9b-it', table).source).toMatch(/16 bits per weight assumed/)
    expect(modelFacts('qwen3-14b', table).source).not.toMatch(/assumed/)
    expect(modelFacts('gemma-2-9b-it', table, { bits: 4 })).toMatchObject({ bits: 4 })
  })

  test('names are found with publisher, tag or date around them', () => {
    expect(modelFacts('Qwen/Qwen3-30B-A3B', table).activeBillions.value).toBe(3.3)
    expect(modelFacts('qwen3-8b:latest', table).totalBillions.value).toBe(8.2)
    expect(modelFacts('gemma-2-9b-it-2024-12-12', table).totalBillions.value).toBe(9.24)
  })

  test('what the user states wins, ranges included', () => {
    const stated = { parameters: [8e9, 28e9], bits: 8 } as const
    expect(modelFacts('gpt-4o-mini', table, stated)).toMatchObject({
      totalBillions: { value: 18, low: 8, high: 28 },
      bits: 8,
      source: 'stated by the user',
    })
  })

  test('a model nobody described is refused, not guessed', () => {
    expect(() => modelFacts('gpt-4o', table)).toThrow(
      expect.objectContaining({ code: 'MODEL_FACTS_UNKNOWN' }),
    )
    expect(() => modelFacts('x', table, { parameters: 0 })).toThrow(/not possible/)
  })
})

describe('weight file headers', () => {
  test('safetensors: parameters and average bits', () => {
    const header = {
      __metadata__: { format: 'pt' },
      a: { dtype: 'F16', shape: [10, 10], data_offsets: [0, 200] },
      b: { dtype: 'F32', shape: [100], data_offsets: [200, 600] },
    }
    const facts = safetensorsFacts(safetensors(header))
    expect(facts).toEqual({ parameters: 200, bits: 24 })
    expect(factsFromHeader('m', facts).totalBillions.value).toBe(2e-7)
  })

  test.each([
    ['cut off', new Uint8Array(4)],
    ['a lie about its length', new Uint8Array([255, 255, 255, 255, 255, 0, 0, 0, 123])],
    ['not JSON', safetensors('{nope')],
    ['an unknown dtype', safetensors({ a: { dtype: 'Q9', shape: [1] } })],
    ['a negative shape', safetensors({ a: { dtype: 'F32', shape: [-1] } })],
    ['no tensors', safetensors({})],
  ])('safetensors with %s is refused', (_, bytes) => {
    expect(() => safetensorsFacts(bytes)).toThrow(
      expect.objectContaining({ code: 'IMPORT_INVALID' }),
    )
  })

  test.each([
    ['another magic', new Uint8Array(32)],
    ['nothing after the magic', new TextEncoder().encode('GGUF')],
    [
      'too many tensors',
      new Uint8Array([
        71, 71, 85, 70, 3, 0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      ]),
    ],
  ])('GGUF with %s is refused', (_, bytes) => {
    expect(() => ggufFacts(bytes)).toThrow(expect.objectContaining({ code: 'IMPORT_INVALID' }))
  })

  const gguf = join(data, 'llm-tiny/tinyllm.gguf')
  test.skipIf(!existsSync(gguf))(
    'a real GGUF: stories260K in F32 (skipped without the data folder)',
    () => {
      const facts = ggufFacts(readFileSync(gguf))
      expect(facts.parameters).toBeGreaterThan(250_000)
      expect(facts.parameters).toBeLessThan(300_000)
      expect(facts.bits).toBe(32)
    },
  )
})
