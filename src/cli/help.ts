import { wrap } from '../core/report/kit/wrap.ts'
import { inColumns } from './columns.ts'
import type { Command, Parameters } from './command.ts'
import { dashed, type Parameter } from './flag.ts'
import { type CommandRow, commands } from './table.ts'

/** Help is never wider than a classic terminal. */
const widest = 80

/** `rightsize --help`: what it is for, every command on a line, and the exit codes. */
export function overview(columns: number): string {
  const width = Math.min(columns, widest)
  const rows = commands.map(({ name, summary }) => [name, summary] as const)
  return [
    'Usage: rightsize <command> [flags]',
    '',
    ...wrap(
      'Finds, builds, tests and keeps the smallest, most energy-efficient AI model that still does the job.',
      width,
    ),
    '',
    'Commands:',
    ...inColumns(rows, width),
    '',
    'Start:',
    '  rightsize init tickets.csv      # write rightsize.yaml for your data',
    '  rightsize run                   # decide',
    '  rightsize run --help            # flags and examples of a command',
    '',
    ...wrap(
      '0 decided or fine; 1 no cheaper candidate is good enough, or a check failed; 2 undecided: more data is needed; 3 the tool or its input failed; 130 and 143 interrupted.',
      width,
      'Exit codes: ',
      '  ',
    ),
  ].join('\n')
}

/** `rightsize run --help`. */
export function commandHelp(
  { name, summary }: CommandRow,
  command: Command,
  columns: number,
): string {
  const width = Math.min(columns, widest)
  const places = Object.entries(command.args)
  const shown = places.map(([key, row]) => ` ${placeName(key, row)}`).join('')
  return [
    `Usage: rightsize ${name}${shown} [flags]`,
    '',
    ...wrap(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`, width),
    ...section('Arguments', Object.fromEntries(places), placeName, width),
    ...section('Flags', command.flags, flagName, width),
    '',
    'Examples:',
    ...command.example.split('\n').map((line) => `  ${line}`),
  ].join('\n')
}

function section(
  title: string,
  parameters: Parameters,
  nameOf: (key: string, row: Parameter) => string,
  width: number,
): readonly string[] {
  const rows = Object.entries(parameters).map(
    ([key, row]) => [nameOf(key, row), described(row)] as const,
  )
  return rows.length === 0 ? [] : ['', `${title}:`, ...inColumns(rows, width)]
}

const placeName = (key: string, { needed }: Parameter): string => (needed ? `<${key}>` : `[${key}]`)

const flagName = (key: string, { kind }: Parameter): string =>
  kind === null ? dashed(key) : `${dashed(key)} <${kind.name}>`

function described({ text, kind, fallback, many }: Parameter): string {
  const words = kind?.words === undefined ? '' : `: ${kind.words.join(', ')}`
  const notes = [
    ...(fallback === null ? [] : [`default: ${fallback}`]),
    ...(many ? ['repeatable'] : []),
  ]
  return `${text}${words}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
}
