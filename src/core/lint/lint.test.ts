import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { accountInputs, accountRun, accountSpec } from '../../../test/fixtures/account-run.ts'
import { ifAbsent, ifFixture } from '../../../test/fixtures/impact-framework.ts'
import { buildAccount } from '../account/account.ts'
import { ifManifest } from '../export/if.ts'
import { reportMarkdown } from '../export/markdown.ts'
import { type SciReport, sciReport } from '../export/sci-report.ts'
import { findingLine, type LintInput, lintReport } from './lint.ts'
import { readQuantity } from './quantity-text.ts'
import { reportKindOf } from './report-kind.ts'

const account = buildAccount(accountRun, accountSpec, accountInputs)
const about = {
  version: '1.0',
  organization: { name: 'ACME', url: 'https://example.org' },
  accountable: { organization: 'ACME', person: 'A. Person', contact: 'a@example.org' },
  timespan: { from: '2026-01-01', to: '2026-01-15' },
}
const report = sciReport(account, 'consumer', about)
const markdown = reportMarkdown(report)
const today = '2026-02-01'

const lintText = (text: string, more: Partial<LintInput> = {}) =>
  lintReport({ text, parse, today, ...more }).findings
const lintJson = (value: unknown) => lintText(JSON.stringify(value))
const lintYaml = (manifest: unknown) => lintText(stringify(manifest))

describe('quantities in text', () => {
  test.each([
    ['6,500 kg CO₂e', 6.5e6, { g: 1 }],
    ['50 billion tokens/week', 5e10, { token: 1 }],
    ['0.13 g CO₂e/million tokens', 0.13e-6, { g: 1, token: -1 }],
    ['200,000 kg CO₂e / (5 × 10²² FLOPs)', 4e-15, { g: 1, flop: -1 }],
    ['4 × 10⁻¹⁸ kg CO₂e/FLOP', 4e-15, { g: 1, flop: -1 }],
    ['4 g CO2e per 10^15 FLOPs', 4e-15, { g: 1, flop: -1 }],
    ['0.129 gCO2e/visit', 0.129, { g: 1, visit: -1 }],
    ['0.002 gCO2e per accepted answer', 0.002, { g: 1, 'accepted answer': -1 }],
    ['(5,000 kg + 1,500 kg) / 50e9 tokens', 1.3e-4, { g: 1, token: -1 }],
    ['3.6 MJ', 1, { kWh: 1 }],
    ['1M tokens', 1e6, { token: 1 }],
    ['2 lb', 907.18474, { g: 1 }],
  ])('%s', (text, value, dimensions) => {
    const read = readQuantity(text)!
    expect(read.value / value).toBeCloseTo(1, 9)
    expect(read.dimensions).toEqual(dimensions)
  })
  test.each(['Consumer SCI', 'see https://example.org', '', '12 kg + 3 tokens', '(1 kg'])(
    '%j is none',
    (text) => {
      const read = readQuantity(text)
      expect(read === null || !('g' in read.dimensions)).toBe(true)
    },
  )
})

describe('reports that are right', () => {
  test('our own, both personas, JSON and Markdown, have nothing to find', () => {
    for (const persona of ['consumer', 'provider'] as const) {
      const own = sciReport(account, persona, about)
      expect(lintJson(own).map(findingLine)).toEqual([])
      expect(lintText(reportMarkdown(own)).map(findingLine)).toEqual([])
    }
  })
  test('our own manifest', () => {
    expect(lintYaml(ifManifest(account).manifest)).toEqual([])
  })
  test.skipIf(ifAbsent !== '')(`a manifest of the framework that succeeded${ifAbsent}`, () => {
    expect(lintYaml(ifFixture('outputs/builtins/sci/success.yaml'))).toEqual([])
  })
  test('correct equations in prose', () => {
    const text = [
      '- Total Consumer operational carbon: 5,000 kg CO₂e/week',
      '- Total Consumer embodied carbon: 1,500 kg CO₂e/week',
      '- Total tokens processed: 50 billion tokens/week',
      '- Consumer SCI = 6,500 kg CO₂e / 50 billion tokens = 130 g CO₂e/million tokens',
      '- Provider SCI = 200,000 kg CO₂e / (5 × 10²² FLOPs) = 4 × 10⁻¹⁸ kg CO₂e/FLOP = 4 g CO₂e/10¹⁵ FLOPs',
    ].join('\n')
    expect(lintText(text, { part: true })).toEqual([])
  })
  test('the kind is recognized by the content', () => {
    expect(reportKindOf(JSON.stringify(report))).toBe('sci-statement')
    expect(reportKindOf(markdown)).toBe('sci-statement')
    const own = 'name: x\ninitialize:\n  plugins: {}\ntree:\n  children: {}'
    expect(reportKindOf(own)).toBe('if-manifest')
    expect(reportKindOf(`${own}\nexecution:\n  status: success`)).toBe('if-output')
    expect(reportKindOf('---\nlicense: mit\n---\n# A model')).toBe('model-card')
    expect(reportKindOf(`Our manifest:\n\n\`\`\`yaml\n${own}\n\`\`\`\n`)).toBe('case-study')
  })
})

