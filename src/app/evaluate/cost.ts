import { perItem } from '../../core/energy/interleaved.ts'
import { cpuPerItem, energyPerItem } from '../../core/energy/paired-cost.ts'
import { judgedWindows, type MeteredWindow } from '../../core/energy/window.ts'
import type { CostResult } from '../../core/result/cost.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { quantileInterval } from '../../core/stats/quantile.ts'
import { convert, divide } from '../../core/unit/arithmetic.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { exact, known } from '../../core/unit/known.ts'
import { isMost, pricePerAnswer } from './answer-price.ts'
import type { Collected } from './collect.ts'
import type { Measured } from './measure.ts'

type Cost = Omit<CostResult, 'sci'>

/** Cost per item of one candidate, before it is compared with the incumbent's. */
export type ItemCost = Omit<Cost, 'ratio' | 'ratioAccepted'>

/** What one candidate costs per item, each figure with how it was had; unknown where nothing could see it. */
export function itemCost(collected: Collected, measured: Measured, spec: Spec): ItemCost {
  const id = collected.opened.spec.id
  const windows = judgedWindows(measured.windows).filter(({ workload }) => workload === id)
  const usage = measured.usage.get(id)
  const latencies = latenciesOf(collected, measured)
  const pricePerItem = pricePerAnswer(collected, spec)
  const { volumePerMonth } = spec.account
  return {
    ...energyOf(collected, windows, measured),
    cpuPerItem: cpuPerItem(windows),
    idlePerItem: unknown(
      'no expected load is declared (`deployment.load`), so idle time has no share',
    ),
    latencyP50: latency(latencies, 0.5, collected),
    latencyP95: latency(latencies, 0.95, collected),
    throughputPerS: throughputOf(windows),
    peakRss: readOnce('B', usage?.peakRssBytes ?? null, peak),
    load: readOnce('s', usage?.loadS ?? null, load),
    pricePerItem,
    ...(volumePerMonth === null
      ? {}
      : { pricePerMonth: convert(pricePerItem, 'money', volumePerMonth) }),
    tokensPerItem: tokensOf(collected),
    windows: windows.length,
  }
}

function energyOf(
  collected: Collected,
  windows: readonly MeteredWindow[],
  measured: Measured,
): Pick<Cost, 'meter' | 'energyPerItem'> {
  const { spec } = collected.opened
  const answered = [...collected.answers.values()].filter((answer) => answer.ok)
  const said = answered.flatMap(({ joules }) => joules ?? [])
  if (said.length > 1 && isMost(said.length, answered.length))
    return { meter: 'declared', energyPerItem: reported(said) }
  const declared = spec.energy?.jPerItem
  if (declared) return { meter: 'declared', energyPerItem: declaredEnergy(declared) }
  const meter = measured.meters.get(spec.id) ?? 'none'
  if (windows.length === 0) return { meter, energyPerItem: unmetered(collected) }
  return { meter, energyPerItem: energyPerItem(windows) }
}

function unmetered(collected: Collected): Estimate<'JPerItem'> {
  if (collected.broken) return unknown(`it broke: ${collected.broken.code}`)
  return unknown(
    'no meter is bound to what works; bind one with `energy: { pid | cgroup | gpus | prometheus | jPerItem }`',
  )
}

/** Joules that came with the answers, as the program that made them says. */
function reported(joules: readonly number[]): Estimate<'JPerItem'> {
  return perItem('JPerItem', joules, {
    method: 'sourced',
    how: 'joules that came with the answers',
    source: 'the candidate',
  })
}

function declaredEnergy([low, high]: readonly [number, number]): Estimate<'JPerItem'> {
  const about = {
    method: 'sourced',
    how: 'declared in the spec',
    source: 'energy.jPerItem',
  } as const
  return known('JPerItem', { value: (low + high) / 2, low, high, ...about })
}

function throughputOf(windows: readonly MeteredWindow[]): Estimate<'ratio'> {
  const seconds = perItem(
    'sPerItem',
    windows.map(({ wallS, items }) => wallS / items),
    { method: 'measured', how: 'wall time of the windows', source: 'monotonic clock' },
  )
  if (seconds.kind !== 'known') return seconds
  return divide(exact('count', 1, 'definition'), seconds, 'ratio')
}

/** Warm single requests where they were made; else what the answers themselves took. */
function latenciesOf(collected: Collected, measured: Measured): readonly number[] {
  const warm = measured.latencies.get(collected.opened.spec.id)
  if (warm && warm.length > 0) return warm
  return [...collected.answers.values()].flatMap((answer) =>
    answer.latencyS === undefined ? [] : [answer.latencyS],
  )
}

function latency(seconds: readonly number[], p: number, { opened }: Collected): Estimate<'s'> {
  const found = quantileInterval(seconds, p)
  if (!found || seconds.length < 20)
    return unknown(
      opened.session?.deferred
        ? 'its answers came by batch, which shows no latency'
        : 'fewer than 20 requests were timed',
    )
  const how = `p${p * 100} of ${seconds.length} requests`
  return known('s', { ...found, level: 0.95, method: 'measured', how, source: 'monotonic clock' })
}

/** A figure that was read once; unknown where it could not be. */
function readOnce<U extends 's' | 'B'>(
  unit: U,
  value: number | null,
  about: { readonly what: string; readonly how: string; readonly source: string },
): Estimate<U> {
  const { what, how, source } = about
  if (value === null) return unknown(`its ${what} cannot be seen from here`)
  return known(unit, { value, method: 'measured', how, source })
}

const peak = { what: 'memory', how: 'peak resident memory', source: 'operating system' }
const load = { what: 'loading', how: 'one load', source: 'monotonic clock' }

function tokensOf(collected: Collected): CostResult['tokensPerItem'] {
  const answered = [...collected.answers.values()].filter((answer) => answer.ok)
  const used = answered.flatMap(({ tokens }) => tokens ?? [])
  if (used.length === 0 || !isMost(used.length, answered.length)) return null
  const mean = (of: (tokens: (typeof used)[number]) => number): number =>
    used.reduce((sum, tokens) => sum + of(tokens), 0) / used.length
  const cachedInput = mean((tokens) => tokens.cachedInput ?? 0)
  return {
    input: mean((tokens) => tokens.input),
    output: mean((tokens) => tokens.output),
    ...(cachedInput === 0 ? {} : { cachedInput }),
  }
}
