import type { AccountResult } from '../spec/run-result.ts'
import type { Estimate } from '../unit/estimate.ts'
import {
  estimate,
  type Json,
  number,
  record,
  recordOrNull,
  records,
  text,
  texts,
} from './json-shape.ts'

/**
 * The parts of `rightsize/account@1` that the report shows. Read by shape and not by import, because a report is a
 * function of the run result alone; a part that is absent or of another form is null, empty or unknown.
 */
export interface AccountView {
  readonly grid: string
  readonly consumer: ConsumerView
  readonly provider: ProviderView
  readonly waterfall: WaterfallView | null
  readonly comparisons: readonly ComparisonView[]
  readonly deployment: DeploymentView | null
  readonly costs: readonly CostView[]
  readonly payBack: readonly PayBackView[]
  readonly measureNext: readonly TornadoView[]
  readonly boundary: readonly BoundaryView[]
  readonly coefficients: readonly CoefficientView[]
  readonly notes: readonly string[]
}

export interface ConsumerView {
  readonly fallback: string
  readonly rationale: string
  readonly monitoringPerMonth: Estimate<'g'>
  readonly rows: readonly ConsumerRowView[]
}

export interface ConsumerRowView {
  readonly id: string
  readonly rank: number | null
  readonly perResolved: Estimate<'gPerR'>
  readonly perAccepted: Estimate<'gPerR'>
  readonly perInference: Estimate<'gPerR'>
  readonly operational: Estimate<'gPerR'>
  readonly embodied: Estimate<'gPerR'>
  readonly perToken: Estimate<'gPerR'> | null
  readonly perBillingUnit: { readonly unit: string; readonly sci: Estimate<'gPerR'> } | null
  readonly conversions: readonly {
    readonly from: string
    readonly to: string
    readonly how: string
  }[]
  readonly toPersonPerThousand: number | null
}

export interface ProviderView {
  readonly rationale: string
  readonly energy: Estimate<'J'>
  readonly discardedEnergy: Estimate<'J'>
  readonly operational: Estimate<'g'>
  readonly embodied: Estimate<'g'>
  readonly total: Estimate<'g'>
  readonly units: readonly {
    readonly unit: string
    readonly count: string
    readonly sci: Estimate<'gPerR'>
  }[]
  readonly stages: readonly {
    readonly activity: string
    readonly candidate: string
    readonly discarded: boolean
    readonly energy: Estimate<'J'>
    readonly operational: Estimate<'g'>
    readonly embodied: Estimate<'g'>
  }[]
  readonly strategies: readonly string[]
}

export interface WaterfallView {
  readonly candidate: string
  readonly steps: readonly { readonly name: string; readonly grams: number }[]
  readonly total: number
}

export interface ComparisonView {
  readonly a: string
  readonly b: string
  readonly verdict: string
  /** P(a < b) in 0..1; null where the comparison was refused. */
  readonly pLess: number | null
  readonly why: string
}

export interface DeploymentView {
  readonly sentence: string
  readonly marginalPerAnswer: Estimate<'gPerR'>
  readonly realised: {
    readonly carbon: Estimate<'g'>
    readonly energy: Estimate<'J'>
    readonly money: Estimate<'money'>
  } | null
  readonly candidates: readonly {
    readonly id: string
    readonly answersPerMonth: number | null
    readonly needed: number | null
    readonly held: number | null
    readonly utilisation: number | null
    readonly energyPerAnswer: Estimate<'JPerItem'>
    readonly sciPerAnswer: Estimate<'gPerR'>
  }[]
}

export interface CostView {
  readonly id: string
  readonly currency: string
  readonly date: string
  readonly total: Estimate<'moneyPerItem'>
  readonly parts: readonly { readonly name: string; readonly amount: Estimate<'moneyPerItem'> }[]
  readonly leftOut: readonly string[]
}