// The worked examples of SCI for AI (public review) and of its case-study guide: figures as printed there.
describe("the specification's own slips", () => {
  const caught = (text: string) =>
    lintText(text, { part: true }).filter(({ severity }) => severity === 'error')

  test('9.1.1: 6,500 kg over 50 billion tokens is not 0.13 g per million tokens but 1000 times more', () => {
    const [first] = caught(
      '- Consumer SCI = 6,500 kg CO₂e / 50 billion tokens = 0.13 g CO₂e/million tokens',
    )
    expect(first).toMatchObject({ rule: 'dimension', where: 'line 1' })
    expect(first!.what).toMatch(/1000 times too low/)
  })

  test('9.1.3: the same figure repeated in the reporting section', () => {
    const found = caught(
      [
        '#### 9.1.1 Consumer SCI Calculation',
        '- Total Consumer operational carbon: 5,000 kg CO₂e/week',
        '- Total Consumer embodied carbon: 1,500 kg CO₂e/week',
        '- Total tokens processed: 50 billion tokens/week',
        '- Consumer SCI = 6,500 kg CO₂e / 50 billion tokens',
        '#### 9.1.3 Reporting',
        '- **Consumer SCI**: 0.13 g CO₂e/million tokens',
      ].join('\n'),
    )
    expect(found.map(({ where }) => where)).toEqual(['line 7'])
  })

  test('9.1.2 in a later snapshot: 4e-18 kg per FLOP is not 4 g per 10^18 FLOP', () => {
    const found = caught('- Provider SCI = 4 × 10⁻¹⁸ kg CO₂e/FLOP = 4 g CO₂e/10¹⁸ FLOPs')
    expect(found[0]!.what).toMatch(/1000 times too low/)
  })

  test.each(['3,000 kg CO₂e/billion parameters', '30 kg CO₂e/billion parameters'])(
    '9.2.2 and 9.2.3: 75,000 kg over 2.5 billion parameters is not %s',
    (printed) => {
      const found = caught(
        [
          '#### 9.2.2 Provider SCI Calculation',
          '- Total Provider emissions: 75,000 kg CO₂e',
          '- Total parameters: 2.5 billion',
          `- Provider SCI = ${printed}`,
        ].join('\n'),
      )
      expect(found).toHaveLength(1)
      expect(found[0]!.what).toMatch(/times too low/)
    },
  )

  test('9.2.1 is right and stays unflagged', () => {
    const text = [
      '- Total Consumer emissions: 3,200 kg CO₂e/month',
      '- Total inferences: 40 million/month',
      '- Consumer SCI = 0.08 g CO₂e/inference',
    ].join('\n')
    expect(caught(text)).toEqual([])
  })

  test('the website case study: components of 3.98 g do not make 0.129 g per visit', () => {
    const text = [
      '**SCI:** `0.129 gCO2e/visit`',
      '',
      '**Breakdown:**',
      '- Development: `0.0002 gCO2e/visit`',
      '- Servers: `0.3917 gCO2e/visit`',
      '- Network: `0.0192 gCO2e/visit`',
      '- User: `3.5737 gCO2e/visit`',
    ].join('\n')
    const found = caught(text)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ rule: 'sum' })
    expect(found[0]!.what).toMatch(/3\.985 .* 0\.129/)
  })

  test('the guidance document: 129,696 g over 50,000 visits is not 0.129', () => {
    expect(caught('SCI = 129,696 g CO2e / 50,000 visits = 0.129 g CO2e/visit')[0]!.what).toMatch(
      /2\.594/,
    )
  })
})

