import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { ifAbsent, ifFixture } from '../../../test/fixtures/impact-framework.ts'
import { readCodecarbon } from './codecarbon.ts'
import { readIfManifest } from './if-manifest.ts'
import { readMlEnergy } from './ml-energy.ts'
import { readOtel } from './otel.ts'
import { energyImporters, formatOf, importEnergy } from './table.ts'

const data = env['RIGHTSIZE_DATA'] ?? '../shared/data'
const invalid = expect.objectContaining({ code: 'IMPORT_INVALID' })

// Columns in the order that CodeCarbon 3.3.0 writes (tests/test_data/emissions_valid_headers.csv)
const header =
  'timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,water_consumed,country_name,country_iso_code,region,cloud_provider,cloud_region,os,python_version,codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode,cpu_utilization_percent,gpu_utilization_percent,ram_utilization_percent,ram_used_gb,on_cloud,pue,wue'
const row = (more: Record<string, string> = {}) => {
  const cells: Record<string, string> = {
    project_name: 'demo',
    duration: '12.5',
    emissions: '0.0004',
    cpu_energy: '0.0006',
    gpu_energy: '0',
    ram_energy: '0.0004',
    energy_consumed: '0.0012',
    country_iso_code: 'DEU',
    cpu_model: '"Xeon, fast ""one"""',
    tracking_mode: 'process',
    pue: '1.2',
    ...more,
  }
  return header
    .split(',')
    .map((name) => cells[name] ?? '')
    .join(',')
}

describe('CodeCarbon', () => {
  test('reads emissions.csv by header: energy, PUE inside, duration', () => {
    const { uses } = readCodecarbon(`${header}\n${row()}\n`)
    expect(uses).toEqual([
      expect.objectContaining({
        name: 'demo',
        energyKwh: 0.0012,
        pueInside: 1.2,
        durationS: 12.5,
        boundary: 'process: CPU, RAM',
        method: 'modeled',
      }),
    ])
  })

  test('older files lack columns and have another order', () => {
    const { uses } = readCodecarbon(
      'energy_consumed,duration,project_name,emissions\r\n0.1,5,old,0.03\r\n',
    )
    expect(uses[0]).toMatchObject({ name: 'old', energyKwh: 0.1, pueInside: 1 })
  })

  test.each([
    ['other columns', 'a,b\n1,2\n', /project_name, duration/],
    ['nothing', '', /empty|missing/],
    ['a header alone', `${header}\n`, /no rows/],
    ['semicolons and no rows', `${header.replace(/,/g, ';')}\n`, /no rows/],
    ['decimal commas', `${header}\n${row({ energy_consumed: '"0,0012"' })}\n`, /decimal comma/],
    ['negative energy', `${header}\n${row({ energy_consumed: '-0.0012' })}\n`, /negative/],
    ['NaN', `${header}\n${row({ energy_consumed: 'nan' })}\n`, /"nan"/],
    ['no energy', `${header}\n${row({ energy_consumed: '' })}\n`, /empty/],
  ])('a file with %s is refused', (_, text, message) => {
    expect(() => readCodecarbon(text)).toThrow(invalid)
    expect(() => readCodecarbon(text)).toThrow(message)
  })

  test('rows that its append broke are left out by line, and the rest is read', () => {
    const short = row().split(',').slice(0, -3).join(',')
    const text = [
      header,
      row(),
      short,
      `0${','.repeat(37)}`,
      row({ energy_consumed: '5' }),
      row({ duration: 'x' }),
      row(),
    ].join('\n')
    const { uses, leftOut } = readCodecarbon(text)
    expect(uses).toHaveLength(2)
    expect(leftOut.slice(0, 4)).toEqual([
      expect.stringMatching(/^line 3 .*fields/),
      expect.stringMatching(/^line 4 .*empty/),
      expect.stringMatching(/^line 5 .*add up to 0.001 kWh/),
      expect.stringMatching(/^line 6 .*duration is "x"/),
    ])
    expect(leftOut[4]).toBeUndefined()
  })

  test('semicolons and decimal commas are read, and the place is that of the file', () => {
    const text = [header, row({ cpu_model: 'Xeon' })]
      .join('\n')
      .replaceAll(',', ';')
      .replace(/(\d)\.(\d)/g, '$1,$2')
    const { uses } = readCodecarbon(text)
    expect(uses[0]).toMatchObject({
      energyKwh: 0.0012,
      durationS: 12.5,
      pueInside: 1.2,
      place: 'DEU',
    })
    expect(uses[0]?.carbon).toEqual({ operationalG: 0.4, embodiedG: 0 })
  })

  test('rows are named by their project; runs of one are told apart by their time', () => {
    const id = '5b0fa12a-3dd7-45bb-9766-cc326314d9f1'
    const runs = ['2026-01-01T00:00:00', '2026-01-02T00:00:00'].map((timestamp) =>
      row({ timestamp, experiment_id: id }),
    )
    const other = row({ project_name: 'other', experiment_id: id })
    const { uses } = readCodecarbon([header, ...runs, other].join('\n'))
    expect(uses.map(({ name }) => name)).toEqual([
      'demo (2026-01-01T00:00:00)',
      'demo (2026-01-02T00:00:00)',
      'other',
    ])
  })

  test('the machine is the one that the file names', () => {
    const gpus = { gpu_count: '2.0', gpu_model: '2 x NVIDIA A100-SXM4-80GB', cpu_count: '24' }
    const { uses } = readCodecarbon([header, row({ ...gpus, on_cloud: 'N' })].join('\n'))
    expect(uses[0]?.machine).toEqual({
      ...{ processors: 24, cpu: 'Xeon, fast "one"', gpu: 'NVIDIA A100-SXM4-80GB', gpus: 2 },
      cloud: false,
    })
  })

  test('an open quote is refused with its line', () => {
    const open = `${header}\n${row({ project_name: '"open' })}\n`
    expect(() => readCodecarbon(open)).toThrow(
      expect.objectContaining({ code: 'DATA_ROW', at: 'emissions.csv:2' }),
    )
  })

  const real = join(data, 'co2-inference/data/emissions/complete/qa_sciq.csv')
  test.skipIf(!existsSync(real))(
    'real files of CodeCarbon 2.3.1 (skipped without the data folder)',
    () => {
      const { uses } = readCodecarbon(readFileSync(real, 'utf8'))
      expect(uses.length).toBeGreaterThan(5)
      expect(uses[0]).toMatchObject({
        name: 'deepset/roberta-base-squad2 (2023-09-08T15:16:16)',
        machine: { gpu: 'NVIDIA A100-SXM4-80GB', gpus: 8 },
      })
      expect(uses[0]!.energyKwh).toBeCloseTo(0.0061475542606905, 15)
    },
  )
})

