import type { Meter, MeterParts, MeterSource, WindowReading } from '../../contract/meter.ts'
import { integratePower } from '../../core/energy/counter.ts'
import { workloadPower } from '../../core/energy/cpu-model.ts'
import { knownSeriesOf } from '../../core/energy/known-series.ts'
import {
  type EnergyQuery,
  readQuery,
  refused,
  type WrittenQuery,
  writtenQuery,
} from '../../core/energy/promql.ts'
import {
  impossible,
  type SeriesWindow,
  wentDown,
  whyNotAdded,
} from '../../core/energy/series-check.ts'
import { type Estimate, unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'
import { instant, type Server, seriesNames, unavailable } from './prometheus/server.ts'

export interface PrometheusParts extends Server {
  readonly nowS: () => number
}

export const prometheus: MeterSource = {
  open: async ({ energy }, _binding, parts) =>
    energy?.prometheus === undefined
      ? null
      : openPrometheusMeter(writtenQuery(energy.prometheus), {
          ...serverOf(parts),
          nowS: parts.nowS,
        }),
  available: (parts) => prometheusAvailability(serverOf(parts)),
}

const serverOf = (parts: MeterParts): Server => ({
  baseUrl: parts.env?.['PROMETHEUS_URL'] ?? 'http://127.0.0.1:9090',
  fetch: parts.fetch ?? noNetwork,
})

const noNetwork: typeof globalThis.fetch = async () => {
  throw new Error('there is no network here')
}

/** A query is asked this often: a counter's step is seen, a gauge is put together. */
const pollMs = 1000
/** Of the exporter's own reading, share: 10 % on a counter or a controller; a GPU's power sensor sees a quarter of the time (docs/methods/energy.md). */
const exporterError = { usual: 0.1, gpuPower: 0.35 } as const

/**
 * Energy from what a Prometheus server scrapes. Throws METER_QUERY where unit and kind are unknown or the series that are
 * found cannot be added, METER_UNAVAILABLE where the server does not answer or finds none.
 */
export async function openPrometheusMeter(
  written: WrittenQuery,
  parts: PrometheusParts,
): Promise<Meter> {
  const query = readQuery(written)
  const limitW = await checkFound(query, parts)
  const windows: SeriesWindow[] = []
  return {
    name: 'prometheus',
    scope: `What the query "${query.text}" counts, in steps of the server's scrape interval. ${query.sees}.`,
    sensor: true,
    start: async () => startWindow({ query, limitW, windows, parts }),
    close: async () => undefined,
  }
}

/** Checks the series behind a query, and returns what all of them can draw at most, W. */
async function checkFound(query: EnergyQuery, server: Server): Promise<number | null> {
  let limitW = query.limitW
  for (const selector of query.selectors) {
    const found = await instant(server, selector.text)
    const why = whyNotAdded(
      selector,
      found.map(({ labels }) => labels),
      query.form,
    )
    if (why !== null) throw refused(query.text, why)
    if (limitW !== null && query.form === 'sum') limitW *= Math.max(1, found.length)
  }
  await ask(query, server)
  return limitW
}

interface Metering {
  readonly query: EnergyQuery
  readonly limitW: number | null
  /** Windows so far: what cannot be energy shows in the second one. */
  readonly windows: SeriesWindow[]
  readonly parts: PrometheusParts
}

async function startWindow(metering: Metering): Promise<{ stop(): Promise<WindowReading> }> {
  const { query, parts } = metering
  const read = async () => ({
    watts: (await ask(query, parts)) * query.series.factor,
    atS: parts.nowS(),
  })
  const samples = [await read()]
  const look = async (): Promise<void> => {
    const sample = await read().catch(() => null)
    if (sample !== null) samples.push(sample)
  }
  const timer = setInterval(() => void look(), pollMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await look()
      const wallS = (samples.at(-1)?.atS ?? 0) - (samples[0]?.atS ?? 0)
      const values = samples.map((sample) => sample.watts)
      const { kind } = query.series
      const scrapes = await scrapesIn(query, wallS, parts)
      const joules = kind === 'gauge' ? integratePower(samples) : grown(values)
      return readingOf(metering, { kind, values, wallS, joules, scrapes })
    },
  }
}

