import { RightsizeError } from '../error/error.ts'
import type { GridFactor, GridMix, GridScope } from '../result/usage.ts'
import { gridFactor } from './grid-factor.ts'

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
 * an error that offers the nearest names; nothing is guessed.
 */
export function annualFactor(tables: GridTables, place: string): GridFactor {
  const { annual } = tables
  const key = zoneOf(tables, place)
  const row = annual.zones[key]
  if (row === undefined) throw unknownZone(tables, place)
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

/** Up to five names that resemble the one given. */
export function nearestPlaces({ annual, regions }: GridTables, place: string): readonly string[] {
  const wanted = place.trim().toLowerCase()
  const labels = [
    ...Object.entries(annual.zones).map(([key, { name }]) => ({
      label: `${key} (${name})`,
      distance: Math.min(distance(wanted, key.toLowerCase()), distance(wanted, name.toLowerCase())),
    })),
    ...Object.entries(regions.regions).map(([key, { zone }]) => ({
      label: `${key} (${zone})`,
      distance: distance(wanted, key),
    })),
  ]
  return labels
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 5)
    .map(({ label }) => label)
}

/** Levenshtein distance (1966), with half a step for names that begin alike, so that DE finds DEU first. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    row = next
  }
  return (row[b.length] ?? 0) - (b.startsWith(a) ? 0.5 : 0)
}
