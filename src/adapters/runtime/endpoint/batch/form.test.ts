import { describe, expect, test } from 'vitest'
import { anthropicBatches } from './anthropic.ts'
import { openaiBatches } from './openai.ts'

const odd: readonly unknown[] = [null, 5, 'x', [null], {}]

describe.each([
  ['OpenAI', openaiBatches],
  ['Anthropic', anthropicBatches],
])('documents of %s that hold something else than the reference says', (_, form) => {
  test.each(odd)('%j as the counts and errors of a batch', (value) => {
    const batch = { id: 'b', request_counts: value, errors: { data: value } }
    expect(form.state({ ...batch, status: 'in_progress' })).toMatchObject({ done: 0 })
    expect(form.state({ ...batch, status: 'failed' })).toHaveProperty('kind')
  })

  test.each(odd)('%j as what a line holds is a failure', (value) => {
    for (const name of ['response', 'error', 'result'])
      expect(form.line({ custom_id: 'k', [name]: value })).toMatchObject({ key: 'k', status: 500 })
  })
})
