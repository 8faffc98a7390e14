import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isStale, listPrice, type PriceTable } from './prices.ts'

const table: PriceTable = {
  source: 'a table made for this test',
  retrieved: '2026-11-30',
  columns: [
    'provider',
    'mode',
    'input',
    'output',
    'cachedInput',
    'batchInput',
    'batchOutput',
    'retires',
  ],
  models: {
    'big-1': ['openai', 'chat', 2.5, 10, 1.25, 1.25, 5, '2027-01-14'],
    'azure/big-1': ['azure', 'chat', 2.75, 11, null, null, null, null],
    'openrouter/maker/open-8b': ['openrouter', 'chat', 0.02, 0.03, null, null, null, null],
    'free-1': ['openai', 'chat', 0, 0, null, null, null, null],
    'embed-1': ['openai', 'embedding', 0.02, null, null, null, null, null],
  },
}

describe('list prices', () => {
  it('are those of the host that serves the model', () => {
    expect(listPrice(table, 'https://api.openai.com/v1', 'big-1')?.inputPerMTokens).toBe(2.5)
    expect(listPrice(table, 'https://me.openai.azure.com', 'big-1')?.inputPerMTokens).toBe(2.75)
    expect(
      listPrice(table, 'https://openrouter.ai/api/v1', 'maker/open-8b')?.outputPerMTokens,
    ).toBe(0.03)
  })

  it('are unknown on a host of one’s own, whatever the model is called', () => {
    expect(listPrice(table, 'http://127.0.0.1:8000/v1', 'big-1')).toBeNull()
    expect(listPrice(table, 'https://api.openai.com.evil.example/v1', 'big-1')).toBeNull()
    expect(listPrice(table, 'not an address', 'big-1')).toBeNull()
  })

  it('are taken from the name without its date, never from another model', () => {
    expect(listPrice(table, 'https://api.openai.com/v1', 'big-1-2026-08-06')?.row).toBe('big-1')
    expect(listPrice(table, 'https://api.openai.com/v1', 'big-1-mini')).toBeNull()
    expect(listPrice(table, 'https://api.openai.com/v1', 'constructor')).toBeNull()
  })

  it('are unknown, not 0, where nothing is published', () => {
    expect(listPrice(table, 'https://api.openai.com/v1', 'free-1')).toBeNull()
    expect(listPrice(table, 'https://api.openai.com/v1', 'embed-1')?.outputPerMTokens).toBeNull()
  })

  it('grow stale after 90 days', () => {
    expect(isStale(table, '2027-02-28')).toBe(false)
    expect(isStale(table, '2027-03-01')).toBe(true)
  })
})

describe('the shipped table', () => {
  const shipped: PriceTable = JSON.parse(readFileSync('data/prices.json', 'utf8'))

  it('holds prices between a thousandth of a cent and ten thousand dollars a million tokens, no 0', () => {
    const at = ['input', 'output', 'cachedInput', 'batchInput', 'batchOutput'].map((name) =>
      shipped.columns.indexOf(name),
    )
    const cells = Object.values(shipped.models).flatMap((row) => at.flatMap((i) => row[i] ?? []))
    expect(cells.length).toBeGreaterThan(7000)
    for (const cell of cells)
      expect(cell).toSatisfy((price: unknown) => Number(price) >= 1e-5 && Number(price) <= 1e4)
  })

  it('finds models under the names that users write', () => {
    expect(listPrice(shipped, 'https://api.openai.com/v1', 'gpt-4o-mini')?.inputPerMTokens).toBe(
      0.15,
    )
    expect(
      listPrice(shipped, 'https://generativelanguage.googleapis.com', 'gemini-2.5-flash')
        ?.outputPerMTokens,
    ).toBe(2.5)
    expect(
      listPrice(shipped, 'https://api.mistral.ai/v1', 'mistral-small-latest')?.inputPerMTokens,
    ).toBe(0.15)
    expect(
      listPrice(
        shipped,
        'https://bedrock-runtime.us-east-1.amazonaws.com',
        'amazon.nova-lite-v1:0',
      ),
    ).not.toBeNull()
  })
})
