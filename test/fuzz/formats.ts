import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { importEnergy } from '../../src/adapters/energy-import/table.ts'
import { importResults } from '../../src/adapters/importer/table.ts'
import { openTokenizer } from '../../src/adapters/tokenizer/huggingface.ts'
import { answerIn } from '../../src/core/data/answer-in.ts'
import { fieldsOf } from '../../src/core/data/fields.ts'
import { RightsizeError } from '../../src/core/error/error.ts'
import { lintReport } from '../../src/core/lint/lint.ts'
import { classNames } from '../../src/core/onnx/model-config.ts'
import { readDocument } from '../../src/core/result/document.ts'
import { readLock } from '../../src/core/result/lock-text.ts'
import { knowsAssertion } from '../../src/core/score/assertions.ts'
import { parseSpec } from '../../src/core/spec/parse.ts'
import { parseSpecFile } from '../../src/core/spec/spec-file.ts'
import { decision, lockOf, look } from '../locks.ts'
import { supported } from '../report/results.ts'
import { holding, readers } from './readers.ts'

/** A form that others write: an example, as a document (its JSON is mutated) or a text, and what reads it. */
export interface Format {
  readonly example: unknown
  readonly read: (text: string) => unknown
}

const example = (path: string): string =>
  readFileSync(
    fileURLToPath(new URL(`../../examples/helpdesk-intents/${path}`, import.meta.url)),
    'utf8',
  )

const results = (path: string) => (text: string) =>
  importResults([{ name: 'a', path }], holding(text))

const json =
  (read: (value: unknown) => unknown) =>
  (text: string): unknown => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return null
    }
    return read(value)
  }

/** What the tokenizer's library throws is named where its file is opened, and is a failed answer where it encodes. */
function tokenizer(text: string): unknown {
  try {
    return openTokenizer(JSON.parse(text), {}).encode('Where is my refund? 123')
  } catch {
    return null
  }
}

const promptfoo = {
  prompts: ['Answer: {{text}}', 'file://p.txt'],
  providers: [
    'openai:gpt-4o',
    { id: 'openai:chat:m', config: { temperature: 0, apiBaseUrl: 'http://a.b/v1' } },
  ],
  defaultTest: { assert: [{ type: 'latency', threshold: 9 }], vars: { a: 1 } },
  tests: [
    {
      vars: { text: 'x' },
      assert: [
        { type: 'equals', value: 'a', weight: 2 },
        { type: 'not-contains', value: ['b'] },
      ],
    },
    {
      vars: { text: ['y', 'z'] },
      assert: [{ type: 'assert-set', assert: [{ type: 'regex', value: '^a' }] }],
    },
  ],
  scenarios: [
    { config: [{ vars: { text: 'q' } }], tests: [{ assert: [{ type: 'icontains', value: 'q' }] }] },
  ],
}
const promptfooFile = (text: string): unknown =>
  parseSpecFile(text, {
    ...{
      file: 'p.yaml',
      trust: false,
      incumbent: undefined,
      bar: { margin: undefined, floor: 0.5 },
    },
    knows: knowsAssertion,
    list: () => ['a.yaml'],
    read: () => '[{ "vars": { "text": "z" } }]',
  })

