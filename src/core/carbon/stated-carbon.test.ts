import { expect, test } from 'vitest'
import { explainSci } from './explain-sci.ts'
import { gridFactor } from './grid-factor.ts'
import { type ImportedUse, usageOfImport } from './imported-use.ts'
import { siteOf } from './site.ts'
import { carbonLines, compareCarbon } from './stated-carbon.ts'

const grid = gridFactor({
  ...{ zone: 'DEU', name: 'Germany', value: 400, unit: 'g/kWh', period: 2025, kind: 'average' },
  source: 'by hand',
})
const site = siteOf({
  ...{ account: { pue: 1.2, lifetimeYears: 4 }, deployment: null, cores: 8, grid },
})
const use: ImportedUse = {
  ...{
    name: 'demo',
    tool: 'codecarbon',
    energyKwh: 2,
    pueInside: 1,
    durationS: 3600,
    requests: 100,
  },
  ...{ tokens: null, boundary: 'machine: CPU, RAM', method: 'modeled', notes: [] },
  carbon: { operationalG: 1000, embodiedG: 0 },
  machine: { processors: 2, cpu: null, gpu: null, gpus: 0, cloud: true },
}

// By hand: 2 kWh x 1.2 x 400 g/kWh = 960 g; 1215 kg x 2/96 x 1 h / (4 x 8760 h) = 0.7224 g.
test('the factors between the carbon of a file and ours make up the difference', () => {
  const usage = usageOfImport(use, site)
  const explained = explainSci(usage)
  const compared = compareCarbon(use, usage, explained)
  expect(compared).toMatchObject({ statedG: 1000, factors: [{ factor: 0.8 }, { factor: 1.2 }] })
  const product = (compared?.factors ?? []).reduce((left, { factor }) => left * factor, 1)
  expect(1000 * product + (compared?.embodiedG ?? 0)).toBeCloseTo(compared?.oursG ?? 0, 9)
  expect(compared?.embodiedG).toBeCloseTo(0.7224, 3)
  expect(compared === null ? [] : carbonLines(compared)).toEqual([
    'the file of codecarbon states 1 kgCO2e, the total here is 960.7 gCO2e:',
    '  x 0.8  400 g/kWh of Germany 2025 in place of 500 g/kWh',
    '  x 1.2  PUE 1.2 in place of 1',
  ])
})

test('a small machine of a cloud is charged its share, not a rack server', () => {
  const score = (more: Partial<ImportedUse>) =>
    explainSci(usageOfImport({ ...use, ...more }, site)).score
  expect(score({})?.embodiedG).toBeCloseTo(0.7224, 3)
  expect(score({ machine: null })?.embodiedG).toBeCloseTo((0.7224 * 96) / 2, 1)
})

test('hardware that the user states replaces that of the file; a bare GPU comes with its host', () => {
  const usage = usageOfImport(use, site, {}, { device: 'h100', share: 0.5, lifetimeYears: 4 })
  expect(usage.embodied).toMatchObject({
    parts: [
      { device: { id: 'h100' }, share: { value: 0.5 } },
      { device: { id: 'gpu-host' }, share: { value: 1 / 16 } },
    ],
  })
})

test('without carbon in the file there is nothing to compare', () => {
  const usage = usageOfImport(use, site)
  expect(compareCarbon({ ...use, carbon: null }, usage, explainSci(usage))).toBeNull()
})
