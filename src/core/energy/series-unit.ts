/** Units of an energy counter, with the factor to J. */
export const energyUnits = {
  J: 1,
  kJ: 1e3,
  MJ: 1e6,
  mJ: 1e-3,
  uJ: 1e-6,
  Wmin: 60,
  Wh: 3600,
  kWh: 3.6e6,
} as const

/** Units of a power gauge, with the factor to W. */
export const powerUnits = { W: 1, kW: 1e3, mW: 1e-3, uW: 1e-6 } as const

export type SeriesUnit = keyof typeof energyUnits | keyof typeof powerUnits

export const seriesUnits = Object.keys({ ...energyUnits, ...powerUnits }) as readonly SeriesUnit[]

/** A counter grows by the energy that is used; a gauge shows the power of the moment. */
export const seriesKinds = ['counter', 'gauge'] as const
export type SeriesKind = (typeof seriesKinds)[number]

/** What a series shows, with the factor to J (counter) or W (gauge). */
export interface Series {
  readonly kind: SeriesKind
  readonly factor: number
}

const isEnergy = (unit: SeriesUnit): unit is keyof typeof energyUnits => unit in energyUnits

/** The series of a unit: energy is counted, power is a gauge. */
export const seriesIn = (unit: SeriesUnit): Series =>
  isEnergy(unit)
    ? { kind: 'counter', factor: energyUnits[unit] }
    : { kind: 'gauge', factor: powerUnits[unit] }