describe('Impact Framework', () => {
  test.skipIf(ifAbsent !== '')(`reads a manifest and evaluates its arithmetic${ifAbsent}`, () => {
    const { uses, leftOut } = readIfManifest(
      stringify(ifFixture('outputs/builtins/sci/success.yaml')),
    )
    expect(uses).toEqual([
      expect.objectContaining({ name: 'child', energyKwh: 5, durationS: 3600 }),
    ])
    expect(leftOut).toEqual([])
  })

  test.skipIf(ifAbsent !== '')(`a shell plugin is named and never executed${ifAbsent}`, () => {
    const { leftOut } = readIfManifest(stringify(ifFixture('examples/builtins/shell/success.yml')))
    expect(leftOut).toEqual([
      'shell (Shell): it runs a command, and commands of a manifest are never executed',
    ])
  })

  test('foreign plugins are named and not loaded', () => {
    const manifest = {
      initialize: { plugins: { evil: { method: 'Run', path: 'https://example.org/x' } } },
      tree: {
        children: { a: { pipeline: { compute: ['evil'] }, inputs: [{ duration: 1, energy: 2 }] } },
      },
    }
    expect(readIfManifest(stringify(manifest)).leftOut[0]).toMatch(
      /external code is never executed/,
    )
  })

  test.each([
    ['not YAML', 'a: [1'],
    ['no tree', 'initialize:\n  plugins: {}\n'],
    ['a list', '- 1\n'],
    [
      'negative energy',
      'initialize: {plugins: {}}\ntree: {children: {a: {inputs: [{duration: 1, energy: -1}]}}}',
    ],
  ])('%s is refused', (_, text) => {
    expect(() => readIfManifest(text)).toThrow(invalid)
  })
})

