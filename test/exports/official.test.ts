// What other tools make of our exports. Impact Framework's own program reads ours in src/core/export/if.test.ts.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { exportAccount, exportForms } from '../../src/app/account/exports.ts'
import { buildAccount } from '../../src/core/account/account.ts'
import { lintReport } from '../../src/core/lint/lint.ts'
import type { RunResult } from '../../src/core/result/run-result.ts'
import type { Known } from '../../src/core/unit/estimate.ts'
import { benchPackage } from '../bench-package.ts'
import { accountInputs, accountRun, accountSpec } from '../fixtures/account-run.ts'
import { pythonPackages } from '../python-package.ts'

const account = buildAccount(accountRun, accountSpec, accountInputs)
const result = { ...accountRun, account } as unknown as RunResult
const dir = mkdtempSync(join(tmpdir(), 'rightsize-exports-'))
const put = (name: string, text: string) => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface StrictValidator {
  validate(text: string): Promise<unknown>
}
interface CyclonedxLibrary {
  readonly Spec: { readonly Version: { readonly v1dot6: string } }
  readonly Validation: { readonly JsonStrictValidator: new (version: string) => StrictValidator }
}

const cyclonedx = benchPackage('@cyclonedx/cyclonedx-library')
const formats = benchPackage('ajv-formats-draft2019')

test.skipIf(cyclonedx.absent + formats.absent !== '')(
  `CycloneDX: its own library finds nothing in strict mode${cyclonedx.absent || formats.absent}`,
  async () => {
    const library = cyclonedx.load('@cyclonedx/cyclonedx-library') as CyclonedxLibrary
    const validator = new library.Validation.JsonStrictValidator(library.Spec.Version.v1dot6)
    const bom = await exportAccount(result, 'cyclonedx')
    expect(await validator.validate(bom)).toBeNull()
    expect(await validator.validate(bom.replace('"bomFormat"', '"format"'))).not.toBeNull()
  },
)

const schemas = pythonPackages('jsonschema', 'referencing')
const boamps = join(env['RIGHTSIZE_BOAMPS'] ?? '', 'tools/schema_validator')
const noBoamps = existsSync(join(boamps, 'validate-schema.py'))
  ? schemas.absent
  : ' (skipped: RIGHTSIZE_BOAMPS names no checkout of Boavizta/BoAmps)'

test.skipIf(noBoamps !== '')(
  `BoAmps: its own validator accepts the report${noBoamps}`,
  async () => {
    const verdict = (path: string) =>
      spawnSync(env['RIGHTSIZE_PYTHON'] ?? 'python3', ['validate-schema.py', path], {
        ...{ cwd: boamps, encoding: 'utf8' },
      }).stdout
    const report = await exportAccount(result, 'boamps')
    expect(verdict(put('boamps.json', report))).toContain('Your report has the right format !')
    const wrong = { ...JSON.parse(report), measures: undefined }
    expect(verdict(put('wrong.json', JSON.stringify(wrong)))).toContain('does not correspond')
  },
)

describe('model card', () => {
  const hub = pythonPackages('huggingface_hub')
  const read = `
import json, sys
from huggingface_hub import ModelCard
data = ModelCard(open(sys.argv[1], encoding="utf-8").read(), ignore_metadata_errors=False).data
print(json.dumps(data.to_dict()))`

  test.skipIf(hub.absent !== '')(`huggingface_hub reads its fields${hub.absent}`, async () => {
    const card = await exportAccount(result, 'model-card')
    const fields = hub.run(read, put('README.md', card))
    const { emissions, ...others } = (fields as { co2_eq_emissions: Record<string, unknown> })
      .co2_eq_emissions
    expect(Number(emissions) / (account.provider.total as Known<'g'>).value).toBeCloseTo(1, 3)
    expect(others).toMatchObject({ geographical_location: 'Germany' })
  })
})

const pandas = pythonPackages('pandas')

test.skipIf(pandas.absent !== '')(
  `CSV: pandas reads numbers as numbers${pandas.absent}`,
  async () => {
    const read = `
import json, sys, pandas
table = pandas.read_csv(sys.argv[1])
print(json.dumps({
  "rows": len(table),
  "energy": table["energy_j_per_inference"].tolist(),
  "numeric": pandas.api.types.is_numeric_dtype(table["sci_g_per_inference"]),
}))`
    const csv = await exportAccount(result, 'csv')
    const energies = account.usages.map(({ energy }) =>
      energy.kind === 'known' ? energy.value : null,
    )
    expect(pandas.run(read, put('account.csv', csv))).toEqual({
      ...{ rows: account.consumer.rows.length, energy: energies, numeric: true },
    })
  },
)

test.each(
  Object.keys(exportForms).filter((form) => /markdown|json|model-card|framework/.test(form)),
)('our linter finds no error in %s, and has something to check', async (form) => {
  const text = await exportAccount(result, form)
  const { verdict, findings, checks } = lintReport({ text, parse })
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(verdict).toBe('ok')
  expect(checks).toBeGreaterThan(0)
})
