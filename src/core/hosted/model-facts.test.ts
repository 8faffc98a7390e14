import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { describe, expect, test } from 'vitest'
import { type ModelTable, modelFacts } from './model-facts.ts'

const table = JSON.parse(readFileSync('data/models.json', 'utf8')) as ModelTable
const data = env['RIGHTSIZE_DATA'] ?? '../shared/data'

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
    expect(() => modelFacts('x', table, { parameters: 0 })).toThrow(/impossible/)
  })
})
