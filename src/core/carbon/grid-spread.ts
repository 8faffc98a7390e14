/** What an annual factor may be off by: times its value, and grams on top. */
export interface GridSpread {
  readonly ratio: readonly [number, number]
  readonly gPerKwh: number
  /** g/kWh below which the grams do not take the low end: no grid is free of carbon over its life. */
  readonly least: number
}

/**
 * A place inside a country: onshore wind at its best (IPCC AR5 WG3, annex III, table A.III.2: 7 to 56, median 11). A place in the
 * world: the cleanest country of the table (Lesotho 2022, 20.83, Ember).
 */
const least = { place: 7, country: 20.83 } as const

/**
 * Sources differ in what they count (production or consumption, direct or lifecycle) and in the year. Latest figures of cloud
 * regions in countries with one grid lie at x0.6 to x1.5 of Ember's country, and within 30 g on grids that are almost free of
 * carbon, where lifecycle and imports are most of it (Google Cloud 2024, GSF real-time-cloud 2023 and 2024).
 */
const oneGrid: GridSpread = { ratio: [0.6, 1.5], gPerKwh: 30, least: least.place }

/**
 * Countries whose grids differ more than sources do: a factor of the country stands for a place of which the grid is
 * unknown. USA: Oregon x0.15, South Carolina x2.1; Canada: Quebec x0.03, Alberta x3.5; Australia: Tasmania, Victoria;
 * China: Yunnan, Inner Mongolia; Great Britain: Scotland; Brazil, Russia.
 */
const severalGrids: Readonly<Record<string, GridSpread['ratio']>> = {
  USA: [0.15, 2.1],
  CAN: [0.03, 3.5],
  AUS: [0.25, 1.6],
  CHN: [0.2, 1.6],
  GBR: [0.2, 1.5],
  BRA: [0.4, 2],
  RUS: [0.3, 2],
}

/** A continent or the world says little of a place in it: from Quebec to coal. */
const aggregate: GridSpread['ratio'] = [0.05, 2]

/** The spread of an annual factor by its zone; a zone of three letters is a country. */
export function spreadOf(zone: string): GridSpread {
  const country = /^[A-Z]{3}$/.test(zone)
  return country
    ? { ...oneGrid, ratio: severalGrids[zone] ?? oneGrid.ratio }
    : { ...oneGrid, ratio: aggregate, least: least.country }
}

/** By how much a year moves a grid: most fall, some by 8 % a year (Germany, Great Britain, Finland since 2019); a few rise by 3 %. */
const yearly = [0.92, 1.03] as const

/** A ratio that is some years old; figures of the year before are the newest there are. */
export function aged(
  [low, high]: readonly [number, number],
  period: string | number,
  asOf: number | undefined,
): readonly [number, number] {
  const years = asOf === undefined ? 0 : Math.max(0, asOf - 1 - Number.parseInt(String(period), 10))
  if (!Number.isFinite(years)) return [low, high]
  return [low * yearly[0] ** years, high * yearly[1] ** years]
}
