import type { ImportResult } from '../../core/carbon/imported-use.ts'
import { RightsizeError } from '../../core/error/error.ts'
import { type Part, type Parts, partNames } from '../../core/part/part.ts'

/** One tool whose recorded energy is read. */
interface EnergyImporterPart extends Part {
  /** Whether a text, by its beginning, is of this tool: what only its files have. */
  recognizes(start: string): boolean
  load(): Promise<(text: string) => ImportResult>
}

/** Every tool; the first that recognizes a file reads it. */
export const energyImporters = {
  codecarbon: {
    summary: 'emissions.csv of CodeCarbon',
    example: 'rightsize sci emissions.csv --requests 5000 --grid DEU',
    recognizes: (start) => /^[^\n]*\b(energy_consumed|emissions_rate|cpu_energy)\b/.test(start),
    load: async () => (await import('./codecarbon.ts')).readCodecarbon,
  },
  'ml-energy': {
    summary: 'results of the ML.ENERGY benchmark',
    example: 'rightsize sci results.json --requests 1000 --grid USA',
    recognizes: (start) =>
      /"configurations"\s*:/.test(start) && /energy_per_(request|token)_joules/.test(start),
    load: async () => (await import('./ml-energy.ts')).readMlEnergy,
  },
  opentelemetry: {
    summary:
      'OpenTelemetry traces of requests to models (gen_ai, OpenInference, AI SDK): tokens per model',
    example: 'rightsize sci traces.json --grid FRA',
    recognizes: (start) =>
      /gen_ai\.|"resource_?[sS]pans"|"llm\.token_count\.|"ai\.usage\./.test(start),
    load: async () => (await import('./otel.ts')).readOtel,
  },
  litellm: {
    summary: 'logs of LiteLLM: rows of its table of spend, or standard logging payloads',
    example: 'rightsize sci spend-logs.json',
    recognizes: (start) => /"prompt_tokens"\s*:/.test(start) && /"call_type"\s*:/.test(start),
    load: async () => (await import('./litellm.ts')).readLitellm,
  },
  'impact-framework': {
    summary: 'a manifest of the Impact Framework',
    example: 'rightsize sci manifest.yml --grid GBR',
    recognizes: (start) =>
      /^[ \t]*initialize[ \t]*:/m.test(start) && /^[ \t]*tree[ \t]*:/m.test(start),
    load: async () => (await import('./if-manifest.ts')).readIfManifest,
  },
} as const satisfies Parts<EnergyImporterPart>

/** Reads the file of another tool, which its content shows. Throws IMPORT_INVALID. */
export async function importEnergy(text: string): Promise<ImportResult> {
  const read = await energyImporters[formatOf(text)].load()
  return read(text)
}

/** The tool that wrote a text. Throws IMPORT_INVALID where none is recognized. */
export function formatOf(text: string): keyof typeof energyImporters {
  const start = text.slice(0, 100_000)
  const names = partNames(energyImporters)
  const found = names.find((name) => energyImporters[name].recognizes(start))
  if (found !== undefined) return found
  throw new RightsizeError('IMPORT_INVALID', 'the file format is unknown', {
    next: `Pass a file of one of these formats: ${names.join(', ')}.`,
  })
}
