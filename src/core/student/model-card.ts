import { facilityGrams } from '../carbon/facility.ts'
import type { Site } from '../carbon/site.ts'
import { type ModeledMachine, withWorkloadPower } from '../energy/cpu-model.ts'
import { wallEnergy } from '../energy/wall-model.ts'
import { markdownLine } from '../error/safe-text.ts'
import { divide } from '../unit/arithmetic.ts'
import { type Estimate, type Unit, unknown } from '../unit/estimate.ts'
import { exact } from '../unit/known.ts'

/** What a model card tells of a student's making. */
export interface CardFacts {
  readonly name: string
  readonly kind: string
  readonly at: string
  readonly generator: string
  readonly rows: number
  readonly labels: readonly string[]
  /** Digest of the rows learned from. */
  readonly dataDigest: string
  readonly dataPath: string
  readonly seed: number
  readonly chosen: Readonly<Record<string, unknown>>
  readonly parameters: number
  readonly trainingTokens: number | null
  readonly cpuS: number
  readonly teacher: string | null
  readonly notes: readonly string[]
}

/** Energy and carbon of the training, and the two Provider units of SCI for AI: per training token, per billion parameters. */
export interface TrainingScore {
  readonly energy: Estimate<'J'>
  readonly operational: Estimate<'g'>
  readonly perTrainingToken: Estimate<'gPerR'>
  readonly perBillionParameters: Estimate<'gPerR'>
}

/** Modelled at the wall from CPU seconds; operational carbon only (the card says so). Source: SCI for AI 8.2, Provider units. */
export function trainingScore(
  facts: Pick<CardFacts, 'cpuS' | 'parameters' | 'trainingTokens'>,
  site: Pick<Site, 'pue' | 'grid'>,
  machine: ModeledMachine,
): TrainingScore {
  const use = { cpuS: facts.cpuS, wallS: facts.cpuS, threads: 1 }
  const energy = withWorkloadPower(wallEnergy(use, machine))
  const operational = facilityGrams(energy, site, 'g')
  const per = (count: number, what: string): Estimate<'gPerR'> =>
    divide(operational, exact('count', count, what), 'gPerR')
  return {
    energy,
    operational,
    perTrainingToken:
      facts.trainingTokens === null
        ? unknown('tokens are not counted for this kind of student')
        : per(facts.trainingTokens, 'training tokens, all epochs'),
    perBillionParameters: per(facts.parameters / 1e9, 'parameters / 1e9'),
  }
}

/** The card as Markdown, for README.md beside the model. */
export function modelCard(facts: CardFacts, score: TrainingScore): string {
  const chosen = Object.entries(facts.chosen)
    .filter(([, value]) => typeof value !== 'object')
    .map(([key, value]) => `${key} ${String(value)}`)
  const lines = [
    `# ${markdownLine(facts.name)}`,
    '',
    `A ${facts.kind} student, trained by ${facts.generator} on ${facts.at}.`,
    '',
    `| fact | value |`,
    `|---|---|`,
    `| learned from | ${facts.rows} rows of \`${markdownLine(facts.dataPath).replace(/`/g, "'")}\`, sha256 ${facts.dataDigest} |`,
    `| labels | ${facts.labels.length}: ${facts.labels
      .slice(0, 12)
      .map((label) => markdownLine(label, 60))
      .join(', ')}${facts.labels.length > 12 ? ', ...' : ''} |`,
    ...(facts.teacher === null ? [] : [`| teacher | ${markdownLine(facts.teacher)} |`]),
    `| seed | ${facts.seed} |`,
    `| settings | ${markdownLine(chosen.join(', '))} |`,
    `| parameters | ${facts.parameters} |`,
    `| training | ${facts.cpuS.toFixed(1)} CPU seconds${facts.trainingTokens === null ? '' : `, ${facts.trainingTokens} tokens`} |`,
    `| energy | ${shown(score.energy, 'J')} |`,
    `| operational carbon | ${shown(score.operational, 'gCO2e')} |`,
    `| SCI, Provider, per training token | ${shown(score.perTrainingToken, 'gCO2e')} |`,
    `| SCI, Provider, per billion parameters | ${shown(score.perBillionParameters, 'gCO2e')} |`,
    '',
    'Provider figures are operational (E x PUE x I), modeled from CPU time; embodied carbon of the machine is not included. Do not add them to a Consumer score.',
    ...(facts.notes.length > 0
      ? ['', ...facts.notes.map((note) => `- ${markdownLine(note)}`)]
      : []),
    '',
  ]
  return lines.join('\n')
}

function shown<U extends Unit>(estimate: Estimate<U>, unit: string): string {
  if (estimate.kind === 'unknown') return `unknown: ${estimate.why}`
  if (estimate.kind === 'infinite') return `infinite: ${estimate.reason}`
  const n = (value: number): string => String(Number(value.toPrecision(3)))
  return `${n(estimate.value)} ${unit} (${n(estimate.low)} to ${n(estimate.high)}, ${estimate.method})`
}
