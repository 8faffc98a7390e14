import { RightsizeError } from '../error/error.ts'

/** A number that has been checked and carries its unit in the type. Arithmetic gives back plain numbers. */
export type Quantity<Name extends string> = number & { readonly quantity: Name }

export type Joules = Quantity<'J'>
export type KilowattHours = Quantity<'kWh'>
export type Seconds = Quantity<'s'>
/** A number in 0..1. */
export type Share = Quantity<'share'>
/** Power usage effectiveness, at least 1. */
export type Pue = Quantity<'PUE'>

function nonNegative<Q extends number>(name: string): (value: number) => Q {
  return (value) => {
    if (!Number.isFinite(value) || value < 0)
      throw new RightsizeError('QUANTITY_INVALID', `${name} must be a number >= 0, not ${value}`)
    return value as Q
  }
}

export const joules: (value: number) => Joules = nonNegative('energy in J')
export const kilowattHours: (value: number) => KilowattHours = nonNegative('energy in kWh')
export const seconds: (value: number) => Seconds = nonNegative('time in s')

/** A share in 0..1. */
export function share(value: number): Share {
  if (!(value >= 0 && value <= 1))
    throw new RightsizeError('QUANTITY_INVALID', `a share must be in 0..1, not ${value}`)
  return value as Share
}

/** Power usage effectiveness: facility energy over IT energy, from 1; above 4 it is taken for a slip. */
export function pue(value: number): Pue {
  if (!(value >= 1 && value <= 4))
    throw new RightsizeError('QUANTITY_INVALID', `PUE must be in 1..4, not ${value}`)
  return value as Pue
}

/** Definition: 1 kWh = 3.6e6 J. */
export const joulesPerKwh = 3.6e6
