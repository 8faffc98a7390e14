import type { GridSource } from '../../contract/grid.ts'
import { createAnnualGrid } from './annual.ts'
import { createNesoGrid, type NesoOptions } from './neso.ts'

const live = 'neso:'

/**
 * The sources as one: `neso:GBR` (or `neso:GBR:13`) asks the live service, anything else is looked up in the annual table.
 * Nothing is asked over the network unless the place says so.
 */
export function createGrids(options: NesoOptions): GridSource {
  const annual = createAnnualGrid(undefined, options.now)
  const neso = createNesoGrid(options)
  return {
    name: 'annual, or live for places that start with neso:',
    about: `${annual.about}; ${live}GBR: ${neso.about}`,
    factor: (place) =>
      place.trim().toLowerCase().startsWith(live)
        ? neso.factor(place.trim().slice(live.length))
        : annual.factor(place),
  }
}
