import { scoreInput } from '../carbon/sci.ts'
import { type SciScoreInput, scoreOf } from '../carbon/sci-score.ts'
import { RightsizeError } from '../error/error.ts'
import type { Account, SciPer } from '../result/account.ts'
import type { Usage } from '../result/usage.ts'
import type { Unknown } from '../unit/estimate.ts'

/** A manifest of Impact Framework 1.x; JSON is YAML, so either writer will do. */
export interface IfManifest {
  readonly name: string
  readonly description: string
  readonly tags: null
  readonly initialize: { readonly plugins: Readonly<Record<string, IfPlugin>> }
  readonly tree: { readonly children: Readonly<Record<string, IfNode>> }
}

interface IfPlugin {
  readonly path: 'builtin'
  readonly method: string
  readonly config: Readonly<Record<string, unknown>>
}

interface IfNode {
  readonly pipeline: { readonly compute: readonly string[] }
  readonly defaults: Readonly<Record<string, number>>
  readonly inputs: readonly Readonly<Record<string, string | number>>[]
}

export interface IfExport {
  readonly manifest: IfManifest
  /** The score that `if-run` must print for each node: ours. */
  readonly expected: Readonly<Record<string, number>>
  /** Candidates without a finite score, with the reason. IF would print a number for them. */
  readonly leftOut: readonly { readonly id: string; readonly why: string }[]
}

const unitName: Readonly<Record<SciPer, string>> = {
  inference: 'inferences',
  accepted: 'accepted-answers',
}

/**
 * The account as an Impact Framework manifest: one timestep per candidate (IF averages `sci` over time without
 * weights), no TimeConverter (it rounds to six decimals), SciEmbodied with an explicit configuration in which
 * its defaults vanish, total carbon summed before Sci. `if-run` gives our score to the last bit.
 */
export function ifManifest(account: Account, per: SciPer = 'accepted'): IfExport {
  const rows = account.usages.map((usage) => ({ usage, input: exportable(usage, per) }))
  const good = rows.flatMap(({ usage, input }) => ('kind' in input ? [] : [{ usage, input }]))
  if (good.length === 0)
    throw new RightsizeError('EXPORT_IMPOSSIBLE', 'no candidate has a finite score to export')
  const nodes = good.map(
    ({ usage, input }) => [usage.candidate, nodeOf(usage, input, per, account.at)] as const,
  )
  return {
    manifest: {
      name: `rightsize ${account.task}`,
      description: `SCI per ${unitName[per].replace('-', ' ').replace(/s$/, '')}; one timestep per candidate, so SCI is total carbon over total R`,
      tags: null,
      initialize: { plugins: pluginsFor(good, per) },
      tree: { children: Object.fromEntries(nodes) },
    },
    expected: Object.fromEntries(
      good.map(({ usage, input }) => [usage.candidate, scoreOf(input).sci]),
    ),
    leftOut: rows.flatMap(({ usage, input }) =>
      'kind' in input ? [{ id: usage.candidate, why: input.why }] : [],
    ),
  }
}

function exportable(usage: Usage, per: SciPer): SciScoreInput | Unknown {
  const input = scoreInput(usage, per)
  if ('kind' in input) return input
  return input.units > 0
    ? stretched(input)
    : { kind: 'unknown', why: 'no answer was accepted, so the score is infinite' }
}

/** IF's Sci wants at least one second: everything is doubled until it is, which leaves the quotient's bits alone. */
function stretched(input: SciScoreInput): SciScoreInput {
  const { embodied } = input
  if ('grams' in embodied || embodied.durationS >= 1 || embodied.durationS === 0) return input
  const k = 2 ** Math.ceil(-Math.log2(embodied.durationS))
  return {
    ...input,
    itEnergyKwh: input.itEnergyKwh * k,
    units: input.units * k,
    embodied: { ...embodied, durationS: embodied.durationS * k },
  }
}

function pluginsFor(
  rows: readonly { readonly usage: Usage; readonly input: SciScoreInput }[],
  per: SciPer,
): Readonly<Record<string, IfPlugin>> {
  const embodied = rows.flatMap(({ usage, input }) => {
    if ('grams' in input.embodied) return []
    const { totalG, lifetimeS } = input.embodied
    return [[embodiedName(usage), embodiedPlugin(totalG, lifetimeS)] as const]
  })
  return {
    'facility-energy': plugin('Multiply', {
      'input-parameters': ['it-energy', 'pue'],
      'output-parameter': 'energy',
    }),
    'operational-carbon': plugin('Multiply', {
      'input-parameters': ['energy', 'grid/carbon-intensity'],
      'output-parameter': 'carbon-operational',
    }),
    ...Object.fromEntries(embodied),
    'total-carbon': plugin('Sum', {
      'input-parameters': ['carbon-operational', 'carbon-embodied'],
      'output-parameter': 'carbon',
    }),
    sci: plugin('Sci', { 'functional-unit': unitName[per] }),
  }
}

const plugin = (method: string, config: Readonly<Record<string, unknown>>): IfPlugin => ({
  path: 'builtin',
  method,
  config,
})

/** With one vCPU and 16 GB as baseline and as input, every default of SciEmbodied is multiplied by zero. */
function embodiedPlugin(totalG: number, lifetimeS: number): IfPlugin {
  return plugin('SciEmbodied', {
    'baseline-vcpus': 1,
    'baseline-memory': 16,
    'baseline-emissions': totalG,
    lifespan: lifetimeS,
    'output-parameter': 'carbon-embodied',
  })
}

/** One plugin per device: its TE and EL are configuration in IF. */
function embodiedName({ embodied }: Usage): string {
  return embodied.kind === 'devices'
    ? `embodied-${embodied.parts[0]?.device.id ?? 'device'}`
    : 'embodied'
}

function nodeOf(usage: Usage, input: SciScoreInput, per: SciPer, at: string): IfNode {
  const { embodied } = input
  const given = 'grams' in embodied
  return {
    pipeline: {
      compute: [
        'facility-energy',
        'operational-carbon',
        ...(given ? [] : [embodiedName(usage)]),
        'total-carbon',
        'sci',
      ],
    },
    defaults: {
      pue: input.pue,
      'grid/carbon-intensity': input.gridGPerKwh,
      ...(given ? {} : { vCPUs: 1, memory: 16, 'usage-ratio': embodied.share }),
    },
    inputs: [
      {
        timestamp: `${at.slice(0, 10)}T00:00:00.000Z`,
        duration: given ? 1 : embodied.durationS,
        'it-energy': input.itEnergyKwh,
        [unitName[per]]: input.units,
        ...(given ? { 'carbon-embodied': embodied.grams } : {}),
      },
    ],
  }
}
