import { RightsizeError } from '../error/error.ts'
import type { Account } from '../result/account.ts'
import type { CandidateResult } from '../result/candidate.ts'
import type { Environment } from '../result/run-result.ts'
import { joulesPerKwh } from '../unit/quantity.ts'

/** What BoAmps wants to know beside the account. */
export interface BoampsContext {
  readonly candidate: CandidateResult
  readonly environment: Environment
  readonly taskFamily: string
  readonly dataType: 'tabular' | 'audio' | 'image' | 'video' | 'text' | 'token' | 'other'
  readonly infraType: 'publicCloud' | 'privateCloud' | 'onPremise' | 'other'
  /** YYYY-MM-DD HH:MM:SS */
  readonly at: string
  readonly confidentiality?: 'public' | 'internal' | 'confidential' | 'secret'
}

/**
 * One candidate as a BoAmps report: energy of its evaluated answers, accuracy beside it. BoAmps has no embodied
 * carbon and no SCI; those are not squeezed in. Source: Boavizta/BoAmps model/report_schema.json (CC BY 4.0).
 */
export function boampsReport(
  account: Account,
  context: BoampsContext,
): Readonly<Record<string, unknown>> {
  const { candidate, environment } = context
  const usage = account.usages.find((each) => each.candidate === candidate.id)
  if (usage === undefined || usage.energy.kind !== 'known')
    throw new RightsizeError('EXPORT_IMPOSSIBLE', `the energy of ${candidate.id} is unknown`)
  const { energy } = usage
  return {
    header: {
      licensing: 'not stated',
      formatVersion: '1.1.0',
      formatVersionSpecificationUri: 'https://github.com/Boavizta/BoAmps/tree/main/model',
      reportDatetime: context.at,
      reportStatus: 'final',
      publisher: { confidentialityLevel: context.confidentiality ?? 'internal' },
    },
    task: {
      taskStage: 'inference',
      taskFamily: context.taskFamily,
      nbRequest: candidate.n,
      algorithms: [algorithmOf(candidate)],
      dataset: [
        {
          dataUsage: 'input',
          dataType: context.dataType,
          dataQuantity: candidate.n,
          source: 'private',
        },
      ],
      ...(candidate.acceptRate.kind === 'known'
        ? { measuredAccuracy: candidate.acceptRate.value }
        : {}),
      taskDescription: `${account.task}: share of answers accepted by the declared scorer`,
    },
    measures: [
      {
        measurementMethod: usage.meter,
        version: 'rightsize',
        ...(usage.meter === 'cpu-time' || usage.meter === 'rapl'
          ? { cpuTrackingMode: usage.meter === 'rapl' ? 'rapl' : 'modeled from CPU time' }
          : {}),
        ...(usage.meter === 'nvml' ? { gpuTrackingMode: 'nvml' } : {}),
        powerConsumption: (energy.value * candidate.n) / joulesPerKwh,
        ...durationOf(usage, candidate.n),
      },
    ],
    system: { os: environment.os },
    software: { language: 'javascript', version: environment.node },
    infrastructure: {
      infraType: context.infraType,
      components: [
        {
          componentName: environment.cpu,
          componentType: 'cpu',
          nbComponent: 1,
          share: shareOf(usage),
        },
        {
          componentType: 'ram',
          nbComponent: 1,
          memorySize: Math.max(1, Math.round(environment.memoryBytes / 1e9)),
        },
      ],
    },
    environment: {
      country: usage.grid.name,
      powerSourceCarbonIntensity: usage.grid.intensity.value,
    },
    quality: qualityOf(energy),
  }
}

function algorithmOf({ identity, model, runtime }: CandidateResult) {
  const [framework, frameworkVersion] = (identity?.engine ?? runtime).split(/@(?=[^@]+$)/)
  return {
    algorithmName: model,
    ...(identity?.parameters == null ? {} : { parametersNumber: identity.parameters / 1e9 }),
    framework,
    ...(frameworkVersion === undefined ? {} : { frameworkVersion }),
    ...(identity === null ? {} : { quantization: identity.precision }),
  }
}

type Usage = Account['usages'][number]

function durationOf({ embodied }: Usage, answers: number) {
  return embodied.kind === 'devices' && embodied.occupancy.kind === 'known'
    ? { measurementDuration: embodied.occupancy.value * answers }
    : {}
}

function shareOf({ embodied }: Usage): number {
  const share = embodied.kind === 'devices' ? (embodied.parts[0]?.share.value ?? 1) : 1
  return Math.min(1, Math.max(0, share))
}

/** high: within 10 %, medium: within 25 %, low: worse. Source: BoAmps report_schema.json, `quality`. */
function qualityOf({
  value,
  low,
  high,
}: {
  value: number
  low: number
  high: number
}): 'high' | 'medium' | 'low' {
  const error = value > 0 ? Math.max(high / value - 1, 1 - low / value) : 1
  if (error <= 0.1) return 'high'
  return error <= 0.25 ? 'medium' : 'low'
}