type Json = { -readonly [K in keyof SciReport]: SciReport[K] } & Record<string, unknown>
const changed = (change: (json: Json) => void) => {
  const copy = structuredClone(report) as Json
  change(copy)
  return copy
}
const first = (json: Json, name: 'coefficients' | 'components' | 'methodologies') =>
  json[name][0] as unknown as Record<string, unknown>

const jsonMutations: readonly (readonly [string, (json: Json) => void])[] = [
  [
    'the score 1000 times too low',
    (r) => {
      r.sci = { ...r.sci, value: r.sci.value / 1000 }
    },
  ],
  [
    'a component 10 times too high',
    (r) => {
      const c = first(r, 'components')
      c['sci'] = Number(c['sci']) * 10
    },
  ],
  [
    'a component left out',
    (r) => {
      r.components = r.components.slice(1)
    },
  ],
  [
    'a component counted twice',
    (r) => {
      r.components = [...r.components, r.components[0]!]
    },
  ],
  [
    'a component per another R',
    (r) => {
      first(r, 'components')['unit'] = 'gCO2e per inference'
    },
  ],
  [
    'a score per another R than declared',
    (r) => {
      r.functionalUnit = { ...r.functionalUnit, unit: 'token' }
    },
  ],
  [
    'a score without a unit',
    (r) => {
      r.sci = { ...r.sci, unit: '' }
    },
  ],
  [
    'a score in energy',
    (r) => {
      r.sci = { ...r.sci, unit: 'kWh per accepted answer' }
    },
  ],
  [
    'kilograms written as grams',
    (r) => {
      r.sci = { ...r.sci, unit: 'kgCO2e per accepted answer' }
    },
  ],
  [
    'a negative score',
    (r) => {
      r.sci = { ...r.sci, value: -r.sci.value }
    },
  ],
  [
    'a score that is not a number',
    (r) => {
      r.sci = { ...r.sci, value: null as never }
    },
  ],
  [
    'a score outside its interval',
    (r) => {
      r.sci = { ...r.sci, low: r.sci.high * 2, high: r.sci.high * 3 }
    },
  ],
  [
    'no coefficients',
    (r) => {
      r.coefficients = []
    },
  ],
  [
    'a coefficient without unit',
    (r) => {
      first(r, 'coefficients')['unit'] = ''
    },
  ],
  [
    'a coefficient without source',
    (r) => {
      first(r, 'coefficients')['source'] = ''
    },
  ],
  [
    'a coefficient without value',
    (r) => {
      first(r, 'coefficients')['value'] = null
    },
  ],
  [
    'a coefficient used and not listed',
    (r) => {
      r.coefficients = r.coefficients.filter(({ name }) => name !== 'PUE 1.2')
    },
  ],
  [
    'a grid factor in kg',
    (r) => {
      first(r, 'coefficients')['value'] = 342_060
    },
  ],
  [
    'a negative coefficient',
    (r) => {
      first(r, 'coefficients')['value'] = -342
    },
  ],
  [
    'a PUE below 1',
    (r) => {
      r.coefficients = r.coefficients.map((c) =>
        c.name.startsWith('PUE') ? { ...c, value: 0.2 } : c,
      )
    },
  ],
  [
    'a lifetime in years called seconds',
    (r) => {
      r.coefficients = r.coefficients.map((c) => (c.name.startsWith('EL') ? { ...c, value: 4 } : c))
    },
  ],
  [
    'embodied kilograms called grams',
    (r) => {
      r.coefficients = r.coefficients.map((c) =>
        c.name.startsWith('TE') ? { ...c, value: 121 } : c,
      )
    },
  ],
  [
    'a share above 1',
    (r) => {
      r.coefficients = r.coefficients.map((c) =>
        c.name.startsWith('RR') ? { ...c, value: 12 } : c,
      )
    },
  ],
  [
    'a grid factor of 2015',
    (r) => {
      const c = first(r, 'coefficients')
      c['description'] = 'average intensity 2015'
      c['source'] = 'Ember'
    },
  ],
  [
    'a method that is no method',
    (r) => {
      first(r, 'methodologies')['method'] = 'guessed'
    },
  ],
  [
    'a measurement in the future',
    (r) => {
      r.measurementDate = '2027-05-01'
    },
  ],
  [
    'market-based electricity',
    (r) => {
      r.summary = 'Powered by 100 % renewable electricity, residual mix 0 g.'
    },
  ],
  [
    'offsets',
    (r) => {
      r.keyInsights = ['The rest is covered by carbon offsets.']
    },
  ],
]