describe('ML.ENERGY', () => {
  const file = (more: object) =>
    JSON.stringify({
      configurations: [
        {
          model_id: 'm',
          gpu_model: 'H100',
          num_gpus: 1,
          max_num_seqs: 8,
          energy_per_request_joules: 360,
          avg_output_len: 100,
          median_itl_ms: 10,
          ...more,
        },
      ],
    })
  test('joules per request, shared time, GPU boundary', () => {
    expect(readMlEnergy(file({})).uses[0]).toMatchObject({
      energyKwh: 0.0001,
      requests: 1,
      durationS: 0.125,
      method: 'measured',
      boundary: expect.stringContaining('GPU only'),
    })
  })
  test('the GPUs are those of the row', () => {
    expect(readMlEnergy(file({ num_gpus: 4 })).uses[0]?.machine).toMatchObject({
      gpu: 'H100',
      gpus: 4,
    })
  })
  test('rows without energy are left out by name; negative energy and other files are refused', () => {
    expect(readMlEnergy(file({ energy_per_request_joules: null })).leftOut).toHaveLength(1)
    expect(() => readMlEnergy(file({ energy_per_request_joules: -1 }))).toThrow(invalid)
    expect(() => readMlEnergy('{}')).toThrow(invalid)
    expect(() => readMlEnergy('nope')).toThrow(invalid)
  })
  const real = join(data, 'ml-energy/gpqa.json')
  test.skipIf(!existsSync(real))('the real leaderboard (skipped without the data folder)', () => {
    expect(readMlEnergy(readFileSync(real, 'utf8')).uses.length).toBeGreaterThan(150)
  })
})

describe('OpenTelemetry', () => {
  const attribute = (key: string, value: object) => ({ key, value })
  const span = (model: string, input: string, output: string) => ({
    attributes: [
      attribute('gen_ai.request.model', { stringValue: model }),
      attribute('gen_ai.usage.input_tokens', { intValue: input }),
      attribute('gen_ai.usage.output_tokens', { intValue: output }),
    ],
  })
  const document = (spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] })

  test('sums tokens per model from OTLP JSON, one document or one per line', () => {
    const one = document([span('a', '100', '10'), span('a', '50', '5'), { attributes: [] }])
    const two = document([span('b', '7', '1')])
    const { uses, leftOut } = readOtel(`${JSON.stringify(one)}\n${JSON.stringify(two)}\n`)
    expect(uses).toEqual([
      expect.objectContaining({
        name: 'a',
        requests: 2,
        energyKwh: null,
        tokens: { input: 150, output: 15, cachedInput: 0 },
      }),
      expect.objectContaining({ name: 'b', requests: 1 }),
    ])
    expect(leftOut).toEqual(['1 spans without gen_ai usage of a request'])
  })

  test('reads the older names and plain attributes', () => {
    const old = {
      attributes: {
        'gen_ai.response.model': 'a',
        'gen_ai.usage.prompt_tokens': 3,
        'gen_ai.usage.completion_tokens': 4,
      },
    }
    expect(readOtel(JSON.stringify([old])).uses[0]!.tokens).toEqual({
      input: 3,
      output: 4,
      cachedInput: 0,
    })
  })

  const plain = (attributes: object, more: object = {}) => ({ ...more, attributes })
  const gpt = {
    'gen_ai.request.model': 'a',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
  }
  const tokensOf = (...spans: object[]) =>
    readOtel(JSON.stringify(spans)).uses.map(({ tokens }) => tokens)

  test.each([
    [
      'the conventions of 2026',
      {
        ...gpt,
        'gen_ai.usage.cache_read.input_tokens': 60,
        'gen_ai.usage.reasoning.output_tokens': 15,
      },
      [100, 20, 60],
    ],
    [
      'a cache that was counted apart',
      {
        ...gpt,
        'gen_ai.usage.cache_read.input_tokens': 600,
        'gen_ai.usage.cache_creation.input_tokens': 50,
      },
      [750, 20, 600],
    ],
    [
      'reasoning that was counted apart',
      { ...gpt, 'gen_ai.usage.details.reasoning_tokens': 300 },
      [100, 320, 0],
    ],
    ['OpenLLMetry', { ...gpt, 'gen_ai.usage.cache_read_input_tokens': 40 }, [100, 20, 40]],
    [
      'OpenInference',
      {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'a',
        'llm.token_count.prompt': 9,
        'llm.token_count.completion': 4,
        'llm.token_count.prompt_details.cache_read': 3,
      },
      [9, 4, 3],
    ],
    [
      'an embedding of OpenInference',
      {
        'openinference.span.kind': 'EMBEDDING',
        'embedding.model_name': 'a',
        'llm.token_count.prompt': 9,
      },
      [9, 0, 0],
    ],
    [
      'an embedding of gen_ai',
      {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.request.model': 'a',
        'gen_ai.usage.input_tokens': 7,
      },
      [7, 0, 0],
    ],
    [
      'the AI SDK',
      {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': 'a',
        'ai.usage.inputTokens': 5,
        'ai.usage.outputTokens': 6,
        'ai.usage.cachedInputTokens': 2,
      },
      [5, 6, 2],
    ],
  ])('%s', (_, attributes, [input, output, cachedInput]) => {
    expect(tokensOf(plain(attributes))).toEqual([{ input, output, cachedInput }])
  })

  test('what contains a request is not counted again', () => {
    const outer = plain({
      'ai.operationId': 'ai.generateText',
      'ai.model.id': 'a',
      'ai.usage.inputTokens': 5,
      'ai.usage.outputTokens': 6,
    })
    const framework = plain(gpt, { spanId: '1' })
    const between = plain({}, { spanId: '2', parentSpanId: '1' })
    const client = plain(gpt, { spanId: '3', parentSpanId: '2' })
    expect(tokensOf(outer, framework, between, client)).toEqual([
      { input: 100, output: 20, cachedInput: 0 },
    ])
  })

  test('exports of Jaeger', () => {
    const tags = Object.entries(gpt).map(([key, value]) => ({ key, type: 'int64', value }))
    const { uses } = readOtel(
      JSON.stringify({ data: [{ traceID: '1', spans: [{ spanID: '2', tags }] }] }),
    )
    expect(uses[0]).toMatchObject({ name: 'a', tokens: { input: 100, output: 20 } })
  })

  test.each([
    ['no usage at all', JSON.stringify(document([]))],
    ['negative tokens', JSON.stringify(document([span('a', '-1', '2')]))],
    ['no JSON', 'x\ny'],
  ])('%s is refused', (_, text) => {
    expect(() => readOtel(text)).toThrow(invalid)
  })
})

