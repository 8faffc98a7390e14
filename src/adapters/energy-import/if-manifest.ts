import { parse } from 'yaml'
import type { ImportedUse, ImportResult } from '../../core/carbon/imported-use.ts'
import type { NamedMachine } from '../../core/carbon/named-machine.ts'
import type { StatedCarbon } from '../../core/carbon/stated-carbon.ts'
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
  refuseFailed(manifest)
  return {
    uses: nodes.map((node) =>
      useOf(
        node,
        traps.flatMap((trap) => (trap.path === node.path ? [trap.what] : [])),
      ),
    ),
    leftOut: [...notRun.map(({ plugin, method, why }) => `${plugin} (${method}): ${why}`)],
  }
}

/** IF writes what it has when a pipeline fails, and exits 0: such a file holds no result to score. */
function refuseFailed(manifest: unknown): void {
  const { execution } = (manifest ?? {}) as {
    readonly execution?: { readonly status?: unknown; readonly error?: unknown }
  }
  const { status = 'success', error } = execution ?? {}
  if (status === 'success') return
  const why =
    typeof error === 'string' ? `: ${error.replace(/\s+/g, ' ').trim().slice(0, 200)}` : ''
  throw new RightsizeError(
    'IMPORT_INVALID',
    `Impact Framework manifest: its run ended with status ${String(status)}${why}`,
    {
      next: 'Run if-run again until its execution.status is success, and pass that output.',
    },
  )
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
    carbon: executed
      ? carbonOf(operational, total('carbon'), total('carbon-embodied', 'embodied-carbon'))
      : null,
    machine: machineOf(steps[0] ?? {}),
    embodiedG: executed ? total('carbon-embodied', 'embodied-carbon') : null,
    boundary: 'as described in its manifest',
    method: 'modeled',
    notes: executed ? [...notes, `${path}: the outputs of Impact Framework were used`] : notes,
  }
}

/** The total carbon of its steps, less what of it is embodied. */
function carbonOf(
  operational: number | null,
  carbon: number | null,
  embodied: number | null,
): StatedCarbon | null {
  const own = operational ?? (carbon === null ? null : carbon - (embodied ?? 0))
  return own === null ? null : { operationalG: own, embodiedG: embodied ?? 0 }
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

/** The machine of a node by the parameters that pipelines of IF use for it. */
function machineOf(step: IfStep): NamedMachine | null {
  const first = (...names: readonly string[]) =>
    names.map((name) => step[name]).find(isNumber) ?? null
  const processors = first('vcpus-allocated', 'vCPUs', 'cpu-cores-utilized', 'cpu/number-cores')
  const name = step['cpu/name'] ?? step['physical-processor']
  const cpu = typeof name === 'string' ? name : null
  const cloud = Object.keys(step).some((key) => /^cloud[-/]/.test(key))
  if (processors === null && cpu === null) return null
  const hostProcessors = first('vcpus-total', 'cpu-cores-available')
  return { ...{ processors, hostProcessors, cpu, cloud }, gpu: null, gpus: 0 }
}

/** `pue` beside `energy` and `it-energy` means that energy has it inside. */
function pueOf(steps: readonly IfStep[]): number {
  const { pue } = steps[0] ?? {}
  return typeof pue === 'number' && pue >= 1 ? pue : 1
}
