import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findDomains } from './domains.ts'

const named = (counters: Readonly<Record<string, readonly [name: string, uj: number]>>) => {
  const root = mkdtempSync(join(tmpdir(), 'rapl-'))
  for (const [entry, [name, uj]] of Object.entries(counters)) {
    mkdirSync(join(root, entry))
    writeFileSync(join(root, entry, 'name'), `${name}\n`)
    writeFileSync(join(root, entry, 'energy_uj'), `${uj}\n`)
    writeFileSync(join(root, entry, 'max_energy_range_uj'), '262143328850\n')
  }
  const names = findDomains(root).map(({ name }) => name)
  rmSync(root, { recursive: true })
  return names
}

test('dies of a package are counted; cores and the platform are not', () => {
  const counters = {
    'intel-rapl:0': ['package-0-die-0', 17_515_587_911],
    'intel-rapl:0:0': ['core', 1],
    'intel-rapl:1': ['package-0-die-1', 9_000_000],
    'intel-rapl:2': ['package-1-die-0', 17_515_587_911],
    'intel-rapl:2:1': ['dram', 5],
    'intel-rapl:3': ['psys', 9],
  } as const
  expect(named(counters)).toEqual(['package-0-die-0', 'package-0-die-1', 'package-1-die-0', 'dram'])
})

test('two dies that show one counter are counted once', () => {
  const counters = {
    'intel-rapl:0': ['package-0-die-0', 17_515_587_911],
    'intel-rapl:1': ['package-0-die-1', 17_515_587_911],
  } as const
  expect(named(counters)).toEqual(['package-0-die-0'])
})
