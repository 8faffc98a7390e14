// exports: what the tools that exports are for make of them: Impact Framework, CycloneDX, BoAmps, huggingface_hub, pandas, and our own linter.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pythonWith } from '../peers/venv.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

export const bar =
  'every export is accepted by the tool that it is for; RIGHTSIZE_BOAMPS names a checkout of Boavizta/BoAmps, whose validator is a script'

export async function measure() {
  const packages = ['huggingface_hub', 'pandas', 'jsonschema', 'referencing']
  const { python, why } = pythonWith(packages, packages)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json'],
      ...['test/exports', 'src/core/export/if.test.ts'],
    ],
    {
      ...{ cwd: root, encoding: 'utf8', maxBuffer: 1e8 },
      env: { ...process.env, ...(python === undefined ? {} : { RIGHTSIZE_PYTHON: python }) },
    },
  )
  const report = stdout.slice(stdout.indexOf('{'))
  if (report === '') return { held: false, lines: [stderr.trim().split('\n').at(-1) ?? ''] }
  const tests = JSON.parse(report).testResults.flatMap(({ assertionResults }) => assertionResults)
  const words = { passed: 'accepted', failed: 'REFUSED ' }
  return {
    held: status === 0,
    lines: [
      ...(why === undefined ? [] : [`without Python: ${why}`]),
      ...tests.map(
        ({ status: one, fullName }) => `${words[one] ?? 'skipped '}  ${fullName.trim()}`,
      ),
    ],
  }
}
