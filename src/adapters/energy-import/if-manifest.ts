import { parse } from 'yaml'
import type { ImportedUse, ImportResult } from '../../core/carbon/imported-use.ts'
import { isTooDeep } from '../../core/data/nesting.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { evaluateManifest, type IfEvaluation, type IfStep } from '../../core/lint/if-evaluate.ts'

/**
 * Reads an Impact Framework manifest (YAML). Its arithmetic is evaluated here; its commands never run. Where IF ran it, its
 * outputs are taken: energy, functional units, embodied emissions, and the intensity behind its operational emissions.
 */
export function readIfManifest(text: string): ImportResult {
  const manifest = parsed(text)
  const { nodes, notRun, traps } = evaluateManifest(manifest, { takeOutputs: true })
  const status = (manifest as { execution?: { status?: unknown } } | null)?.execution?.status
  return {
    uses: nodes.map((node) =>
      useOf(
        node,
        traps.flatMap((trap) => (trap.path === node.path ? [trap.what] : [])),
      ),
    ),
    leftOut: [
      ...notRun.map(({ plugin, method, why }) => `${plugin} (${method}): ${why}`),
      ...(status === undefined || status === 'success'
        ? []
        : [`Impact Framework states that its run ended with status ${String(status)}`]),
    ],
  }
}

function parsed(text: string): unknown {
  try {
    if (isTooDeep(text)) throw new RangeError('its brackets are nested too deep')
    return parse(text, { maxAliasCount: 100 })
  } catch (cause) {
    throw new RightsizeError('IMPORT_INVALID', 'Impact Framework manifest: it is not YAML', {
      cause,
    })
  }
}

function useOf(
  { path, steps, executed, unit }: IfEvaluation['nodes'][number],
  notes: readonly string[],
): ImportedUse {
  const total = (...names: readonly string[]) => {
    const values = steps.flatMap((step) => names.map((name) => step[name]).find(isNumber) ?? [])
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
  }
  const energyKwh = checkedEnergy(path, total('energy'))
  const operational = executed ? total('carbon-operational', 'operational-carbon') : null
  const known = operational !== null && energyKwh !== null && energyKwh > 0
  return {
    name: path,
    tool: 'impact-framework',
    energyKwh,
    pueInside: pueOf(steps),
    durationS: total('duration'),
    requests: unit === null ? null : total(unit),
    tokens: null,
    intensity: known ? operational / energyKwh : null,
    embodiedG: executed ? total('carbon-embodied', 'embodied-carbon') : null,
    boundary: 'as described in its manifest',
    method: 'modeled',
    notes: executed ? [...notes, `${path}: the outputs of Impact Framework were used`] : notes,
  }
}

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value)

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
