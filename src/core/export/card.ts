import { RightsizeError } from '../error/error.ts'
import { markdownLine } from '../error/safe-text.ts'
import type { Account } from '../result/account.ts'
import type { AccountRun } from '../result/run-result.ts'
import { siPrefix } from '../unit/si-prefix.ts'
import { format } from './sci-report.ts'
import { subjectOf } from './subject.ts'

/**
 * Block for a Hugging Face model card: `co2_eq_emissions` metadata (grams, Provider side) and a Markdown section
 * with both scores. Source: Hugging Face docs, "Displaying carbon emissions for your model".
 */
export function modelCardBlock(account: Account, run: AccountRun): string {
  const { provider, consumer, chosen } = account
  const { cpu, cores } = run.environment
  if (provider.total.kind !== 'known')
    throw new RightsizeError('EXPORT_IMPOSSIBLE', 'the carbon of building the model is unknown')
  const row = consumer.rows.find(({ id }) => id === chosen)
  return [
    '---',
    'co2_eq_emissions:',
    `  emissions: ${format(provider.total.value)}`,
    `  source: ${quoted(`rightsize, ${account.at}: selection, benchmarking, training and failed attempts; interval ${format(provider.total.low)} to ${format(provider.total.high)} g`)}`,
    ...(subjectOf(run).trained === null ? [] : ['  training_type: "fine-tuning"']),
    `  geographical_location: ${quoted(account.grid.name)}`,
    `  hardware_used: ${quoted(`${cpu}, ${cores} processors`)}`,
    '---',
    '',
    '## Environmental impact',
    '',
    '| | CO2e | interval |',
    '| --- | --- | --- |',
    line('Building the model (Provider, total)', provider.total),
    ...(row === undefined
      ? []
      : [
          line('Using the model (Consumer), per accepted answer', row.sci.perAccepted),
          line('Using the model (Consumer), per inference', row.sci.perInference),
        ]),
    '',
    `Grid: ${markdownLine(account.grid.name)} ${account.grid.period}, ${account.grid.kind}, ${account.grid.intensity.value} gCO2e/kWh. Do not add the two scores (SCI for AI). ${consumer.conformance}`,
    '',
  ].join('\n')
}

type Row = {
  readonly kind: string
  readonly value?: number
  readonly low?: number
  readonly high?: number
}

function line(name: string, estimate: Row): string {
  if (estimate.kind !== 'known') return `| ${name} | ${estimate.kind} | |`
  const { value = 0, low = 0, high = 0 } = estimate
  const { factor, prefix } = siPrefix(value)
  const text = (g: number) => format(g / factor)
  return `| ${name} | ${text(value)} ${prefix}g | ${text(low)} to ${text(high)} ${prefix}g |`
}

/** A YAML double-quoted scalar is a JSON string. */
const quoted = (text: string) => JSON.stringify(text)
