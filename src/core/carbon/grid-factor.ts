import { RightsizeError } from '../error/error.ts'
import type { GridFactor, GridKind, GridMix, GridScope } from '../result/usage.ts'
import type { Known } from '../unit/estimate.ts'
import { known } from '../unit/known.ts'
import { aged } from './grid-spread.ts'

/** A factor as somebody gives it: every field is looked at. */
export interface GridFactorInput {
  readonly zone?: string
  readonly name?: string
  readonly value?: number
  readonly unit?: string
  readonly period?: string | number
  readonly kind?: string
  readonly mix?: GridMix
  readonly scope?: GridScope
  readonly source?: string
  readonly license?: string
  readonly retrieved?: string
  /** Multiplicative interval; x0.9 to x1.1 unless said. */
  readonly ratio?: readonly [number, number]
  /** Grams per kWh that the interval reaches further on both sides. */
  readonly plusMinus?: number
  /** Year in which the factor is used: an old one is wider. */
  readonly asOf?: number
  /** g/kWh below which `plusMinus` does not take the low end. */
  readonly least?: number
  readonly [other: string]: unknown
}

/** What a factor for the very place is off by where nothing is stated: the spread of sources on one grid and year. */
const statedSpread: readonly [number, number] = [0.9, 1.1]

/** Grams per kWh in one of each unit that grid data comes in. 1 lb = 453.59237 g (international pound, 1959). */
const gramsPerKwhIn: Readonly<Record<string, number>> = {
  'g/kWh': 1,
  'kg/kWh': 1000,
  'kg/MWh': 1,
  't/MWh': 1000,
  't/GWh': 1,
  'lb/MWh': 453.59237 / 1000,
  'g/MJ': 3.6,
}

/** Converts an intensity to gCO2e/kWh. `CO2`, `CO2e` and `CO2eq` in the unit are read over. */
export function gramsPerKwhFrom(value: number, unit: string): number {
  const plain = unit.replace(/\s*CO2(eq?)?\s*/i, '').replace(/^lbs/, 'lb')
  const factor = gramsPerKwhIn[plain]
  if (factor === undefined)
    throw new RightsizeError('UNIT_UNKNOWN', `"${unit}" is not a unit of grid intensity`, {
      next: `Use one of ${Object.keys(gramsPerKwhIn).join(', ')}.`,
    })
  return value * factor
}

const marketWords =
  /market|residual|offset|\brecs?\b|\bppas?\b|\beacs?\b|certificat|guarantee|\bnet\b|renewable/i
/** In prose (name, source) only what can mean nothing else. */
const marketProse =
  /market[- ]based|residual mix|offsets?\b|guarantees? of origin|\bRECs\b|\bPPAs?\b|\bEACs\b/

/** Checks a factor and makes it a record. Market-based factors are refused, as ISO/IEC 21031 requires. */
export function gridFactor(input: GridFactorInput): GridFactor {
  refuseMarketBased(input)
  const zone = input.zone ?? 'custom'
  const { value, unit, period, kind, source } = input
  if (value === undefined || unit === undefined || period === undefined || source === undefined)
    throw new RightsizeError(
      'GRID_FACTOR_INVALID',
      `the factor of ${zone} lacks ${missing({ value, unit, period, source })}`,
    )
  if (kind !== 'average' && kind !== 'marginal')
    throw new RightsizeError(
      'GRID_FACTOR_INVALID',
      `the factor of ${zone} must state its kind: average or marginal`,
    )
  return {
    zone,
    name: input.name ?? zone,
    intensity: intensityOf(gramsPerKwhFrom(value, unit), input, kind),
    period: String(period),
    kind,
    mix: input.mix ?? 'consumption',
    scope: input.scope ?? 'lifecycle',
    source,
    license: input.license ?? 'not stated',
    retrieved: input.retrieved ?? 'not stated',
  }
}

function refuseMarketBased(input: GridFactorInput): void {
  const { kind = '', method = '', name = '', source = '' } = input
  const words = [kind, ...Object.keys(input), String(method)]
  const prose = [name, source]
  const found =
    words.find((word) => marketWords.test(word.replace(/_/g, ' '))) ??
    prose.find((text) => marketProse.test(text))
  if (found !== undefined)
    throw new RightsizeError(
      'GRID_MARKET_BASED',
      `"${found}" indicates a market-based factor${input.zone === undefined ? '' : ` for ${input.zone}`}`,
    )
}

function missing(fields: Readonly<Record<string, unknown>>): string {
  return Object.keys(fields)
    .filter((name) => fields[name] === undefined)
    .join(', ')
}

function intensityOf(value: number, input: GridFactorInput, kind: GridKind): Known<'gPerKwh'> {
  if (!Number.isFinite(value) || value < 0)
    throw new RightsizeError('GRID_FACTOR_INVALID', `${value} g/kWh is not a valid grid intensity`)
  const { ratio = statedSpread, plusMinus = 0, least = 0, period = '', asOf } = input
  const [down, up] = aged(ratio, period, asOf)
  return known('gPerKwh', {
    value,
    low: Math.max(value * down - plusMinus, Math.min(value * down, least)),
    high: value === 0 ? Math.max(leastLifecycle, plusMinus) : value * up + plusMinus,
    method: 'sourced',
    how: `${kind} intensity ${input.period}`,
    source: input.source ?? '',
  })
}

/**
 * No grid is free of carbon over its life: hydro and wind are 26 g/kWh (CodeCarbon carbon_intensity_per_source).
 * A reported 0 (Central African Republic) therefore has this as its upper end.
 */
const leastLifecycle = 26
