import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cyclonedx, cyclonedxValidator } from '../cyclonedx.ts'

interface Bom {
  readonly metadata: { readonly component: { readonly 'bom-ref': string } }
  readonly components: readonly {
    readonly 'bom-ref': string
    readonly name: string
    readonly hashes: readonly object[]
  }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

const written = () => execFileSync(process.execPath, ['tools/sbom.mjs'], { encoding: 'utf8' })

describe('the bill of materials of the package', () => {
  test('lists what a user may install, each with a hash, reached from the package, and nothing else', () => {
    const bom = JSON.parse(written()) as Bom
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
    const names = bom.components.map(({ name }) => name)
    const direct = { ...manifest.dependencies, ...manifest.optionalDependencies }
    expect(names).toEqual(expect.arrayContaining(Object.keys(direct)))
    for (const name of ['vitest', 'typescript', 'onnxruntime-node'])
      expect(names).not.toContain(name)
    for (const { hashes } of bom.components) expect(hashes).toHaveLength(1)
    const needs = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
    const reached = new Set<string>()
    const visit = (ref: string): void => {
      if (reached.has(ref)) return
      reached.add(ref)
      for (const next of needs.get(ref) ?? []) visit(next)
    }
    visit(bom.metadata.component['bom-ref'])
    expect(reached.size).toBe(bom.components.length + 1)
    expect(written()).toBe(written())
  })

  test.skipIf(cyclonedx.absent !== '')(
    `is valid against the 1.6 schema of the standard${cyclonedx.absent}`,
    () => {
      const validate = cyclonedxValidator()
      const bom = JSON.parse(written())
      expect(validate(bom), JSON.stringify(validate.errors)).toBe(true)
      expect(validate({ ...bom, components: [{ type: 'part' }] })).toBe(false)
    },
  )
})
