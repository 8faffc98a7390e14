import type { Fields, IfPlugin } from './if-tree.ts'

/** Something that Impact Framework does without a word. */
export interface IfTrap {
  readonly what: string
  /** `warning`: it may be harmless. */
  readonly severity: 'error' | 'warning'
}

/** Inputs of an older SciEmbodied that today's ignores. */
const legacyInputs = [
  'device/emissions-embodied',
  'device/expected-lifespan',
  'time-reserved',
  'resources-reserved',
  'resources-total',
]
export const embodiedInputs = ['vCPUs', 'memory', 'ssd', 'hdd', 'gpu', 'usage-ratio', 'time']

/** What Impact Framework would do silently with the steps of a node. Source: @grnsft/if 1.1.0 builtins, run. */
export function trapsIn(
  steps: readonly Fields[],
  pipeline: readonly IfPlugin[],
): readonly IfTrap[] {
  const uses = (method: string) => pipeline.filter((plugin) => plugin.method === method)
  const names = [...new Set(steps.flatMap((step) => Object.keys(step)))]
  const embodied = uses('SciEmbodied').some(({ mapped }) => !mapped)
  const legacy = names.filter((name) => legacyInputs.includes(name))
  const misspelled = steps.flatMap(misspelledIn)
  const error = (what: string): IfTrap => ({ what, severity: 'error' })
  return [
    ...(uses('TimeConverter').length === 0
      ? []
      : [
          {
            what: 'TimeConverter rounds to six decimals; small energies are lost',
            severity: 'warning' as const,
          },
        ]),
    ...(embodied && legacy.length > 0
      ? [error(`SciEmbodied ignores ${legacy.join(', ')} and takes 1 t CO2e instead`)]
      : []),
    ...(embodied ? [...new Set(misspelled)] : []).map(error),
    ...zeroDivisors(steps, pipeline).map(error),
  ]
}

/** Inputs of SciEmbodied in other letters; in outputs it has written its default of 0 beside them. */
function misspelledIn(step: Fields): readonly string[] {
  return Object.keys(step).flatMap((name) => {
    const meant = embodiedInputs.find((one) => one.toLowerCase() === name.toLowerCase())
    const ignored = meant !== undefined && meant !== name && (step[meant] ?? 0) === 0
    return ignored ? [`SciEmbodied ignores ${name}: it reads ${meant}`] : []
  })
}

function zeroDivisors(steps: readonly Fields[], pipeline: readonly IfPlugin[]): readonly string[] {
  return pipeline.flatMap(({ method, config, name }) => {
    const by =
      method === 'Sci'
        ? config['functional-unit']
        : method === 'Divide'
          ? config['denominator']
          : null
    const isZero = by === 0 || (by !== null && steps.some((step) => step[String(by)] === 0))
    if (!isZero) return []
    return method === 'Sci'
      ? [`${String(by)} is 0, and IF reports the total carbon as the score without an error`]
      : [
          `${name}: the denominator ${String(by)} is 0, and IF returns the numerator without an error`,
        ]
  })
}
