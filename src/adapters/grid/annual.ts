import { fileURLToPath } from 'node:url'
import type { GridSource } from '../../contract/grid.ts'
import type { AnnualGridTable, CloudRegionTable, GridTables } from '../../core/carbon/grid-zone.ts'
import { annualFactor } from '../../core/carbon/grid-zone.ts'
import { textNow } from '../files/read-file.ts'

/** Reads the factor tables that ship in the package (data/, each with year, source and license). */
export function openGridTables(): GridTables {
  return {
    annual: readTable<AnnualGridTable>('grid-annual.json'),
    regions: readTable<CloudRegionTable>('cloud-regions.json'),
  }
}

function readTable<T>(name: string): T {
  // src/adapters/grid and dist/adapters/grid are equally deep below the package.
  return JSON.parse(textNow(fileURLToPath(new URL(`../../../data/${name}`, import.meta.url)))) as T
}

/** The offline default: annual averages by country, region or cloud region. */
export function createAnnualGrid(
  tables: GridTables = openGridTables(),
  now?: () => string,
): GridSource {
  return {
    name: 'annual',
    about: `${tables.annual.source}: ${tables.annual.kind}, ${tables.annual.mix}, ${tables.annual.scope}`,
    factor: async (place) =>
      annualFactor(tables, place, now === undefined ? undefined : Number.parseInt(now(), 10)),
  }
}
