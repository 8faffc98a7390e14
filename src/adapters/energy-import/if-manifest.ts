import { parse } from 'yaml'
import type { ImportedUse, ImportResult } from '../../core/carbon/imported-use.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { evaluateManifest, type IfStep } from '../../core/lint/if-evaluate.ts'

/** Reads an Impact Framework manifest (YAML). Its arithmetic is evaluated here; its commands never run. */
export function readIfManifest(text: string): ImportResult {
  const { nodes, notRun, traps } = evaluateManifest(parsed(text))
  return {
    uses: nodes.map(({ path, steps }) =>
      useOf(
        path,
        steps,
        traps.flatMap((trap) => (trap.path === path ? [trap.what] : [])),
      ),
    ),
    leftOut: notRun.map(({ plugin, method, why }) => `${plugin} (${method}): ${why}`),
  }
}

function parsed(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 })
  } catch (cause) {
    throw new RightsizeError('IMPORT_INVALID', 'Impact Framework manifest: it is not YAML', {
      cause,
    })
  }
}

function useOf(path: string, steps: readonly IfStep[], notes: readonly string[]): ImportedUse {
  const total = (name: string) => {
    const values = steps.map((step) => step[name]).filter((value) => typeof value === 'number')
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
  }
  return {
    name: path,
    tool: 'impact-framework',
    energyKwh: checkedEnergy(path, total('energy')),
    pueInside: pueOf(steps),
    durationS: total('duration'),
    requests: null,
    tokens: null,
    boundary: 'as described in its manifest',
    method: 'modeled',
    notes,
  }
}

function checkedEnergy(path: string, energy: number | null): number | null {
  if (energy !== null && energy < 0)
    throw new RightsizeError(
      'IMPORT_INVALID',
      `Impact Framework manifest: ${path} has negative energy`,
    )
  return energy
}

/** `pue` beside `energy` and `it-energy` means that energy has it inside. */
function pueOf(steps: readonly IfStep[]): number {
  const { pue } = steps[0] ?? {}
  return typeof pue === 'number' && pue >= 1 ? pue : 1
}
