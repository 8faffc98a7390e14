import { modelsCpuTime } from '../part/meters.ts'
import type { Account } from '../result/account.ts'
import type { GridFactor, Usage } from '../result/usage.ts'
import type { EstimateMethod } from '../unit/estimate.ts'

/** A methodology; its id starts with a letter of the SCI equation (C, O, M, E, I, R), as the template groups them. */
export interface Methodology {
  readonly id: string
  readonly letter: string
  readonly method: EstimateMethod
  readonly description: string
  readonly coefficients: readonly string[]
}

/** How the Consumer's score was obtained. */
export function consumerMethods(account: Account, usage: Usage): readonly Methodology[] {
  const { grid, pue, meter, embodied } = usage
  const { method = 'modeled', how = '' } = usage.energy.kind === 'known' ? usage.energy : {}
  const device = embodied.kind === 'devices' ? 'sourced' : 'modeled'
  return methods([
    ['C-sum', 'modeled', 'C = O + M per answer, over the accept rate.'],
    ['O-eim', method, 'O = E x PUE x I.', [`PUE ${pue.value}`]],
    ['E-meter', method, `${meter}: ${how}`, namesOf(account, /power model/)],
    ['I-grid', 'sourced', gridWords(grid), [`I ${grid.zone}`]],
    [
      'M-device',
      device,
      'M = TE x TiR/EL x RR/ToR; device time is wall time over concurrency.',
      namesOf(account, /^(TE|EL|RR)/),
    ],
    ['R-accepted', 'measured', 'Answers accepted by the frozen scorer on the frozen test set.'],
  ])
}

/** How the Provider's score was obtained. */
export function providerMethods(account: Account): readonly Methodology[] {
  const modeled = account.usages.some(({ meter }) => modelsCpuTime(meter))
  return methods([
    [
      'E-run',
      modeled ? 'modeled' : 'measured',
      'Every measured window of the run, including rejected candidates and failed attempts.',
    ],
    ['I-grid', 'sourced', gridWords(account.grid), [`I ${account.grid.zone}`]],
    [
      'M-device',
      'sourced',
      'TE x TiR/EL x RR/ToR of the machine over the wall time of the run.',
      namesOf(account, /^(TE|EL)/),
    ],
    [
      'R-provider',
      'sourced',
      'Total parameters, raw tokens or theoretical FLOP (gross); active, deduplicated, used (effective).',
    ],
  ])
}

type MethodRow = readonly [string, EstimateMethod, string, (readonly string[])?]

const methods = (rows: readonly MethodRow[]): readonly Methodology[] =>
  rows.map(([id, method, description, coefficients = []]) => ({
    id,
    letter: id.slice(0, 1),
    method,
    description,
    coefficients,
  }))

const gridWords = (grid: GridFactor) =>
  `${grid.kind}, ${grid.mix}, ${grid.scope} intensity of ${grid.name}, ${grid.period}: ${grid.source} (${grid.license}).`

const namesOf = ({ coefficients }: Account, pattern: RegExp) =>
  coefficients.map(({ name }) => name).filter((name) => pattern.test(name))
