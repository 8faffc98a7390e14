import type { Usage } from '../result/usage.ts'
import { figures as plain, withPrefix } from '../unit/si-prefix.ts'
import type { SciExplanation } from './explain-sci.ts'
import type { ImportedUse } from './imported-use.ts'

/** Carbon of all answers as the file of another tool states it, g, with what it is made of. */
export interface StatedCarbon {
  readonly operationalG: number
  /** Embodied emissions in its total; 0 where the tool counts none. */
  readonly embodiedG: number
}

/** The carbon of a file next to ours, and the factors between the two: their product is the difference. */
export interface CarbonComparison {
  readonly tool: string
  readonly statedG: number
  readonly oursG: number
  /** Operational carbon: ours over theirs is the product of these. */
  readonly factors: readonly {
    readonly name: string
    readonly factor: number
    readonly why: string
  }[]
  /** Embodied carbon that ours has and theirs has not, g. */
  readonly embodiedG: number
}

/**
 * Compares what a tool states with the score of the same use: grid factor and PUE are the only factors between the
 * operational figures, embodied carbon is added. Null where the file states no carbon or there is no score.
 */
export function compareCarbon(
  use: ImportedUse,
  usage: Usage,
  { score }: SciExplanation,
): CarbonComparison | null {
  const { carbon, energyKwh, pueInside, tool } = use
  if (
    carbon == null ||
    score === null ||
    energyKwh === null ||
    !(energyKwh > 0 && carbon.operationalG > 0)
  )
    return null
  const theirs = carbon.operationalG / energyKwh
  const ours = usage.grid.intensity.value
  const pue = score.energyKwh / energyKwh
  return {
    ...{ tool, statedG: carbon.operationalG + carbon.embodiedG, oursG: score.totalG },
    factors: [
      {
        name: 'grid',
        factor: ours / theirs,
        why: `${plain(ours)} g/kWh of ${usage.grid.name} ${usage.grid.period} in place of ${plain(theirs)} g/kWh`,
      },
      {
        name: 'PUE',
        factor: pue,
        why: `PUE ${plain(usage.pue.value)} in place of ${plain(pueInside)}`,
      },
    ],
    embodiedG: score.embodiedG - carbon.embodiedG,
  }
}

/** The comparison as lines for a terminal. */
export function carbonLines({
  tool,
  statedG,
  oursG,
  factors,
  embodiedG,
}: CarbonComparison): readonly string[] {
  const moved = factors.filter(({ factor }) => Math.abs(factor - 1) > 0.005)
  const added = Math.abs(embodiedG) > 0.005 * oursG
  const mass = (g: number) => withPrefix(g, 'gCO2e')
  return [
    `the file of ${tool} states ${mass(statedG)}, the total here is ${mass(oursG)}${moved.length > 0 || added ? ':' : ', the same'}`,
    ...moved.map(({ factor, why }) => `  x ${plain(factor)}  ${why}`),
    ...(added
      ? [
          `  ${embodiedG > 0 ? '+' : '-'} ${mass(Math.abs(embodiedG))}  embodied carbon, ${embodiedG > 0 ? 'which it does not count' : 'of which it counts more'}`,
        ]
      : []),
  ]
}
