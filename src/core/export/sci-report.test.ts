import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { cyclonedx, cyclonedxValidator } from '../../../test/cyclonedx.ts'
import {
  accountInputs,
  accountRun,
  accountSpec,
  fixtureCandidate,
} from '../../../test/fixtures/account-run.ts'
import { boampsSubset } from '../../../test/fixtures/boamps-subset.ts'
import { buildAccount } from '../account/account.ts'
import type { Known } from '../unit/estimate.ts'
import { boampsReport } from './boamps.ts'
import { modelCardBlock } from './card.ts'
import { accountCsv } from './csv.ts'
import { mlBom } from './cyclonedx.ts'
import { reportMarkdown } from './markdown.ts'
import { sciReport } from './sci-report.ts'

const account = buildAccount(accountRun, accountSpec, accountInputs)
const trained = { items: 100, energy: accountRun.overhead.energy, cpuS: 1, note: '' }
/** The run as if the third candidate, which was trained, had been chosen. */
const trainedRun = {
  ...accountRun,
  decision: { ...accountRun.decision, chosen: 'wrong' },
  candidates: accountRun.candidates.map((each) =>
    each.id === 'wrong' ? { ...each, trained } : each,
  ),
  environment: { ...accountRun.environment, cpu: 'Xeon: fast' },
}
const row = account.consumer.rows.find(({ id }) => id === 'small')!

describe('SCI report', () => {
  // Fields of the Green Software Foundation's SCI report template (sci-ai, sci_report_template.md)
  test.each(['consumer', 'provider'] as const)(
    'the %s report has every field of the template',
    (persona) => {
      const report = sciReport(account, persona, { organization: { name: 'ACME', url: '-' } })
      for (const field of [
        'sci',
        'breakdown',
        'application',
        'version',
        'description',
        'url',
        'organization',
        'accountable',
        'measurementDate',
        'timespan',
        'manifestLink',
        'visualizerLink',
        'coefficients',
        'summary',
        'functionalUnit',
        'keyInsights',
        'methodologies',
        'components',
        'boundary',
        'checklist',
      ])
        expect(report[field as keyof typeof report], field).toBeDefined()
      expect(report.checklist.filter(({ ok }) => !ok)).toEqual([])
      expect(report.boundary.every((each) => each.persona === persona)).toBe(true)
      expect(JSON.parse(JSON.stringify(report))).toEqual(report)
    },
  )

  test('components add up to the score and share one R', () => {
    for (const persona of ['consumer', 'provider'] as const) {
      const { components, sci } = sciReport(account, persona)
      const sum = components.reduce((total, each) => total + each.sci, 0)
      expect(Math.abs(sum / sci.value - 1)).toBeLessThan(1e-9)
      expect(new Set(components.map(({ unit }) => unit))).toEqual(new Set([sci.unit]))
    }
  })

  test('methods are typed and cover C, O, M, E, I and R', () => {
    const letters = new Set(
      sciReport(account, 'consumer').methodologies.map(({ letter }) => letter),
    )
    expect([...letters].sort()).toEqual(['C', 'E', 'I', 'M', 'O', 'R'])
  })

  test('the Markdown has the sections of bound, scale, define, quantify, report and no broken table', () => {
    const text = reportMarkdown(sciReport(account, 'consumer', { application: 'a | b\nc' }))
    for (const title of [
      'Summary',
      'Breakdown',
      'Software boundary',
      'Functional unit',
      'Methodologies',
      'Coefficients',
      'Components',
      'Checklist',
    ])
      expect(text).toContain(`## ${title}`)
    expect(text).toContain('a \\| b c')
    expect(text).toContain('- [x] components add up to the score')
  })

  test('an infinite or unknown score is not turned into a report', () => {
    const blind = fixtureCandidate({ id: 'blind', joules: null, seconds: 1, accepted: 0.9 })
    const run = { ...accountRun, incumbent: null, candidates: [blind] }
    const made = buildAccount(run, accountSpec, accountInputs)
    expect(() => sciReport(made, 'consumer', {}, 'blind')).toThrow(/no meter is bound/)
    expect(() => sciReport(made, 'provider')).toThrow(
      expect.objectContaining({ code: 'EXPORT_IMPOSSIBLE' }),
    )
  })
})

describe('other forms', () => {
  test('model card: YAML that parses, grams of the Provider, both scores apart', () => {
    const block = modelCardBlock(account, trainedRun)
    const metadata = parse(block.split('---')[1]!)
    expect(metadata.co2_eq_emissions).toMatchObject({
      training_type: 'fine-tuning',
      geographical_location: 'Germany',
      hardware_used: 'Xeon: fast, 8 processors',
    })
    const total = (account.provider.total as Known<'g'>).value
    expect(metadata.co2_eq_emissions.emissions / total).toBeCloseTo(1, 3)
    expect(block).toContain('Do not add the two scores')
  })

  test('CSV: a line per candidate, three cells per estimate, formulas defused, commas quoted', () => {
    const odd = {
      ...fixtureCandidate({ id: '=cmd("x"),1', joules: 1, seconds: 0.1, accepted: 0.9 }),
    }
    const made = buildAccount(
      { ...accountRun, candidates: [...accountRun.candidates, odd] },
      accountSpec,
      accountInputs,
    )
    const lines = accountCsv(made).trimEnd().split('\r\n')
    expect(lines).toHaveLength(5)
    const cells = lines[2]!.split(',')
    expect(cells).toHaveLength(lines[0]!.split(',').length)
    expect(lines[0]).toContain(
      'sci_g_per_accepted_answer,sci_g_per_accepted_answer_low,sci_g_per_accepted_answer_high',
    )
    expect(Number(cells.at(-6))).toBe((row.sci.perAccepted as Known<'gPerR'>).value)
    expect(lines[4]!.startsWith(`"'=cmd(""x""),1"`)).toBe(true)
  })

  test('BoAmps: valid by the rules of its schema, with energy in kWh and accuracy', () => {
    const report = boampsReport(account, accountRun)
    const validate = new Ajv({ strict: false }).compile(boampsSubset)
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
    const [measure] = report['measures'] as { powerConsumption: number }[]
    expect(measure!.powerConsumption).toBeCloseTo(1000 / 3.6e6, 15)
    expect(report).toMatchObject({
      task: { measuredAccuracy: 0.945, nbRequest: 1000 },
      quality: 'high',
    })
  })

  test('the BoAmps rules can fail: a report without measures or with a wrong word is refused', () => {
    const validate = new Ajv({ strict: false }).compile(boampsSubset)
    expect(
      validate({ task: {}, measures: [], infrastructure: { infraType: 'moon', components: [] } }),
    ).toBe(false)
  })

  test.skipIf(cyclonedx.absent !== '')(
    `CycloneDX ML-BOM: valid against the 1.6 schema of the standard${cyclonedx.absent}`,
    () => {
      const validate = cyclonedxValidator()
      const bom = mlBom(account, trainedRun)
      expect(validate(bom), JSON.stringify(validate.errors)).toBe(true)
      expect(validate({ ...bom, components: [{ type: 'model' }] })).toBe(false)
      const text = JSON.stringify(bom)
      expect(text).toContain('"activity":"training"')
      expect(text).toContain('perAcceptedAnswer:gCO2e')
    },
  )
})
