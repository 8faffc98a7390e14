import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cruise } from 'dependency-cruiser'
import { afterAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ruleSet = createRequire(import.meta.url)('../../.dependency-cruiser.cjs')

interface Violation {
  readonly rule: { readonly name: string }
  readonly from: string
  readonly to: string
}

/** The same rules over a folder. Resolving is by relative path, so a copy of a few files is enough. */
async function violationsIn(baseDir: string): Promise<readonly Violation[]> {
  const options = { ...ruleSet.options, baseDir, ruleSet, validate: true }
  const { output } = await cruise(['src'], options)
  if (typeof output === 'string') throw new Error('no result')
  return output.summary.violations as readonly Violation[]
}

/** Every folder that holds TypeScript, from the file system: a list would miss the next one. */
function roomsOf(folder: string): readonly string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  const below = entries.filter((entry) => entry.isDirectory())
  const code = entries.some(({ name }) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const rooms = below.flatMap(({ name }) => roomsOf(`${folder}/${name}`))
  return code ? [folder, ...rooms] : rooms
}

describe('the house', () => {
  test('imports keep to the plan, and every room was looked at', async () => {
    const { output } = await cruise(['src'], {
      ...ruleSet.options,
      baseDir: root,
      ruleSet,
      validate: true,
    })
    if (typeof output === 'string') throw new Error('no result')
    expect(output.summary.violations).toEqual([])
    const rooms = roomsOf('src')
    for (const room of rooms) {
      const seen = output.modules.filter((one) => one.source.startsWith(`${room}/`))
      expect(seen.length, room).toBeGreaterThan(0)
    }
  }, 60_000)
})

/** One planted breach per rule: a rule that never failed is not known to work. */
const breaches: readonly { rule: string; files: Readonly<Record<string, string>> }[] = [
  {
    rule: 'doors-are-pure',
    files: {
      'src/stats.ts': "export { a } from './app/a.ts'",
      'src/app/a.ts': 'export const a = 1',
    },
  },
  {
    rule: 'no-circles',
    files: {
      'src/core/stats/a.ts': "import { b } from './b.ts'\nexport const a = () => b",
      'src/core/stats/b.ts': "import { a } from './a.ts'\nexport const b = () => a",
    },
  },
  {
    rule: 'core-stands-alone',
    files: {
      'src/core/stats/a.ts': "import { c } from '../../contract/c.ts'\nexport const a = c",
      'src/contract/c.ts': 'export const c = 1',
    },
  },
  {
    rule: 'core-takes-no-packages',
    files: { 'src/core/stats/a.ts': "import { z } from 'zod'\nexport const a = z" },
  },
  {
    rule: 'spec-takes-zod-and-yaml',
    files: {
      'src/core/spec/a.ts': "import { scaleLinear } from 'd3-scale'\nexport const a = scaleLinear",
    },
  },
  {
    rule: 'result-takes-zod',
    files: { 'src/core/result/a.ts': "import { parse } from 'yaml'\nexport const a = parse" },
  },
  {
    rule: 'charts-take-d3',
    files: {
      'src/core/report/kit/chart/a.ts': "import { parse } from 'yaml'\nexport const a = parse",
    },
  },
  {
    rule: 'zod-stays-with-forms',
    files: { 'src/app/a.ts': "import { z } from 'zod'\nexport const a = z" },
  },
  {
    rule: 'every-room-has-a-tier',
    files: {
      'src/core/attic/a.ts': "import { b } from '../unit/b.ts'\nexport const a = b",
      'src/core/unit/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'judgements-are-strangers',
    files: {
      'src/core/plan/a.ts': "import { b } from '../compress/b.ts'\nexport const a = b",
      'src/core/compress/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'contracts-are-types',
    files: {
      'src/contract/a.ts': "import type { B } from '../app/b.ts'\nexport type A = B",
      'src/app/b.ts': 'export interface B { b: 1 }',
    },
  },
  {
    rule: 'contracts-import-types-only',
    files: {
      'src/contract/a.ts': "import { b } from '../core/unit/b.ts'\nexport const a = b",
      'src/core/unit/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'adapters-know-core-and-contract',
    files: {
      'src/adapters/store/a.ts': "import { b } from '../../app/b.ts'\nexport const a = b",
      'src/app/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'adapters-are-strangers',
    files: {
      'src/adapters/store/a.ts': "import { b } from '../meter/b.ts'\nexport const a = b",
      'src/adapters/meter/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'cli-and-index-not-adapters',
    files: {
      'src/cli/a.ts': "import { b } from '../adapters/meter/b.ts'\nexport const a = b",
      'src/adapters/meter/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'sciences-not-judgements',
    files: {
      'src/core/stats/a.ts': "import { b } from '../select/b.ts'\nexport const a = b",
      'src/core/select/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'proof-not-judgements',
    files: {
      'src/core/proof/a.ts': "import { b } from '../select/b.ts'\nexport const a = b",
      'src/core/select/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'carbon-knows-no-host',
    files: {
      'src/core/carbon/a.ts': "import { b } from '../hosted/b.ts'\nexport const a = b",
      'src/core/hosted/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'lint-knows-no-account',
    files: {
      'src/core/lint/a.ts': "import { b } from '../account/b.ts'\nexport const a = b",
      'src/core/account/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'ground-stands-on-nothing',
    files: {
      'src/core/unit/a.ts': "import { b } from '../stats/b.ts'\nexport const a = b",
      'src/core/stats/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'app-asks-contracts',
    files: {
      'src/app/a.ts': "import { b } from '../adapters/meter/b.ts'\nexport const a = b",
      'src/adapters/meter/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'reports-read-the-result',
    files: {
      'src/core/report/a.ts': "import { b } from '../select/b.ts'\nexport const a = b",
      'src/core/select/b.ts': 'export const b = 1',
    },
  },
  {
    rule: 'not-to-dev-dep',
    files: { 'src/app/a.ts': "import fc from 'fast-check'\nexport const a = fc" },
  },
  { rule: 'no-orphans', files: { 'src/app/lonely.ts': 'export const lonely = 1' } },
]

describe('every wall falls when it is breached on purpose', () => {
  const dirs: string[] = []
  afterAll(() => {
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
  })

  test('there is a planted breach for every rule', () => {
    const rules = ruleSet.forbidden.map((rule: { name: string }) => rule.name)
    expect(breaches.map((breach) => breach.rule).sort()).toEqual([...rules].sort())
  })

  for (const { rule, files } of breaches) {
    test(rule, async () => {
      const dir = mkdtempSync(join(tmpdir(), 'rightsize-walls-'))
      dirs.push(dir)
      symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))
      for (const name of ['package.json', 'tsconfig.json']) {
        symlinkSync(join(root, name), join(dir, name))
      }
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(dir, path)), { recursive: true })
        writeFileSync(join(dir, path), `${text}\n`)
      }
      const found = await violationsIn(dir)
      expect(found.map((violation) => violation.rule.name)).toContain(rule)
    }, 30_000)
  }
})