export interface PayBackView {
  readonly of: 'carbon' | 'energy' | 'money'
  /** What is said of it: the date and its chance, or why neither is known. */
  readonly sentence: string
  readonly answers: Estimate<'count'>
  readonly curve: readonly {
    readonly month: number
    readonly low: number
    readonly value: number
    readonly high: number
  }[]
}

export interface TornadoView {
  readonly factor: string
  readonly atLow: number
  readonly atHigh: number
}

export interface BoundaryView {
  readonly persona: string
  readonly stage: string
  readonly item: string
  readonly included: boolean
  readonly reason: string
}

export interface CoefficientView {
  readonly name: string
  readonly description: string
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly unit: string
  readonly source: string
}

/** The account as the report shows it; null where there is none of this version. */
export function readAccount(account: AccountResult | null): AccountView | null {
  if (account?.schema !== 'rightsize/account@1') return null
  return {
    grid: gridSentence(record(account['grid'])),
    consumer: consumerOf(record(account['consumer'])),
    provider: providerOf(record(account['provider'])),
    waterfall: waterfallOf(recordOrNull(account['waterfall'])),
    comparisons: records(account['comparisons']).map(comparisonOf),
    deployment: deploymentOf(recordOrNull(account['deployment'])),
    costs: records(account['costs']).map(costView),
    payBack: payBackOf(record(account['payBack'])),
    measureNext: records(account['measureNext']).flatMap(tornadoOf),
    boundary: records(account['boundary']).map(boundaryOf),
    coefficients: records(account['coefficients']).map(coefficientOf),
    notes: texts(account['notes']),
  }
}

function gridSentence(grid: Json): string {
  const intensity = estimate(grid['intensity'], 'gPerKwh')
  const name = text(grid['name'], 'no grid is named')
  if (intensity.kind !== 'known') return name
  const words = [text(grid['kind']), text(grid['mix']), text(grid['scope'])].filter(Boolean)
  return `${name} ${text(grid['period'])}: ${Math.round(intensity.value)} gCO2e/kWh (${Math.round(intensity.low)} to ${Math.round(intensity.high)}; ${words.join(', ')}). Source: ${text(grid['source'])}.`
}

function consumerOf(consumer: Json): ConsumerView {
  return {
    fallback: text(consumer['fallback'], 'not stated'),
    rationale: text(consumer['rationale']),
    monitoringPerMonth: estimate(consumer['monitoringPerMonth'], 'g'),
    rows: records(consumer['rows']).map(consumerRowOf),
  }
}

function consumerRowOf(row: Json): ConsumerRowView {
  const sci = record(row['sci'])
  const billed = recordOrNull(row['perBillingUnit'])
  return {
    id: text(row['id']),
    rank: number(row['rank']),
    perResolved: estimate(sci['perResolved'], 'gPerR'),
    perAccepted: estimate(sci['perAccepted'], 'gPerR'),
    perInference: estimate(sci['perInference'], 'gPerR'),
    operational: estimate(sci['operational'], 'gPerR'),
    embodied: estimate(sci['embodied'], 'gPerR'),
    perToken: row['perToken'] ? estimate(row['perToken'], 'gPerR') : null,
    perBillingUnit: billed && {
      unit: text(billed['unit']),
      sci: estimate(billed['sci'], 'gPerR'),
    },
    conversions: records(row['conversions']).map((each) => ({
      from: text(each['from']),
      to: text(each['to']),
      how: text(each['how']),
    })),
    toPersonPerThousand: number(row['toPersonPerThousand']),
  }
}

function providerOf(provider: Json): ProviderView {
  return {
    rationale: text(provider['rationale']),
    energy: estimate(provider['energy'], 'J'),
    discardedEnergy: estimate(provider['discardedEnergy'], 'J'),
    operational: estimate(provider['operational'], 'g'),
    embodied: estimate(provider['embodied'], 'g'),
    total: estimate(provider['total'], 'g'),
    units: records(provider['units']).map((each) => ({
      unit: text(each['unit']),
      count: text(each['count']),
      sci: estimate(each['sci'], 'gPerR'),
    })),
    stages: records(provider['stages']).map((each) => ({
      activity: text(each['activity']),
      candidate: text(each['candidate'], 'all'),
      discarded: each['discarded'] === true,
      energy: estimate(each['energy'], 'J'),
      operational: estimate(each['operational'], 'g'),
      embodied: estimate(each['embodied'], 'g'),
    })),
    strategies: texts(provider['strategies']),
  }
}