/** Growth of a counter; null where it went down, as it does when its exporter starts again. */
function grown(values: readonly number[]): number | null {
  const falls = wentDown({ kind: 'counter', values, wallS: 0, joules: null, scrapes: null })
  return falls ? null : (values.at(-1) ?? 0) - (values[0] ?? 0)
}

/** How often the server scraped the series in these seconds; null where the query does not show it. */
async function scrapesIn(
  { form, selectors }: EnergyQuery,
  wallS: number,
  parts: PrometheusParts,
): Promise<number | null> {
  const [selector] = selectors
  if (form === 'other' || selector === undefined) return null
  const range = Math.max(1, Math.round(wallS * 1000))
  const counts = await instant(parts, `count_over_time(${selector.text}[${range}ms])`)
  return Math.min(...counts.map(({ value }) => value), Number.POSITIVE_INFINITY)
}

function readingOf({ query, limitW, windows }: Metering, window: SeriesWindow): WindowReading {
  windows.push(window)
  const why = impossible(windows, limitW)
  if (why !== null) throw refused(query.text, why)
  const { kind, values, wallS, joules, scrapes } = window
  const few = scrapes !== null && (scrapes < 2 || scrapes === Number.POSITIVE_INFINITY)
  const stepJ =
    kind === 'counter' ? largestStep(values) : (joules ?? 0) / (scrapes ?? values.length)
  return {
    wallS,
    cpuS: null,
    peakRssBytes: null,
    energy:
      joules === null ? restarted : few || joules <= 0 ? nothing : energyOf(query, joules, stepJ),
    idle: unknown('the query does not show idle energy separately'),
    resolutionJ: stepJ > 0 ? stepJ : null,
    steal: null,
    notes: [`${values.length} samples`],
  }
}

const restarted = unknown('the counter went down in this window: its exporter started again')
const nothing = unknown('nothing was counted: the window is shorter than two scrapes')

/** A counter seen through scrapes moves in jumps; the largest one is what a window may be off by at each end. */
const largestStep = (values: readonly number[]): number =>
  Math.max(0, ...values.slice(1).map((value, i) => value - (values[i] ?? 0)))

function energyOf(query: EnergyQuery, joules: number, stepJ: number): Estimate<'J'> {
  const { row } = query.selectors[0] ?? {}
  const gpuPower = row?.scope === 'gpu' && query.series.kind === 'gauge'
  const error = gpuPower ? exporterError.gpuPower : exporterError.usual
  const [less, more] = query.attributed ? workloadPower : [1, 1]
  return known('J', {
    value: joules,
    low: Math.max(0, joules * less * (1 - error) - stepJ),
    high: joules * more * (1 + error) + stepJ,
    level: 0.9,
    method: 'measured',
    how: 'Prometheus query',
    source: query.text,
  })
}

/** The one value of a query. Throws METER_QUERY for several, METER_UNAVAILABLE for none. */
async function ask({ text }: EnergyQuery, server: Server): Promise<number> {
  const [first, second] = await instant(server, text)
  if (first === undefined) throw unavailable(`the query "${text}" finds no series with a number`)
  if (second !== undefined) throw refused(text, 'it returns several series; add them with sum(...)')
  return first.value
}

async function prometheusAvailability(server: Server): ReturnType<MeterSource['available']> {
  try {
    const names = (await seriesNames(server)).filter((name) => knownSeriesOf(name) !== null)
    const series =
      names.length > 0
        ? `series of energy: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`
        : 'it holds no series whose unit is documented; a query of another needs its unit and kind'
    return { works: true, detail: `answers at ${server.baseUrl}; ${series}` }
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return { works: false, detail, fix: 'export PROMETHEUS_URL=http://host:9090' }
  }
}
