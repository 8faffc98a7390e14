import { expect, test } from 'vitest'
import { openGridTables } from '../../adapters/grid/annual.ts'
import { annualFactor } from '../../core/carbon/grid-zone.ts'
import { pueOf } from '../../core/carbon/site.ts'
import { type TrainEffects, trainFolder } from './train-folder.ts'

const rows = Array.from({ length: 40 }, (_, i) => ({
  text: i % 2 ? `money back for order ${i}` : `where is parcel ${i}`,
  label: i % 2 ? 'refund' : 'shipping',
}))

function world(written: Map<string, Uint8Array>): TrainEffects {
  return {
    context: { baseDir: '.', env: {}, fetch },
    engine: () => Promise.reject(new Error('no engine is needed')),
    openRuntime: () => Promise.reject(new Error('no model is opened')),
    cpuS: () => 1,
    digest: () => 'abc',
    site: { pue: pueOf(1.2), grid: annualFactor(openGridTables(), 'DEU') },
    machine: { threads: null },
    now: () => '2026-01-01T00:00:00Z',
    generator: async () => 'rightsize@test',
    writeFolder: async (folder, files) => {
      for (const [name, bytes] of files) written.set(name, bytes)
      return folder
    },
  }
}

const request = {
  rows,
  dataPath: 'rows.jsonl',
  options: {},
  seed: 1,
  teacher: null,
  out: 'models/x',
} as const

test.each([
  ['linear', ['model.safetensors', 'linear.onnx', 'README.md']],
  [
    'static',
    ['model.safetensors', 'onnx/model.onnx', 'tokenizer.json', 'config.json', 'README.md'],
  ],
])('a %s student leaves its own form, ONNX and a card', async (kind, names) => {
  const written = new Map<string, Uint8Array>()
  const made = await trainFolder({ ...request, kind, name: kind }, world(written), () => undefined)
  expect([...written.keys()]).toEqual(names)
  const card = new TextDecoder().decode(written.get('README.md'))
  expect(card).toContain('rows.jsonl')
  expect(card).toMatch(/SCI, Provider, per billion parameters \| \d/)
  expect(made.entry).toMatchObject({ id: kind, runtime: kind, model: 'models/x' })
})

test('a kind that nobody teaches is refused with the kinds there are', async () => {
  const asked = trainFolder(
    { ...request, kind: 'forest', name: 'x' },
    world(new Map()),
    () => undefined,
  )
  await expect(asked).rejects.toMatchObject({
    code: 'STUDENT_INPUT',
    next: expect.stringContaining('linear'),
  })
})
