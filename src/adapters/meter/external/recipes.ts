import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { MeterParts } from '../../../contract/meter.ts'
import {
  type MeterRecipe,
  meterRecipes,
  type RecipeName,
} from '../../../core/part/meter-recipes.ts'
import { partNames } from '../../../core/part/part.ts'
import { systemText } from '../../files/read-file.ts'

/** Recipes of an external meter whose programs, drivers and variables are on this machine. */
export const recipesHere = (env: NonNullable<MeterParts['env']>): readonly RecipeName[] =>
  partNames(meterRecipes).filter((name) => isHere(meterRecipes[name], env))

function isHere({ needs }: MeterRecipe, env: NonNullable<MeterParts['env']>): boolean {
  const { program, drivers, env: variables = [] } = needs
  if (!variables.every((name) => env[name])) return false
  if (program !== undefined && !isOnPath(program, env['PATH'] ?? '')) return false
  return drivers === undefined || driversIn(env['HWMON'] ?? '/sys/class/hwmon', drivers)
}

const isOnPath = (program: string, path: string): boolean =>
  path.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)))

function driversIn(root: string, drivers: readonly string[]): boolean {
  if (!existsSync(root)) return false
  return readdirSync(root).some((device) => {
    const name = join(root, device, 'name')
    return existsSync(name) && drivers.includes(systemText(name).trim())
  })
}
