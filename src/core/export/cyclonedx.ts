import { energyWithIdle } from '../carbon/usage-energy.ts'
import type { Account } from '../result/account.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { AccountRun } from '../result/run-result.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import { subjectOf } from './subject.ts'

/**
 * A CycloneDX 1.6 ML-BOM: the chosen model as a machine-learning-model component with its model card: quality with
 * interval, energy per activity in kWh and CO2e in tonnes (the units that the standard fixes), and SCI as
 * properties, for which it has no field. Source: CycloneDX 1.6 JSON schema, modelCard.considerations.
 */
export function mlBom(account: Account, run: AccountRun): Readonly<Record<string, unknown>> {
  const version = run.provenance.generator.split('@').at(-1) ?? '0'
  // The standard wants a time of day, which a date alone lacks.
  const at = account.at.length > 10 ? account.at : `${account.at}T00:00:00Z`
  return bom(at, version, { components: [component(account, subjectOf(run))] })
}

/** A CycloneDX 1.6 document written by this version of rightsize; `content` is what it lists. */
export function bom(
  timestamp: string,
  version: string,
  content: Readonly<Record<string, unknown>> & { readonly metadata?: object },
): Readonly<Record<string, unknown>> {
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    ...content,
    metadata: {
      timestamp,
      tools: { components: [{ type: 'application', name: 'rightsize', version }] },
      ...content.metadata,
    },
  }
}

function component(account: Account, candidate: CandidateResult) {
  const { identity } = candidate
  return {
    type: 'machine-learning-model',
    'bom-ref': candidate.id,
    name: candidate.model,
    version: identity?.revision ?? 'not known',
    ...(/^[0-9a-f]{64}$/.test(identity?.digest ?? '')
      ? { hashes: [{ alg: 'SHA-256', content: identity?.digest }] }
      : {}),
    modelCard: {
      modelParameters: { task: account.task },
      quantitativeAnalysis: { performanceMetrics: metrics(candidate) },
      considerations: {
        environmentalConsiderations: {
          energyConsumptions: consumptions(account, candidate),
          properties: properties(account, candidate),
        },
      },
    },
  }
}

function metrics({ quality, acceptRate }: CandidateResult) {
  return [['quality', quality] as const, ['accept rate', acceptRate] as const].flatMap(
    ([type, estimate]) => {
      if (estimate.kind !== 'known') return []
      const [value, lowerBound, upperBound] = [estimate.value, estimate.low, estimate.high].map(
        String,
      )
      return [{ type, value, confidenceInterval: { lowerBound, upperBound } }]
    },
  )
}

/** CycloneDX's activities for what a run does. */
const activities = {
  training: 'training',
  loading: 'deployment',
  evaluation: 'validation',
  metering: 'validation',
  judging: 'validation',
} as const

function consumptions(account: Account, candidate: CandidateResult) {
  const provider = account.provider.stages
    .filter((stage) => stage.candidate === candidate.id && stage.energy.kind === 'known')
    .map((stage) => energyRow(account, activities[stage.activity], stage.energy, stage.operational))
  const usage = account.usages.find((each) => each.candidate === candidate.id)
  const row = account.consumer.rows.find(({ id }) => id === candidate.id)
  if (usage === undefined || usage.energy.kind !== 'known' || row === undefined) return provider
  return [...provider, energyRow(account, 'inference', energyWithIdle(usage), row.sci.operational)]
}

function energyRow(
  { grid }: Account,
  activity: string,
  energy: Estimate<Unit>,
  carbon: Estimate<Unit>,
) {
  const energyProvided = {
    value: energy.kind === 'known' ? energy.value / joulesPerKwh : 0,
    unit: 'kWh',
  }
  const description = `Grid of ${grid.name}, ${grid.period}`
  return {
    activity,
    energyProviders: [
      { description, organization: { name: grid.name }, energySource: 'unknown', energyProvided },
    ],
    activityEnergyCost: energyProvided,
    ...(carbon.kind === 'known'
      ? { co2CostEquivalent: { value: carbon.value / 1e6, unit: 'tCO2eq' } }
      : {}),
    properties: [
      { name: 'rightsize:per', value: activity === 'inference' ? 'one inference' : 'this run' },
    ],
  }
}

function properties(account: Account, candidate: CandidateResult) {
  const row = account.consumer.rows.find(({ id }) => id === candidate.id)
  if (row === undefined) return []
  const named: readonly (readonly [string, Estimate<'gPerR'>])[] = [
    ['perAcceptedAnswer', row.sci.perAccepted],
    ['perInference', row.sci.perInference],
    ['embodiedPerInference', row.sci.embodied],
  ]
  return named.map(([name, sci]) => ({
    name: `rightsize:sci:${name}:gCO2e`,
    value: sci.kind === 'known' ? `${sci.value} [${sci.low}, ${sci.high}]` : sci.kind,
  }))
}
