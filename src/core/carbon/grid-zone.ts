import { RightsizeError } from '../error/error.ts'
import { typingDistance } from '../error/nearest.ts'
import type { GridFactor, GridMix, GridScope } from '../result/usage.ts'
import { gridFactor } from './grid-factor.ts'
import { spreadOf } from './grid-spread.ts'

/** data/grid-annual.json */
export interface AnnualGridTable {
  readonly unit: string
  readonly kind: string
  readonly mix: GridMix
  readonly scope: GridScope
  readonly source: string
  readonly license: string
  readonly retrieved: string
  readonly zones: Readonly<
    Record<string, { readonly name: string; readonly year: number; readonly value: number }>
  >
}

/** data/cloud-regions.json */
export interface CloudRegionTable {
  /** What the short name in `source` of a row stands for. */
  readonly sources?: Readonly<Record<string, string>>
  readonly regions: Readonly<
    Record<
      string,
      {
        readonly provider: string
        readonly zone: string
        readonly place: string
        readonly source?: string
        /** ISO date on which the row was checked against its source. */
        readonly checked?: string
      }
    >
  >
}

export interface GridTables {
  readonly annual: AnnualGridTable
  readonly regions: CloudRegionTable
}

/**
 * The annual factor of a country (ISO 3166-1 alpha-3 or name), world region or cloud region. An unknown name is
 * an error that offers the nearest names; nothing is guessed. Its interval holds the grids inside the zone, the sources, and its age in
 * the year of use `asOf` (the year of the table unless said).
 */
export function annualFactor(
  tables: GridTables,
  place: string,
  asOf = Number.parseInt(tables.annual.retrieved, 10),
): GridFactor {
  const { annual } = tables
  const key = zoneOf(tables, place)
  const row = annual.zones[key]
  if (row === undefined) throw unknownZone(tables, place)
  const { ratio, gPerKwh: plusMinus, least } = spreadOf(key)
  return gridFactor({
    zone: key,
    name: row.name,
    value: row.value,
    unit: annual.unit,
    period: row.year,
    kind: annual.kind,
    mix: annual.mix,
    scope: annual.scope,
    source: annual.source,
    license: annual.license,
    retrieved: annual.retrieved,
    ...{ ratio, plusMinus, least, asOf },
  })
}

/** The zone key of a place: case and surrounding space do not matter; `aws:us-east-1` names the provider too. */
export function zoneOf(tables: GridTables, place: string): string {
  const { zones } = tables.annual
  const wanted = place.trim()
  const upper = wanted.toUpperCase()
  if (zones[upper] !== undefined) return upper
  const region = tables.regions.regions[wanted.toLowerCase().replace(/^(aws|gcp|azure):/, '')]
  if (region !== undefined) return region.zone
  const named = Object.keys(zones).find((key) => zones[key]?.name.toUpperCase() === upper)
  if (named !== undefined) return named
  throw unknownZone(tables, place)
}

function unknownZone(tables: GridTables, place: string): RightsizeError {
  const near = nearestPlaces(tables, place)
  return new RightsizeError(
    'GRID_UNKNOWN',
    `"${place}" is not a known country, region or cloud region`,
    {
      at: 'account.grid',
      next: `Did you mean ${near.join(', ')}? Otherwise, state the factor with its unit, year and source.`,
    },
  )
}

/** Up to five names that resemble the one given; half a step less for names that begin alike, so that DE finds DEU first. */
export function nearestPlaces({ annual, regions }: GridTables, place: string): readonly string[] {
  const wanted = place.trim().toLowerCase()
  const distance = (name: string) =>
    typingDistance(wanted, name) - (name.startsWith(wanted) ? 0.5 : 0)
  const labels = [
    ...Object.entries(annual.zones).map(([key, { name }]) => ({
      label: `${key} (${name})`,
      distance: Math.min(distance(key.toLowerCase()), distance(name.toLowerCase())),
    })),
    ...Object.entries(regions.regions).map(([key, { zone }]) => ({
      label: `${key} (${zone})`,
      distance: distance(key),
    })),
  ]
  return labels
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 5)
    .map(({ label }) => label)
}