describe('the table', () => {
  test.each([
    ['codecarbon', `${header}\n${row()}\n`],
    ['impact-framework', 'name: x\ninitialize:\n  plugins: {}\ntree:\n  children: {}\n'],
    ['ml-energy', '{"configurations": [{"energy_per_request_joules": 1}]}'],
    ['opentelemetry', '{"resourceSpans": []}'],
  ] as const)('recognises %s by its content', (format, text) => {
    expect(formatOf(text)).toBe(format)
  })
  test('refuses what is none of them and offers the names', () => {
    expect(() => formatOf('hello')).toThrow(invalid)
  })
  test('loads each reader when it is named', async () => {
    expect((await importEnergy(`${header}\n${row()}\n`)).uses).toHaveLength(1)
    for (const { load } of Object.values(energyImporters))
      expect(await load()).toBeTypeOf('function')
  })
})

test('a manifest that Impact Framework ran is read from its outputs', () => {
  const manifest = {
    initialize: {
      plugins: {
        curve: { path: 'builtin', method: 'Interpolation', config: {} },
        sci: { path: 'builtin', method: 'Sci', config: { 'functional-unit': 'requests' } },
      },
    },
    execution: { status: 'success' },
    tree: {
      children: {
        child: {
          pipeline: { compute: ['curve', 'sci'] },
          inputs: [{ duration: 3600, requests: 100 }],
          outputs: [
            {
              duration: 3600,
              requests: 100,
              energy: 0.01,
              'carbon-operational': 4,
              'carbon-embodied': 1,
            },
            {
              duration: 3600,
              requests: 50,
              energy: 0.01,
              'carbon-operational': 4,
              'carbon-embodied': 1,
            },
          ],
        },
      },
    },
  }
  const { uses, leftOut } = readIfManifest(stringify(manifest))
  expect(leftOut).toEqual([])
  expect(uses[0]).toMatchObject({ energyKwh: 0.02, requests: 150, intensity: 400, embodiedG: 2 })
  expect(uses[0]?.carbon).toEqual({ operationalG: 8, embodiedG: 2 })
  const [child] = Object.values(manifest.tree.children)
  const named = { ...child, defaults: { 'cloud/vendor': 'aws', vCPUs: 2, 'vcpus-total': 8 } }
  const onCloud = readIfManifest(stringify({ ...manifest, tree: { children: { named } } }))
  expect(onCloud.uses[0]?.machine).toMatchObject({ processors: 2, hostProcessors: 8, cloud: true })
  const failed = { status: 'fail', error: 'MissingInputDataError: cpu/energy is missing' }
  const read = () => readIfManifest(stringify({ ...manifest, execution: failed }))
  expect(read).toThrow(invalid)
  expect(read).toThrow(/status fail: MissingInputDataError: cpu\/energy is missing/)
})