const textMutations: readonly (readonly [string, (text: string) => string])[] = [
  [
    'a headline 1000 times too low',
    (t) => t.replace(/\*\*SCI: ([\d.]+)/, (_, n) => `**SCI: ${Number(n) / 1000}`),
  ],
  [
    'a headline per another unit',
    (t) => t.replace(/(\*\*SCI: [\d.e-]+ [mµnp]?gCO2e per) accepted answer/, '$1 inference'),
  ],
  ['no headline', (t) => t.replace(/^\*\*SCI:.*$/m, '')],
  ['a breakdown row gone', (t) => t.replace(/^\| answers of small \| [^|]+ \|$/m, '')],
  ['a coefficient row without source', (t) => t.replace(/^(\| I DEU .*\|)[^|]+\|$/m, '$1 |')],
  [
    'an equation that does not hold',
    (t) => `${t}\nSCI = 12 kg CO2e / 6,000 visits = 0.2 g CO2e/visit\n`,
  ],
]

const manifest = () =>
  structuredClone(ifManifest(account).manifest) as unknown as {
    initialize: { plugins: Record<string, Record<string, unknown>> }
    tree: {
      children: Record<
        string,
        { inputs: Record<string, unknown>[]; outputs?: unknown; defaults: Record<string, unknown> }
      >
    }
    execution?: unknown
  }
const manifestMutations: readonly (readonly [string, (m: ReturnType<typeof manifest>) => void])[] =
  [
    [
      'R = 0',
      (m) => {
        m.tree.children['small']!.inputs[0]!['accepted-answers'] = 0
      },
    ],
    [
      'a shell plugin',
      (m) => {
        m.initialize.plugins['x'] = {
          method: 'Shell',
          path: 'builtin',
          config: { command: 'rm -rf /' },
        }
      },
    ],
    [
      'a second step without a duration',
      (m) => {
        const { inputs } = m.tree.children['small']!
        inputs.push({ ...inputs[0]!, duration: undefined })
      },
    ],
    [
      'a failed run',
      (m) => {
        m.execution = { status: 'fail' }
      },
    ],
    [
      'a grid factor in kg',
      (m) => {
        m.tree.children['small']!.defaults['grid/carbon-intensity'] = 0.34
      },
    ],
    [
      'negative energy',
      (m) => {
        m.tree.children['small']!.inputs[0]!['it-energy'] = -1
      },
    ],
    [
      'an output that does not follow',
      (m) => {
        m.tree.children['small']!.outputs = [{ sci: 1 }]
      },
    ],
    [
      'a usage ratio of 12',
      (m) => {
        m.tree.children['small']!.defaults['usage-ratio'] = 12
      },
    ],
  ]

describe('mutated reports are each caught', () => {
  test('there are at least 30 of them', () => {
    expect(
      jsonMutations.length + textMutations.length + manifestMutations.length,
    ).toBeGreaterThanOrEqual(30)
  })
  test.each(jsonMutations)('JSON: %s', (_, mutate) => {
    expect(lintJson(changed(mutate)).filter(({ severity }) => severity === 'error')).not.toEqual([])
  })
  test.each(textMutations)('Markdown: %s', (_, mutate) => {
    const text = mutate(markdown)
    expect(text).not.toBe(markdown)
    expect(lintText(text).filter(({ severity }) => severity === 'error')).not.toEqual([])
  })
  test.each(manifestMutations)('manifest: %s', (_, mutate) => {
    const mutated = manifest()
    mutate(mutated)
    expect(lintYaml(mutated).filter(({ severity }) => severity === 'error')).not.toEqual([])
  })
})

