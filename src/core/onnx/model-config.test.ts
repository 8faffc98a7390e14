import { expect, test } from 'vitest'
import { classNames, maxTokens } from './model-config.ts'

test.each([
  [{ max_position_embeddings: 512 }, { model_max_length: 128 }, 'n', 128],
  [{ max_position_embeddings: 512 }, { model_max_length: 1e30 }, 'n', 512],
  [{ max_position_embeddings: 64 }, { model_max_length: 512 }, 'n', 64],
  [{ max_position_embeddings: 514, model_type: 'xlm-roberta' }, {}, 'n', 512],
  [{ max_position_embeddings: 512 }, null, 32, 32],
  [{}, null, null, 512],
])('the most tokens with %j and %j, graph %s: %i', (config, tokenizerConfig, fixed, most) => {
  expect(
    maxTokens({ config, tokenizerConfig, inputs: [{ name: 'input_ids', dims: ['n', fixed] }] }),
  ).toBe(most)
})

test('class names stand in the order of their numbers', () => {
  expect(classNames({ id2label: { 10: 'k', 2: 'c', 0: 'a' } })).toEqual(['a', 'c', 'k'])
  expect(classNames({})).toBeNull()
})
