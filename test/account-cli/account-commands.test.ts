import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { exportForms } from '../../src/app/account/exports.ts'
import { buildAccount } from '../../src/core/account/account.ts'
import type { Known } from '../../src/core/unit/estimate.ts'
import { commandLine } from '../command-line.ts'
import { accountInputs, accountRun, accountSpec } from '../fixtures/account-run.ts'

const dir = mkdtempSync(join(tmpdir(), 'rightsize-account-'))
const account = buildAccount(accountRun, accountSpec, accountInputs)
const put = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return name
}

const sci = (...words: string[]) => commandLine(['sci', ...words], { cwd: dir })
const lint = (...words: string[]) => commandLine(['lint-report', ...words], { cwd: dir })

beforeAll(() => {
  put('result.json', JSON.stringify({ ...accountRun, account }))
  const head = 'timestamp,project_name,duration,emissions,energy_consumed,pue'
  put('two.csv', `${head}\n2026-01-01,p,3600,10,0.2,1\n2026-01-02,p,1800,5,0.1,1\n`)
  put('bare.json', JSON.stringify({ ...accountRun, account: null }))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('rightsize sci', () => {
  test('explains the chosen candidate and the incumbent of a run, with units that read', async () => {
    const { code, out } = await sci('result.json')
    expect(code).toBe(0)
    expect(out).toMatch(/^small: SCI = \(E x I \+ M\) per R$/m)
    expect(out).toMatch(/^large: SCI = /m)
    expect(out).toMatch(/SCI per accepted answer {2}[\d.]+ [mµn]gCO2e {2}\[[\d.]+, [\d.]+\]/)
    expect(out).not.toMatch(/\de-\d/)
  })

  test('names the candidates asked for, and prints exact figures as JSON', async () => {
    const { out } = await sci('result.json', '--candidate', 'wrong', '--json')
    const parsed = JSON.parse(out) as {
      candidate: string
      sci: { perAccepted: { value: number } }
    }[]
    expect(parsed.map(({ candidate }) => candidate)).toEqual(['wrong'])
    const stored = account.consumer.rows.find(({ id }) => id === 'wrong')?.sci.perAccepted
    expect(parsed[0]?.sci.perAccepted.value).toBeCloseTo(
      stored?.kind === 'known' ? stored.value : Number.NaN,
      12,
    )
  })

  test('figures alone: 0.75 kWh x 1.2 x 342.06 g/kWh for 1000 answers is 307.854 mg each', async () => {
    const figures = ['--kwh', '0.75', '--requests', '1000', '--pue', '1.2', '--grid', 'DEU']
    const { out } = await sci(...figures, '--embodied', '0', '--json')
    const [one] = JSON.parse(out) as { sci: { perInference: { value: number } } }[]
    expect(one?.sci.perInference.value).toBeCloseTo((0.75 * 1.2 * 342.06) / 1000, 12)
  })

  test('a GPU comes with its slot in a host', async () => {
    const held = ['--kwh', '1', '--requests', '10', '--duration', '3600', '--device', 'h100']
    expect((await sci(...held)).out).toContain('1 x h100 + 0.125 x gpu-host')
  })

  test('the carbon of an imported file stands next to ours, with what is between them', async () => {
    const head = 'project_name,duration,emissions,energy_consumed,cpu_count,on_cloud'
    const file = put('emissions.csv', `${head}\ndemo,3600,1,2,2,Y\n`)
    const own = ['--requests', '100', '--pue', '1.2', '--grid-factor', '400', '--grid-source', 'x']
    const { out } = await sci(file, ...own, '--grid-year', '2025')
    expect(out).toContain('the file of codecarbon states 1 kgCO2e, the total here is 960.7 gCO2e:')
    expect(out).toMatch(/x 0\.8 {2}400 g\/kWh of .* in place of 500 g\/kWh/)
    expect(out).toContain('  x 1.2  PUE 1.2 in place of 1')
    expect((await sci(file, '--requests', '9', '--share', '1')).out).toContain('x share 1')
  })

  test('a factor of your own is used with its source and year', async () => {
    const own = ['--grid-factor', '25', '--grid-source', 'Hydro-Quebec', '--grid-year', '2025']
    const figures = ['--kwh', '0.75', '--requests', '1000', '--pue', '1.2', '--embodied', '0']
    const { out } = await sci(...figures, ...own)
    expect(out).toMatch(/I {2}25 gCO2e\/kWh {3}\(stated grid 2025, .*; Hydro-Quebec\)/)
    expect(out).toContain('(stated, energy as stated, 10 % either way)')
    const { code, err } = await sci(...figures, '--grid-factor', '25', '--grid-year', '2025')
    expect([code, err]).toEqual([3, expect.stringContaining('needs --grid-source and --grid-year')])
    expect((await sci(...figures, ...own, '--grid', 'DEU')).err).toContain('--grid would have no')
    expect((await sci(...figures, '--grid-year', '2025')).err).toContain('add --grid-factor')
  })

  test.each([[], ['--host', 'http://localhost:11434'], ['--host', 'ollama']])(
    'without a batch the interval at a server of your own holds the score of one request at a time %j',
    async (...host) => {
      const call = ['--model', 'llama3.1:8b', '--tokens-in', '500', '--tokens-out', '200', '--json']
      const scored = async (...more: string[]) => {
        const { out } = await sci(...call, ...more)
        const [one] = JSON.parse(out) as { sci: { perInference: Known<'gPerR'> } }[]
        return one?.sci.perInference as Known<'gPerR'>
      }
      const [blind, alone] = [await scored(...host), await scored(...host, '--batch', '1')]
      expect(blind.high).toBeGreaterThan(alone.value)
      expect(blind.low).toBeLessThan(alone.low)
      expect(blind.high).toBeGreaterThan(0.8 * alone.high)
    },
  )

  test('a score does not depend on the spelling of the model; M is named as modeled, the world is not at 0', async () => {
    const scored = async (model: string) =>
      (await sci('--model', model, '--tokens-in', '500', '--tokens-out', '200')).out
    const of = (out: string) => /SCI per inference.*/.exec(out)?.[0]
    const [one, other] = [await scored('llama3.1:8b'), await scored('Llama-3.1-8B-Instruct')]
    expect(of(one)).toBe(of(other))
    expect(one).toMatch(/M {2}modeled \(GPU and host slot/)
    expect(one).toMatch(/World 2024, average, production, lifecycle, 20\.83 to /)
  })

  test('every example of figures in the help has a score', async () => {
    const { out } = await commandLine(['sci', '--help'], { cwd: dir })
    const lines = out.replaceAll(/ \\\n\s*/g, ' ').match(/rightsize sci --kwh .*/g) ?? []
    expect(lines).toHaveLength(2)
    for (const line of lines)
      expect((await sci(...line.split(/\s+/).slice(2))).out).toMatch(/SCI per inference +[\d.]+ /)
  })

  test('two runs in one file: the rule for --requests is stated, with the sum', async () => {
    const { out, err } = await sci('two.csv', '--requests', '100', '--grid', 'DEU')
    expect(err).toMatch(
      /each of the 2 runs in the file is divided by all 100 answers of --requests/,
    )
    const totals = [...out.matchAll(/C {2}O \+ M = ([\d.]+) g /g)].map(([, g]) => Number(g))
    expect(totals).toHaveLength(2)
    const sum = (totals[0] ?? 0) + (totals[1] ?? 0)
    const [, stated, each] = /the sum, ([\d.]+) gCO2e and ([\d.]+) gCO2e per/.exec(err) ?? []
    expect(Number(stated) / sum).toBeCloseTo(1, 2)
    expect(Number(each) / (sum / 100)).toBeCloseTo(1, 2)
    expect((await sci('two.csv')).err).toContain('--requests 5000')
  })

  test('a CodeCarbon file is scored once the number of answers is given', async () => {
    put(
      'emissions.csv',
      'timestamp,project_name,run_id,duration,emissions,energy_consumed,country_iso_code,pue\n2026-01-01T00:00:00,p,r,3600,10,0.5,DEU,1.0\n',
    )
    const { code, out } = await sci('emissions.csv', '--requests', '1000', '--grid', 'DEU')
    expect(code).toBe(0)
    expect(out).toMatch(/E {2}500 Wh/)
    const own = ['--grid-factor', '25', '--grid-source', 'Hydro-Quebec', '--grid-year', '2025']
    const stated = await sci('emissions.csv', '--requests', '1000', ...own)
    expect(stated.out).toContain('25 gCO2e/kWh   (stated grid 2025')
    expect(stated.err).toContain('the file names DEU; --grid-factor 25 is used')
  })

  test.each(Object.keys(exportForms))('--export %s gives something of its form', async (form) => {
    const { code, out } = await sci('result.json', '--export', form)
    expect(code).toBe(0)
    const forms: Record<string, (text: string) => unknown> = {
      csv: (text) => expect(text.split('\n')[0]).toMatch(/^candidate,/),
      'model-card': (text) =>
        expect(parse(text.split('---')[1] ?? '')).toHaveProperty('co2_eq_emissions.emissions'),
      'impact-framework': (text) => expect(parse(text)).toHaveProperty('tree'),
      markdown: (text) => expect(text).toMatch(/^# SCI report: .*consumer/),
      'markdown-provider': (text) => expect(text).toMatch(/training of wrong/),
    }
    const check = forms[form] ?? ((text: string) => expect(JSON.parse(text)).toBeTypeOf('object'))
    check(out)
  })

  test.each([
    ['result.json --export pdf', 'FLAG_VALUE'],
    ['bare.json --export csv', 'SCI_NO_ACCOUNT'],
    ['absent.json', 'DATA_MISSING'],
    ['--kwh 1 --requests 0 --grid DEU', 'FLAG_VALUE'],
    ['--kwh 1 --grid DEU', 'FLAGS_MISSING'],
    ['--kwh 1 --requests 5 --grid DEU', 'FLAGS_MISSING'],
    ['two.csv --export csv', 'RESULT_INVALID'],
    ['two.csv', 'FUNCTIONAL_UNIT_ZERO'],
    ['--model gpt-4o --model gpt-5 --tokens-in 5 --tokens-out 2', 'FLAGS_CONFLICT'],
    ['--model gpt-4o --tokens-in 0 --tokens-out 0', 'QUANTITY_INVALID'],
    ['--model mix --parameters 8 --tokens-in 5 --tokens-out 2', 'QUANTITY_INVALID'],
    ['--model mix --active-parameters 8e9 --tokens-in 5 --tokens-out 2', 'FLAGS_MISSING'],
    ['result.json --kwh 1 --requests 5', 'FLAG_UNUSED'],
    ['--kwh 1 --requests 5 --grid Atlantis', 'GRID_UNKNOWN'],
  ])('sci %s is refused as %s', async (words, code) => {
    const ran = await sci(...words.split(' '))
    expect(ran).toMatchObject({ code: 3, out: '' })
    expect(ran.err).toContain(`error ${code}: `)
  })
})

describe('rightsize lint-report', () => {
  test.each(['markdown', 'json', 'markdown-provider', 'json-provider', 'impact-framework'])(
    'finds no error in what sci --export %s writes',
    async (form) => {
      const { out } = await sci('result.json', '--export', form)
      const linted = await lint(put(`${form}.out`, out))
      expect(linted.out).not.toMatch(/error/i)
      expect(linted.code).toBe(0)
    },
  )

  test.each(['', '# Our green journey\n\nWe care.\n', 'The SCI score is 0.05.\n'])(
    'a document that states nothing is neither a pass nor a failure: %j',
    async (text) => {
      const linted = await lint(put('green.md', text))
      expect(linted).toMatchObject({
        code: 2,
        out: expect.stringContaining('no SCI report was recognized'),
      })
    },
  )

  test('a model card without emissions has nothing to check, and does not pass', async () => {
    const linted = await lint(put('card.md', '---\nlicense: mit\n---\n# A model\n'), '--json')
    expect(linted.code).toBe(2)
    expect(JSON.parse(linted.out)).toMatchObject({ kind: 'model-card', verdict: 'nothing' })
  })

  test('a score changed by a thousand is an error, with exit code 1', async () => {
    const { out } = await sci('result.json', '--export', 'json')
    const report = JSON.parse(out) as { sci: { value: number } }
    report.sci.value *= 1000
    const changed = put('changed.json', JSON.stringify(report))
    const linted = await lint(changed, '--json')
    expect(linted.code).toBe(1)
    expect(JSON.parse(linted.out)).toMatchObject({
      kind: 'sci-statement',
      verdict: 'findings',
      findings: expect.arrayContaining([expect.objectContaining({ severity: 'error' })]),
    })
  })
})