function waterfallOf(waterfall: Json | null): WaterfallView | null {
  const total = number(waterfall?.['total'])
  if (waterfall === null || total === null) return null
  const steps = records(waterfall['steps']).map((step) => ({
    name: text(step['name']),
    grams: number(step['grams']) ?? 0,
  }))
  return { candidate: text(waterfall['candidate']), steps, total }
}

function comparisonOf(each: Json): ComparisonView {
  return {
    a: text(each['a']),
    b: text(each['b']),
    verdict: each['kind'] === 'compared' ? text(each['verdict']) : 'refused',
    pLess: number(each['pLess']),
    why: text(each['why']),
  }
}

function deploymentOf(deployment: Json | null): DeploymentView | null {
  if (deployment === null) return null
  const realised = recordOrNull(deployment['realised'])
  return {
    sentence: text(deployment['sentence']),
    marginalPerAnswer: estimate(deployment['marginalPerAnswer'], 'gPerR'),
    realised: realised && {
      carbon: estimate(realised['carbon'], 'g'),
      energy: estimate(realised['idleEnergy'], 'J'),
      money: estimate(realised['money'], 'money'),
    },
    candidates: records(deployment['candidates']).map((each) => ({
      id: text(each['id']),
      answersPerMonth: number(each['answersPerMonth']),
      needed: number(each['replicasNeeded']),
      held: number(each['replicasHeld']),
      utilisation: number(each['utilisation']),
      energyPerAnswer: estimate(each['energyPerAnswer'], 'JPerItem'),
      sciPerAnswer: estimate(each['sciPerAnswer'], 'gPerR'),
    })),
  }
}

function costView(each: Json): CostView {
  const cost = record(each['cost'])
  return {
    id: text(each['id']),
    currency: text(cost['currency']),
    date: text(cost['date']),
    total: estimate(cost['total'], 'moneyPerItem'),
    parts: records(cost['parts']).map((part) => ({
      name: text(part['name']),
      amount: estimate(part['amount'], 'moneyPerItem'),
    })),
    leftOut: texts(cost['leftOut']),
  }
}

function payBackOf(ledger: Json): readonly PayBackView[] {
  return (['carbon', 'energy', 'money'] as const).flatMap((of) => {
    const one = recordOrNull(ledger[of])
    if (one === null) return []
    const curve = records(one['curve']).flatMap((point) => {
      const [month, low] = [number(point['month']), number(point['low'])]
      const [value, high] = [number(point['value']), number(point['high'])]
      if (month === null || low === null || value === null || high === null) return []
      return [{ month, low, value, high }]
    })
    const sentence =
      one['kind'] === 'unknown' ? `Not known: ${text(one['why'])}.` : text(one['sentence'])
    return [{ of, sentence, answers: estimate(one['answers'], 'count'), curve }]
  })
}

function tornadoOf(bar: Json): readonly TornadoView[] {
  const [atLow, atHigh] = [number(bar['atLow']), number(bar['atHigh'])]
  return atLow === null || atHigh === null ? [] : [{ factor: text(bar['factor']), atLow, atHigh }]
}

const boundaryOf = (row: Json): BoundaryView => ({
  persona: text(row['persona']),
  stage: text(row['stage']),
  item: text(row['item']),
  included: row['included'] === true,
  reason: text(row['reason']),
})

const coefficientOf = (row: Json): CoefficientView => ({
  name: text(row['name']),
  description: text(row['description']),
  value: number(row['value']),
  low: number(row['low']),
  high: number(row['high']),
  unit: text(row['unit']),
  source: text(row['source']),
})
