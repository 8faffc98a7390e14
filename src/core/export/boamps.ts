import { RightsizeError } from '../error/error.ts'
import { meterPart } from '../part/meters.ts'
import type { Account } from '../result/account.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { AccountRun } from '../result/run-result.ts'
import type { Usage } from '../result/usage.ts'
import type { Known } from '../unit/estimate.ts'
import { joulesPerKwh } from '../unit/quantity.ts'
import { subjectOf } from './subject.ts'

/**
 * The chosen candidate as a BoAmps report: energy of its evaluated answers, and their accuracy. BoAmps has no embodied
 * carbon and no SCI; those are not squeezed in. Source: Boavizta/BoAmps model/report_schema.json (CC BY 4.0).
 */
export function boampsReport(account: Account, run: AccountRun): Readonly<Record<string, unknown>> {
  const { environment } = run
  const candidate = subjectOf(run)
  const usage = account.usages.find((each) => each.candidate === candidate.id)
  if (usage === undefined || usage.energy.kind !== 'known')
    throw new RightsizeError('EXPORT_IMPOSSIBLE', `the energy of ${candidate.id} is unknown`)
  return {
    header: {
      licensing: 'not stated',
      formatVersion: '1.1.0',
      formatVersionSpecificationUri: 'https://github.com/Boavizta/BoAmps/tree/main/model',
      reportDatetime: `${account.at.slice(0, 10)} ${account.at.slice(11, 19) || '00:00:00'}`,
      reportStatus: 'final',
      publisher: { confidentialityLevel: 'internal' },
    },
    task: taskOf(account.task, candidate, run),
    measures: [measureOf(usage, usage.energy.value, candidate.n)],
    system: { os: environment.os },
    software: { language: 'javascript', version: environment.node },
    infrastructure: infrastructureOf(usage, run),
    environment: {
      country: usage.grid.name,
      powerSourceCarbonIntensity: usage.grid.intensity.value,
    },
    quality: qualityOf(usage.energy),
  }
}

function taskOf(task: string, { n, acceptRate, ...candidate }: CandidateResult, run: AccountRun) {
  return {
    taskStage: 'inference',
    taskFamily: run.task.metric === 'accuracy' ? 'classification' : 'other',
    nbRequest: n,
    algorithms: [algorithmOf(candidate)],
    dataset: [{ dataUsage: 'input', dataType: 'text', dataQuantity: n, source: 'private' }],
    ...(acceptRate.kind === 'known' ? { measuredAccuracy: acceptRate.value } : {}),
    taskDescription: `${task}: share of answers accepted by the declared scorer`,
  }
}

function measureOf({ meter, embodied }: Usage, joulesPerAnswer: number, answers: number) {
  const held = embodied.kind === 'devices' ? embodied.occupancy : null
  return {
    measurementMethod: meter,
    version: 'rightsize',
    ...meterPart(meter)?.tracking,
    powerConsumption: (joulesPerAnswer * answers) / joulesPerKwh,
    ...(held?.kind === 'known' ? { measurementDuration: held.value * answers } : {}),
  }
}

function infrastructureOf({ embodied }: Usage, { environment }: AccountRun) {
  const share = embodied.kind === 'devices' ? (embodied.parts[0]?.share.value ?? 1) : 1
  const memorySize = Math.max(1, Math.round(environment.memoryBytes / 1e9))
  return {
    infraType: 'other',
    components: [
      {
        componentName: environment.cpu,
        componentType: 'cpu',
        nbComponent: 1,
        share: Math.min(1, Math.max(0, share)),
      },
      { componentType: 'ram', nbComponent: 1, memorySize },
    ],
  }
}

function algorithmOf({
  identity,
  model,
  runtime,
}: Pick<CandidateResult, 'identity' | 'model' | 'runtime'>) {
  const [framework, frameworkVersion] = (identity?.engine ?? runtime).split(/@(?=[^@]+$)/)
  return {
    algorithmName: model,
    ...(identity?.parameters == null ? {} : { parametersNumber: identity.parameters / 1e9 }),
    framework,
    ...(frameworkVersion === undefined ? {} : { frameworkVersion }),
    ...(identity === null ? {} : { quantization: identity.precision }),
  }
}

/** high: within 10 %, medium: within 25 %, low: worse. Source: BoAmps report_schema.json, `quality`. */
function qualityOf({ value, low, high }: Known<'JPerItem'>): 'high' | 'medium' | 'low' {
  const error = value > 0 ? Math.max(high / value - 1, 1 - low / value) : 1
  if (error <= 0.1) return 'high'
  return error <= 0.25 ? 'medium' : 'low'
}
