import type { ImportResult } from '../../core/carbon/imported-use.ts'
import { RightsizeError } from '../../core/error/error.ts'

type Reader = (text: string) => ImportResult

/** Readers of other tools' energy, loaded when named. */
export const energyImports = {
  codecarbon: async (): Promise<Reader> => (await import('./codecarbon.ts')).readCodecarbon,
  'impact-framework': async (): Promise<Reader> =>
    (await import('./if-manifest.ts')).readIfManifest,
  'ml-energy': async (): Promise<Reader> => (await import('./ml-energy.ts')).readMlEnergy,
  opentelemetry: async (): Promise<Reader> => (await import('./otel.ts')).readOtel,
} as const

export type EnergyFormat = keyof typeof energyImports

/** Reads a file of another tool; the format is recognised by its content unless it is named. */
export async function importEnergy(
  text: string,
  format: EnergyFormat = formatOf(text),
): Promise<ImportResult> {
  const read = await energyImports[format]()
  return read(text)
}

/** The format of a text by what only that format has. */
export function formatOf(text: string): EnergyFormat {
  const start = text.slice(0, 100_000)
  if (/^[^\n]*\b(energy_consumed|emissions_rate|cpu_energy)\b/.test(start)) return 'codecarbon'
  if (/"configurations"\s*:/.test(start) && /energy_per_(request|token)_joules/.test(start))
    return 'ml-energy'
  if (/gen_ai\.|"resourceSpans"/.test(start)) return 'opentelemetry'
  if (/^\s*initialize\s*:/m.test(start) && /^\s*tree\s*:/m.test(start)) return 'impact-framework'
  throw new RightsizeError('IMPORT_INVALID', 'the file format is unknown', {
    next: `Pass a file of one of these formats: ${Object.keys(energyImports).join(', ')}.`,
  })
}
