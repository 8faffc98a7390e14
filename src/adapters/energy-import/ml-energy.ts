import type { ImportedUse, ImportResult } from '../../core/carbon/imported-use.ts'
import type { NamedMachine } from '../../core/carbon/named-machine.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { joulesPerKwh } from '../../core/unit/quantity.ts'

/** Reads a task file of the ML.ENERGY leaderboard (v3): GPU joules per request, measured. */
export function readMlEnergy(text: string): ImportResult {
  const { configurations } = objectOf(text)
  if (!Array.isArray(configurations)) throw invalid('no "configurations"')
  const read = configurations.map((row, i) => useOf(row as Readonly<Record<string, unknown>>, i))
  return {
    uses: read.filter((use) => use !== null),
    leftOut: read.flatMap((use, i) =>
      use === null ? [`configuration ${i} has no energy per request`] : [],
    ),
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw invalid('it is not JSON', cause)
  }
}

function useOf(row: Readonly<Record<string, unknown>>, i: number): ImportedUse | null {
  const joules = row['energy_per_request_joules']
  if (typeof joules !== 'number' || !Number.isFinite(joules)) return null
  if (joules < 0) throw invalid(`configuration ${i} has negative energy`)
  const tokens = row['avg_output_len']
  const itl = row['median_itl_ms']
  const batch = row['max_num_seqs']
  const seconds =
    typeof tokens === 'number' && typeof itl === 'number' ? (tokens * itl) / 1000 : null
  return {
    name: `${row['model_id']} on ${row['num_gpus']} x ${row['gpu_model']}, batch ${batch}`,
    tool: 'ml-energy',
    energyKwh: joules / joulesPerKwh,
    pueInside: 1,
    // a request shares the machine with the others of its batch
    durationS: seconds === null || typeof batch !== 'number' ? null : seconds / Math.max(1, batch),
    requests: 1,
    machine: machineOf(row),
    tokens: typeof tokens === 'number' ? { input: 0, output: tokens, cachedInput: 0 } : null,
    boundary: 'GPU only, steady state; host and idle energy not included',
    method: 'measured',
    notes: ['GPU energy only: without the host, small models look better than they are'],
  }
}

/** The GPUs that a configuration names; their hosts are counted with them. */
function machineOf({
  gpu_model: gpu,
  num_gpus: gpus,
}: Readonly<Record<string, unknown>>): NamedMachine | null {
  const count = typeof gpus === 'number' && gpus > 0 ? gpus : 1
  return typeof gpu === 'string'
    ? { processors: null, cpu: null, gpu, gpus: count, cloud: false }
    : null
}

function invalid(what: string, cause?: unknown): RightsizeError {
  return new RightsizeError('IMPORT_INVALID', `ML.ENERGY file: ${what}`, { cause })
}
