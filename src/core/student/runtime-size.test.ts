import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

/** The files that a user copies to run a student without rightsize. */
const sets = {
  linear: ['runtime-linear', 'runtime-grams', 'runtime-answer', 'runtime-file'],
  head: ['runtime-head', 'runtime-answer', 'runtime-file'],
  static: ['runtime-static', 'runtime-head', 'runtime-answer', 'runtime-file', '../text/wordpiece'],
}

function compiled(name: string): string {
  const source = readFileSync(new URL(`./${name}.ts`, import.meta.url), 'utf8')
  const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext }
  return ts.transpileModule(source, { compilerOptions: options }).outputText
}

describe.each(Object.entries(sets))('the runtime of %s', (_, names) => {
  test('is under 10 kB as compiled, comments included', () => {
    const bytes = names.reduce((sum, name) => sum + Buffer.byteLength(compiled(name)), 0)
    expect(bytes).toBeGreaterThan(1000)
    expect(bytes).toBeLessThan(10_000)
  })

  test('imports nothing beside itself', () => {
    const stems = names.map((name) => name.replace(/^.*\//, ''))
    for (const name of names) {
      const imports = [...compiled(name).matchAll(/from ['"](.+?)['"]/g)].map(([, path]) => path!)
      for (const path of imports)
        expect(stems).toContain(path.replace(/^.*\//, '').replace('.ts', ''))
    }
  })
})