describe('a case study', () => {
  const wrong = (text: string) => lintText(text).map(({ where, what }) => `${where}: ${what}`)

  test.each([
    ['(0.110 kWh * 554 gCO2e/kWh) + 6.87 gCO2e = 67.81 kgCO2e', /its unit does not/],
    ['E = 2.36 W / 1000 = 0.054 kWh', /0.054 kWh is printed/],
    ['Total E = 0.1644 kgCO2e/kWh', /E is an energy/],
    ['# 321.35 gCO2e\t(67.81 + 51.10 + 94.95 + 96.5)', /add up to 310.4/],
    ['M = 9.4 kgCO2eq => 9400 kgCO2eq', /1000 times too high/],
  ])('%s', (text, what) => {
    expect(wrong(text)).toEqual([expect.stringMatching(what)])
  })

  test('days of a year that enter twice make 365 times too much', () => {
    const text = '(.003 x 365) = 1.095 kWh\n\n.713 x 365 days/year = 260\n\n1.095 * 260 = 284.7\n'
    expect(wrong(text)).toEqual(['line 5: 365 is a factor of both numbers: it enters twice'])
  })

  test.each([
    'E = (16.009 W - 11.335 W) x 8322h = 39 kWh',
    'E = (1 hour * 205 W TDP * 0.32)/1000 = 0.0656 kWh',
    'SCI = ((4.96e-3 [kWh] * 457 [gCO2/kWh]) + 7.16 [gCO2eq/hour]) / 38032740 [WI] per R = 2.48e-7 [gCO2eq] per R',
    '$$M = 4{,}800{,}000 \\times 0.0000713 = 342 \\text{ gCO}_2\\text{e per 1,000 transactions}$$',
    'Component SCI = (8.5 + 1.2) kg CO₂e ÷ 25,000 queries = 0.388 g CO₂e/query',
    'The total was 7,25 + 2,5 = 9,75 kg, and x <= 5 while 3 != 4',
    '| Part | Energy (kWh) | gCO2e |\n|---|---|---|\n| a | 1 | 400 |\n| b | 2 | 800 |\n| **Total** | 3 | 1200 |',
  ])('%s is right', (text) => {
    expect(wrong(text)).toEqual([])
  })

  test('a row that breaks the rule of its table, and a total that is not the sum', () => {
    const rows = ['| a | 1 | 400 |', '| b | 2 | 800 |', '| c | 3 | 12000 |', '| d | 4 | 1600 |']
    const table = [
      '| Part | Energy (kWh) | gCO2e |',
      '|---|---|---|',
      ...rows,
      '| Total | 10 | 9 |',
    ]
    expect(wrong(table.join('\n'))).toEqual([
      expect.stringMatching(/^line 5: 12000 is printed, 1200 would/),
      expect.stringMatching(/^line 7: 9 is the total printed/),
    ])
  })
})

describe('a model card', () => {
  const card = (emissions: string, body = '- **Emissions:** 1.71 KgCO2 (Singapore)\n') =>
    lintText(`---\nlicense: mit\nco2_eq_emissions:\n${emissions}\n---\n# A model\n\n${body}`)
      .filter(({ severity }) => severity === 'error')
      .map(({ where, what }) => `${where}: ${what}`)

  test.each([
    ['  emissions: 1710', []],
    ['  emissions: 1710\n  geographical_location: Singapore', []],
    ['  emissions: 1.71', [/not kilograms/]],
    ['  emissions: 1710 g', [/is not a number/]],
    ['  emissions: -1710', [/negative/, /states 1710 g/]],
    ['  emision: 1710', [/no amount/]],
    ['  - emissions: 1710', [/it is a list/]],
    ['\temissions: 1710', [/not YAML/]],
    ['  emissions: 1710\n  training_type: tuning', [/neither pre-training/]],
    ['  emissions: 1710\n  geographical_location: Norway', [/states Singapore/]],
  ])('%j', (emissions, expected) => {
    expect(card(emissions)).toEqual(expected.map((what) => expect.stringMatching(what)))
  })

  test('the carbon of an energy must be one that a grid can have', () => {
    const body = '- **Total Energy Consumption:** 3.51 Wh\n'
    expect(card('  emissions: 1710', body)).toEqual([expect.stringMatching(/grids have 1 to 1500/)])
  })

  test('a card without emissions has nothing to check', () => {
    const text = '---\nlicense: mit\n---\n# A model\n'
    expect(lintReport({ text, parse })).toMatchObject({ kind: 'model-card', verdict: 'nothing' })
  })
})

