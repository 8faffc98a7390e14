import { RightsizeError } from '../error/error.ts'
import { siPrefix, withPrefix } from '../unit/si-prefix.ts'
import {
  type EcologitsImpacts,
  type ElectricityMix,
  type Ends,
  ecologitsImpacts,
  ecologitsVersion,
} from './ecologits-impacts.ts'
import { findModel, type ModelFile } from './model-table.ts'
import { providerNamed, providerTable } from './provider-site.ts'

/** data/models-ecologits.json: its models, and the electricity mixes by zone. */
export interface EcologitsFile extends ModelFile {
  readonly mixes: Readonly<Record<string, ElectricityMix>>
}

/** A request by names, as EcoLogits is asked. */
export interface NamedRequest {
  readonly model: string
  readonly outputTokens: number
  /** Seconds that it took; not measured where absent. */
  readonly latencyS?: number | undefined
  /** ISO alpha-3 of the grid; that of the provider where absent. */
  readonly zone?: string | undefined
}

export interface NamedImpacts extends EcologitsImpacts {
  /** The row of its list. */
  readonly row: string
  readonly zone: string
  readonly notes: readonly string[]
}

/**
 * The impacts that EcoLogits states for a request, from its own list of models and mixes. Throws MODEL_FACTS_UNKNOWN for a
 * model or a provider that it does not list, GRID_UNKNOWN for a zone.
 */
export function ecologitsOf(request: NamedRequest, file: EcologitsFile): NamedImpacts {
  const found = findModel(request.model, { files: [file] })
  const provider = providerIn(found?.row.provider ?? '')
  if (found === null || provider === null)
    throw new RightsizeError('MODEL_FACTS_UNKNOWN', `EcoLogits does not list ${request.model}`, {
      next: 'Leave out --method: the estimate of rightsize knows more models, and takes --parameters.',
    })
  const { zone: home, pue, wue } = providerTable[provider]
  const zone = (request.zone ?? home).replace(/^WORLD$/, 'WOR')
  const mix = Object.hasOwn(file.mixes, zone) ? file.mixes[zone] : undefined
  if (mix === undefined)
    throw new RightsizeError('GRID_UNKNOWN', `EcoLogits has no electricity mix for ${zone}`, {
      next: 'Name a country by its three letters (ISO alpha-3), or WORLD.',
    })
  const { outputTokens, latencyS = Number.POSITIVE_INFINITY } = request
  const impacts = ecologitsImpacts({ outputTokens, latencyS, model: found.row, pue, wue, mix })
  return { ...impacts, row: found.name, zone, notes: notesOf(found.row) }
}

/** Its word for the hub of Hugging Face names a server there, which `providerNamed` does not take for granted. */
const providerIn = (word: string) =>
  word === 'huggingface_hub' ? 'huggingface' : providerNamed(word)

const notesOf = ({ closed, source }: { closed?: boolean; source: string }): readonly string[] => [
  'EcoLogits counts output tokens alone, at batch 64 and 16 bits; its ranges hold what is not published, and no error of the estimate',
  ...(closed ? ['the size of the model is not published: EcoLogits assumes a range'] : []),
  ...(source.endsWith(ecologitsVersion)
    ? []
    : [`the row is from ${source}; later lists have none`]),
]

/** The impacts as lines for a terminal. */
export function ecologitsLines(impacts: NamedImpacts, outputTokens: number): readonly string[] {
  const { energy, gwp, adpe, pe, wcf, embodied, row, zone } = impacts
  const line = (name: string, text: string) => `  ${name.padEnd(8)}${text}`
  return [
    `${row} by EcoLogits ${ecologitsVersion}: ${outputTokens} output tokens, electricity of ${zone}`,
    line('energy', between(energy, 1000, 'Wh')),
    line(
      'GWP',
      `${between(gwp, 1000, 'gCO2eq')}, embodied ${between(embodied.gwp, 1000, 'gCO2eq')}`,
    ),
    line('ADPe', between(adpe, 1000, 'gSbeq')),
    line('PE', between(pe, 1e6, 'J')),
    line('water', between(wcf, 1, 'L')),
  ]
}

function between([low, high]: Ends, scale: number, unit: string): string {
  const like = siPrefix(high * scale)
  const [from, to] = [withPrefix(low * scale, unit, like), withPrefix(high * scale, unit, like)]
  return low === high ? to : `${from} to ${to}`
}
