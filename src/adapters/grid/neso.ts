import type { GridSource } from '../../contract/grid.ts'
import { gridFactor } from '../../core/carbon/grid-factor.ts'
import { RightsizeError } from '../../core/error/error.ts'
import type { GridFactor } from '../../core/result/usage.ts'

export interface NesoOptions {
  readonly fetch: typeof globalThis.fetch
  /** Wall time, ISO 8601 UTC. */
  readonly now: () => string
  /** A half hour that ended longer ago than this is stale; 2 h unless said. */
  readonly maxAgeS?: number
  readonly baseUrl?: string
}

interface Period {
  readonly from: string
  readonly to: string
  readonly intensity: { readonly forecast: number | null; readonly actual?: number | null }
}

const cacheS = 1800 // the service itself works in half hours

/**
 * National Energy System Operator, Great Britain: https://api.carbonintensity.org.uk (CC BY 4.0, no key).
 * Average intensity of generation, direct emissions, half hours; not lifecycle, so it is never compared with
 * the annual table. Places: `GBR`, or `GBR:13` for one of the 17 regions.
 */
export function createNesoGrid(options: NesoOptions): GridSource {
  const cache = new Map<string, { readonly at: number; readonly factor: GridFactor }>()
  return {
    name: 'neso',
    about:
      'NESO carbon intensity of Great Britain: average, production, direct emissions, half-hourly',
    factor: async (place) => {
      const region = regionOf(place)
      const now = Date.parse(options.now())
      const kept = cache.get(place)
      if (kept !== undefined && now - kept.at < cacheS * 1000) return kept.factor
      const factor = await ask(options, place, region)
      cache.set(place, { at: now, factor })
      return factor
    },
  }
}

function regionOf(place: string): number | null {
  const match = /^(?:GBR|UK|United Kingdom)(?::(\d{1,2}))?$/i.exec(place.trim())
  const region = match?.[1] === undefined ? null : Number(match[1])
  if (match === null || (region !== null && (region < 1 || region > 17)))
    throw failed(`it covers Great Britain (GBR, GBR:1 to GBR:17), not "${place}"`)
  return region
}

async function ask(
  options: NesoOptions,
  place: string,
  region: number | null,
): Promise<GridFactor> {
  const base = options.baseUrl ?? 'https://api.carbonintensity.org.uk'
  const body = await readJson(
    options.fetch,
    region === null ? `${base}/intensity` : `${base}/regional/regionid/${region}`,
  )
  const period = periodOf(body, region)
  requireFresh(period, options)
  const value = period.intensity.actual ?? period.intensity.forecast
  if (typeof value !== 'number') throw failed('the reply contains no intensity')
  return gridFactor({
    zone: place.toUpperCase(),
    name: region === null ? 'Great Britain' : `Great Britain region ${region}`,
    value,
    unit: 'g/kWh',
    period: `${period.from}/${period.to}`,
    kind: 'average',
    mix: 'production',
    scope: 'direct',
    source: `NESO Carbon Intensity API, ${typeof period.intensity.actual === 'number' ? 'actual' : 'forecast'}`,
    license: 'CC-BY-4.0',
    retrieved: options.now(),
  })
}

async function readJson(fetcher: typeof globalThis.fetch, url: string): Promise<unknown> {
  try {
    const response = await fetcher(url, { headers: { accept: 'application/json' } })
    if (!response.ok) throw failed(`it answered ${response.status}`)
    return await response.json()
  } catch (cause) {
    if (cause instanceof RightsizeError) throw cause
    throw failed('it cannot be reached or did not return JSON', cause)
  }
}

/** The newest half hour; a regional answer must be for the region that was asked for. */
function periodOf(body: unknown, region: number | null): Period {
  const outer = rows(body)[0]
  if (region === null) return checked(outer)
  const { regionid } = (outer ?? {}) as { regionid?: unknown }
  if (regionid !== region) throw failed(`it returned region ${regionid} instead of ${region}`)
  return checked(rows(outer)[0])
}

function rows(value: unknown): readonly unknown[] {
  const { data } = (value ?? {}) as { data?: unknown }
  return Array.isArray(data) ? data : []
}

function checked(value: unknown): Period {
  const period = value as Partial<Period> | undefined
  if (
    typeof period?.from !== 'string' ||
    typeof period.to !== 'string' ||
    typeof period.intensity !== 'object' ||
    period.intensity === null
  )
    throw failed('the reply does not match the documented format')
  return period as Period
}

function requireFresh(period: Period, { now, maxAgeS = 7200 }: NesoOptions): void {
  const ageS = (Date.parse(now()) - Date.parse(period.to)) / 1000
  if (!(ageS <= maxAgeS)) throw failed(`its newest value is stale (it ends at ${period.to})`)
}

function failed(what: string, cause?: unknown): RightsizeError {
  return new RightsizeError('GRID_SOURCE_FAILED', `NESO: ${what}`, { at: 'neso', cause })
}