describe('what is missing', () => {
  test('template fields, boundary and a grid factor without a year are warnings', () => {
    const rules = lintText('**SCI:** 0.5 gCO2e/visit\n\n## Methodologies\n').map(({ rule }) => rule)
    expect(rules).toEqual(expect.arrayContaining(['coefficients', 'boundary', 'fields', 'methods']))
  })
  test('a text that states nothing is neither a pass nor a failure', () => {
    const text = '# Our green journey\n\nWe care, and 2 + 2 people work on it since 2023.'
    expect(lintReport({ text, parse })).toEqual({
      ...{ kind: 'case-study', verdict: 'nothing', checks: 0, findings: [] },
    })
  })
  test('nonsense is judged, not crashed on', () => {
    for (const value of [{}, { sci: [] }, { sci: { value: 'abc', unit: '###' } }])
      expect(lintJson(value).length).toBeGreaterThan(0)
    expect(lintText('{"sci": ')[0]).toMatchObject({ rule: 'manifest', severity: 'error' })
    expect(lintText('name: x\ninitialize: 1\ntree: [')[0]).toMatchObject({ severity: 'error' })
  })
})

describe('several values on one line', () => {
  test.each([
    'E = 2 kWh, I = 400 gCO2e/kWh.',
    'In May: E = 2 kWh and I = 400 g/kWh; M = 100 g (R = 10 users)',
    'decode = t x 0.0269 J x 2        S = p x 3',
  ])('%s: no value is compared with the next', (line) => {
    expect(lintText(line)).toEqual([])
  })
  test('a score that follows from them is checked, in either direction', () => {
    const stated = 'E = 2 kWh, I = 400 g/kWh, M = 100 g, R = 10 users.\n'
    expect(lintReport({ text: `${stated}SCI = 90 g/user`, parse })).toMatchObject({
      ...{ verdict: 'ok', checks: 2 },
    })
    expect(lintText(`${stated}SCI = 9 g/user`)).toMatchObject([
      { where: 'line 2', what: '9 g per user is printed, 90 g per user follows: 10 times too low' },
    ])
  })
  test('a line of spaces takes no time', { timeout: 5000 }, () => {
    const spaces = ' '.repeat(100_000)
    lintText(`E = 2${spaces}kWh ${'and '.repeat(50_000)}\nSCI =${spaces}E\n| E | ${spaces}x`)
  })
})

test.each([
  ['350 kgCO2e/kWh', '8000 gCO2e', '840.2'],
  ['350 gCO2e/kWh', '8000 kgCO2e', '160.8'],
])('a factor of %s and %s: the ratio of a finding is that of its two numbers', (i, m, ratio) => {
  const line = `SCI = (120 kWh x ${i} + ${m}) / 1,000,000 = 0.05 gCO2e per ticket.`
  expect(lintText(line).map(({ what }) => what)).toEqual([
    expect.stringMatching(new RegExp(`: ${ratio} times too low$`)),
  ])
})

describe('what the standard asks of a score', () => {
  test.each([
    [
      'We bought carbon offsets; after offsets the score is 0 gCO2e per ticket (net zero).',
      /offset/,
    ],
    ['All of it is offset, so the SCI score is net zero.', /no offsets in a score/],
    ['SCI = (E * I) per R = (120 kWh x 350 g/kWh) / 1,000 = 42 g per ticket', /lacks M/],
    ['| E | 120 | MW | wall meter |', /one of power/],
    ['E = 120 kW', /one of power/],
    ['| E | 120 | kgCO2e | wall meter |', /one of carbon/],
  ])('%s', (line, what) => {
    expect(lintText(line)).toMatchObject([{ rule: 'standard', severity: 'error', where: 'line 1' }])
    expect(lintText(line)[0]?.what).toMatch(what)
  })
  test.each([
    'No carbon offsets or market-based measures are counted in the score.',
    'Offsets do not reduce the SCI score. Net zero is another goal.',
    'SCI = ((E * I) + M) per R',
    'O = (E * I) per R',
    '| E | 120 | kWh | wall meter, 200 W |',
    'E = 120 W x 5 h = 0.6 kWh',
    '| Energy | high | MW |',
  ])('%s is right', (line) => {
    expect(lintText(line)).toEqual([])
  })
})