/** Every form that is read from outside. */
export const formats: Readonly<Record<string, Format>> = {
  'a spec': { example: parse(example('rightsize.yaml')), read: parseSpec },
  'a spec in YAML': { example: example('rightsize.yaml'), read: parseSpec },
  promptfoo: {
    example: promptfoo,
    read: promptfooFile,
  },
  'a result of promptfoo': {
    example: {
      results: {
        version: 3,
        results: [
          {
            vars: { text: 'x' },
            provider: { id: 'm' },
            response: { output: 'a', tokenUsage: { total: 3 } },
            success: true,
            score: 1,
            latencyMs: 12,
            testIdx: 0,
            promptIdx: 0,
          },
          {
            vars: { text: 'y' },
            provider: { id: 'm' },
            response: { output: 'b' },
            success: false,
            score: 0,
            testIdx: 1,
            promptIdx: 0,
          },
        ],
      },
    },
    read: results('/a.json'),
  },
  'samples of lm-eval': {
    example: {
      doc_id: 0,
      doc: { q: 'x' },
      target: 'a',
      arguments: [['x']],
      resps: [['a']],
      filtered_resps: ['a'],
      acc: 1,
      filter: 'none',
      metrics: ['acc'],
    },
    read: results('/samples_task.jsonl'),
  },
  'a log of inspect': {
    example: {
      version: 2,
      status: 'success',
      eval: { task: 't', model: 'openai/m', dataset: { name: 'd', samples: 2 } },
      results: {
        scores: [{ name: 'match', scorer: 'match', metrics: { accuracy: { value: 1 } } }],
      },
      samples: [
        {
          id: 1,
          epoch: 1,
          input: 'x',
          target: 'a',
          output: {
            model: 'm',
            choices: [{ message: { content: 'a' } }],
            usage: { input_tokens: 3, output_tokens: 1 },
          },
          scores: { match: { value: 'C', answer: 'a' } },
        },
      ],
    },
    read: results('/log.json'),
  },
  'predictions in JSON': {
    example: [
      {
        id: '1',
        output: 'a',
        latencyS: 0.1,
        tokens: { input: 3, output: 1 },
        price: 0.1,
        joules: 2,
        score: 1,
      },
      { id: '2', output: null, error: 'no' },
    ],
    read: results('/a.json'),
  },
  'predictions in CSV': {
    example: 'id,output,score,label\n1,a,1,a\n2,"b ""x""",0.5,b\n3,,,\n',
    read: results('/a.csv'),
  },
  'rows of Langfuse': {
    example: [
      {
        id: 'o',
        traceId: 't',
        type: 'GENERATION',
        model: 'm',
        input: 'x',
        output: 'a',
        usage: { input: 1, output: 2 },
        latency: 1,
      },
    ],
    read: results('/a.json'),
  },
  'a run result': {
    example: { ...supported, account: null, outcomes: { items: ['1'], scores: { small: [1] } } },
    read: (text) => readDocument(text, 'run-result', 'r.json'),
  },
  'a lock': {
    example: lockOf([look('a')], [decision('tickets', '2026-01-01')]),
    read: (text) => readLock(text, 'r.lock'),
  },
  'tokenizer.json': { example: JSON.parse(example('models/tiny/tokenizer.json')), read: tokenizer },
  'config.json': {
    example: { ...JSON.parse(example('models/tiny/config.json')), id2label: { 0: 'a', 1: 'b' } },
    read: json((value) => classNames(fieldsOf(value))),
  },
  'a reply of an endpoint': {
    example: {
      model: 'm',
      choices: [
        {
          message: { content: 'a', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] },
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 1,
        prompt_tokens_details: { cached_tokens: 1 },
      },
      data: [{ index: 0, embedding: [0.1] }],
    },
    read: (text) => readers['readReply']?.(text),
  },
  'an answer of a program': {
    example: {
      ok: true,
      output: { kind: 'label', label: 'a', probabilities: { a: 0.9, b: 0.1 } },
      latencyS: 1,
      tokens: { input: 1, output: 2 },
    },
    read: json(answerIn),
  },
  'a manifest': {
    example: {
      name: 'm',
      initialize: {
        plugins: {
          sum: {
            method: 'Sum',
            path: 'builtin',
            config: { 'input-parameters': ['a', 'b'], 'output-parameter': 'c' },
          },
        },
      },
      tree: {
        children: {
          c: {
            pipeline: { compute: ['sum'] },
            inputs: [{ timestamp: '2024-01-01T00:00', duration: 1, a: 1, b: 2 }],
          },
        },
      },
    },
    read: importEnergy,
  },
  'rows of CodeCarbon': {
    example:
      'timestamp,project_name,run_id,duration,emissions,emissions_rate,cpu_energy,gpu_energy,ram_energy,energy_consumed,country_iso_code\n2024-01-01T00:00:00,p,1,10,0.1,0.01,0.1,0,0.1,0.2,DEU\n',
    read: importEnergy,
  },
  'an SCI report': {
    example:
      '# SCI report: x\n\nSCI: 0.13 gCO2e per million tokens\n\n## Breakdown\n\n| component | SCI (g per token) |\n| --- | --- |\n| a | 1 |\n\n- Total = 6,500 kg CO2e / 50 billion tokens = 0.13 g per million tokens\n',
    read: (text) => lintReport({ text, parse: () => null, today: '2026-01-01' }),
  },
}

/** Whether an error is one that a user reads. */
export const isNamed = (error: unknown): boolean => error instanceof RightsizeError
