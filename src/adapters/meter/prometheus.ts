import type { Meter, MeterParts, MeterSource, WindowReading } from '../../contract/meter.ts'
import { entriesOf, type Fields, fieldsOf } from '../../core/data/fields.ts'
import { gaugeIn } from '../../core/data/figures.ts'
import { integratePower } from '../../core/energy/counter.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { redact } from '../../core/error/secret.ts'
import { networkReason } from '../../core/error/system.ts'
import { unknown } from '../../core/unit/estimate.ts'
import { known } from '../../core/unit/known.ts'

export interface PrometheusParts {
  /** Base of the Prometheus API, for example http://127.0.0.1:9090. */
  readonly baseUrl: string
  readonly query: string
  readonly fetch: typeof globalThis.fetch
  readonly nowS: () => number
}

export const prometheus: MeterSource = {
  open: async ({ energy }, _binding, parts) =>
    energy?.prometheus === undefined
      ? null
      : createPrometheusMeter({ ...serverOf(parts), query: energy.prometheus, nowS: parts.nowS }),
  available: (parts) => prometheusAvailability(serverOf(parts)),
}

const serverOf = (parts: MeterParts): Pick<PrometheusParts, 'baseUrl' | 'fetch'> => ({
  baseUrl: parts.env?.['PROMETHEUS_URL'] ?? 'http://127.0.0.1:9090',
  fetch: parts.fetch ?? noNetwork,
})

const noNetwork: typeof globalThis.fetch = async () => {
  throw new Error('there is no network here')
}

/** What a query gives: a counter of energy or a gauge of power, with the factor to J or W. */
export interface Series {
  readonly kind: 'counter' | 'gauge'
  readonly factor: number
}

/** Exporters whose metrics are known by name (sources: DCGM exporter, Kepler and Scaphandre metric references). */
const knownMetrics: readonly (readonly [RegExp, Series])[] = [
  [/DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION/, { kind: 'counter', factor: 1e-3 }],
  [/DCGM_FI_DEV_POWER_USAGE/, { kind: 'gauge', factor: 1 }],
  [/scaph_\w*_microwatts/, { kind: 'gauge', factor: 1e-6 }],
  [/scaph_\w*_microjoules/, { kind: 'counter', factor: 1e-6 }],
  [/kepler_\w*_joules_total/, { kind: 'counter', factor: 1 }],
  [/\w+_watts\b/, { kind: 'gauge', factor: 1 }],
  [/\w+_joules(_total)?\b/, { kind: 'counter', factor: 1 }],
]

/** A query is asked this often: a counter's step is seen, a gauge is put together. */
const pollMs = 1000
/** Of the exporter's own reading, share; scraping adds its step, which is told as the resolution. */
const exporterError = 0.1

/** What the metric in a query means; a counter of joules where its name says nothing. */
export function seriesOf(query: string): Series {
  return knownMetrics.find(([name]) => name.test(query))?.[1] ?? { kind: 'counter', factor: 1 }
}

/** Energy from whatever a Prometheus server scrapes: DCGM, Kepler, Scaphandre, a smart plug. */
export function createPrometheusMeter(parts: PrometheusParts): Meter {
  return {
    name: 'prometheus',
    scope: `What the query "${parts.query}" counts, in steps of the server's scrape interval.`,
    sensor: true,
    start: async () => startWindow(parts),
    close: async () => undefined,
  }
}

async function startWindow(parts: PrometheusParts): Promise<{ stop(): Promise<WindowReading> }> {
  const series = seriesOf(parts.query)
  const samples = [{ watts: (await ask(parts)) * series.factor, atS: parts.nowS() }]
  const look = async (): Promise<void> => {
    const value = await ask(parts).catch(() => null)
    if (value !== null) samples.push({ watts: value * series.factor, atS: parts.nowS() })
  }
  const timer = setInterval(() => void look(), pollMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await look()
      const values = samples.map((sample) => sample.watts)
      const joules = series.kind === 'gauge' ? integratePower(samples) : counted(values)
      return readingOf(
        parts,
        samples,
        joules,
        series.kind === 'counter' ? largestStep(values) : null,
      )
    },
  }
}

/** Growth of a counter; an exporter that starts again begins at 0. */
function counted(values: readonly number[]): number {
  let total = 0
  for (let i = 1; i < values.length; i++) {
    const [from, to] = [values[i - 1] ?? 0, values[i] ?? 0]
    total += to >= from ? to - from : to
  }
  return total
}

/** A counter seen through scrapes moves in jumps; the largest one is what a window may be off by at each end. */
function largestStep(values: readonly number[]): number | null {
  const steps = values.slice(1).map((value, i) => value - (values[i] ?? 0))
  const largest = Math.max(0, ...steps)
  return largest > 0 ? largest : null
}

function readingOf(
  parts: PrometheusParts,
  samples: readonly { readonly atS: number }[],
  joules: number | null,
  resolutionJ: number | null,
): WindowReading {
  const wallS = (samples.at(-1)?.atS ?? 0) - (samples[0]?.atS ?? 0)
  const nothing = unknown('nothing was counted: the window is shorter than the scrape interval')
  const step = resolutionJ ?? 0
  return {
    wallS,
    cpuS: null,
    peakRssBytes: null,
    energy:
      joules === null || joules <= 0
        ? nothing
        : known('J', {
            value: joules,
            low: Math.max(0, joules * (1 - exporterError) - step),
            high: joules * (1 + exporterError) + step,
            level: 0.9,
            method: 'measured',
            how: 'Prometheus query',
            source: parts.query,
          }),
    idle: unknown('the query does not tell idle energy apart'),
    resolutionJ,
    steal: null,
    notes: [`${samples.length} samples`],
  }
}

/** The sum over all series of an instant query. Throws METER_UNAVAILABLE with the server's reason. */
async function ask({ baseUrl, query, fetch }: PrometheusParts): Promise<number> {
  const url = `${baseUrl.replace(/\/+$/, '')}/api/v1/query?query=${encodeURIComponent(query)}`
  const reply = await fetch(url, { signal: AbortSignal.timeout(5000) })
    .then(async (response) => fieldsOf(await response.json()))
    .catch((cause: unknown) => {
      throw unavailable(`${baseUrl} does not answer as Prometheus does: ${networkReason(cause)}`)
    })
  const { status, error, data } = reply
  if (status !== 'success')
    throw unavailable(typeof error === 'string' ? error : 'the query failed')
  const values = valuesOf(fieldsOf(data))
  if (values.length === 0) throw unavailable(`the query "${query}" finds no series with a number`)
  return values.reduce((sum, value) => sum + value, 0)
}

function valuesOf({ resultType, result }: Fields): readonly number[] {
  const pairs =
    resultType === 'scalar'
      ? [result]
      : entriesOf(result).map((series) => fieldsOf(series)['value'])
  return pairs.flatMap((pair) => gaugeIn(entriesOf(pair)[1]) ?? [])
}

const unavailable = (what: string): RightsizeError =>
  new RightsizeError('METER_UNAVAILABLE', redact(what).slice(0, 300), {
    next: 'Try the query in the Prometheus web page; PROMETHEUS_URL names the server.',
  })

export async function prometheusAvailability(
  parts: Pick<PrometheusParts, 'baseUrl' | 'fetch'>,
): ReturnType<MeterSource['available']> {
  try {
    await ask({ ...parts, query: 'vector(1)', nowS: () => 0 })
    return { works: true, detail: `answers at ${parts.baseUrl}` }
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return { works: false, detail, fix: 'export PROMETHEUS_URL=http://host:9090' }
  }
}
