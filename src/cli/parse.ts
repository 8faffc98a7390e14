import { parseArgs } from 'node:util'
import { RightsizeError } from '../core/error/error.ts'
import { nearest } from '../core/error/nearest.ts'
import type { Command, Parameters, ValuesOf } from './command.ts'
import { dashed, type Parameter, valueError } from './flag.ts'

export interface Parsed {
  readonly args: ValuesOf<Parameters>
  readonly flags: ValuesOf<Parameters>
}

/** Values from the words behind a command's name. Throws FLAG_UNKNOWN, FLAG_VALUE, FLAGS_MISSING and ARGUMENT_EXTRA. */
export function parse(name: string, command: Command, words: readonly string[]): Parsed {
  const labels = new Map(Object.entries(command.flags).map(([key, row]) => [dashed(key), row]))
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      [...labels].map(([label, { kind }]) => [
        label.slice(2),
        { type: kind === null ? 'boolean' : 'string' },
      ]),
    ),
    ...{ strict: false, tokens: true, allowPositionals: true },
  })
  const given = new Map<string, string[]>()
  const places: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') places.push(token.value)
    if (token.kind !== 'option') continue
    const row = labels.get(token.rawName)
    if (row === undefined) throw unknownFlag(token.rawName, [...labels.keys()], name)
    given.set(token.rawName, [...(given.get(token.rawName) ?? []), typed(token, row)])
  }
  const flags = Object.entries(command.flags).map(([key, row]) =>
    entry(key, row, { name, label: dashed(key), given: given.get(dashed(key)) ?? [] }),
  )
  return { args: placed(name, command, places), flags: Object.fromEntries(flags) }
}

interface Token {
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

/** The text of a flag; the next flag is never taken for the value of one. */
function typed({ rawName, value, inlineValue }: Token, { kind }: Parameter): string {
  if (kind === null) {
    if (value === undefined) return ''
    throw new RightsizeError('FLAG_VALUE', `${rawName} takes no value, not "${value}"`, {
      next: `For example: ${rawName}`,
    })
  }
  if (value === undefined || (!inlineValue && value.startsWith('--')))
    throw valueError(rawName, kind, 'nothing')
  return value
}

/** Flags of other tools, and what they are called here. */
const elsewhere: Readonly<Record<string, string>> = {
  ...{ candidate: 'try', model: 'try', models: 'try', provider: 'try', baseline: 'incumbent' },
  ...{ label: 'expected', labels: 'expected', gold: 'expected', target: 'expected' },
  ...{ text: 'input', prompts: 'prompt', output: 'out', 'output-dir': 'out' },
}
/** The data file and the spec are arguments here. */
const asArgument = ['config', 'data', 'dataset', 'file', 'spec', 'tests']

function unknownFlag(flag: string, known: readonly string[], name: string): RightsizeError {
  const word = bare(flag)
  const words = [...known, '--help'].map(bare)
  const parts = words.filter((one) => one.split('-').includes(word))
  const near =
    words.find((one) => one === elsewhere[word]) ??
    (parts.length === 1 ? parts[0] : null) ??
    nearest(word, words)
  const file = asArgument.includes(word)
    ? [`Name the file without a flag: \`rightsize ${name} FILE\`.`]
    : []
  const meant = near === null ? [] : [`Did you mean \`--${near}\`?`]
  const next = [...(file.length > 0 ? file : meant), `See \`rightsize ${name} --help\`.`].join(' ')
  return new RightsizeError('FLAG_UNKNOWN', `${name} has no flag ${flag}`, { next })
}

const bare = (flag: string): string => flag.replace(/^-+/, '')

interface Given {
  readonly name: string
  readonly label: string
  readonly given: readonly string[]
  /** A whole line to type, for what has no name of its own. */
  readonly example?: string
}

function entry(
  key: string,
  row: Parameter,
  { name, label, given, example }: Given,
): readonly [string, unknown] {
  if (row.needed && given.length === 0) {
    const next = `For example: ${example ?? `${label} ${row.kind?.example}`}`
    throw new RightsizeError('FLAGS_MISSING', `${name} needs ${label}: ${row.text}`, { next })
  }
  return [key, row.read(given, label)]
}

function placed(
  name: string,
  { args: rows, example: lines }: Command,
  places: readonly string[],
): Readonly<Record<string, unknown>> {
  const keys = Object.keys(rows)
  // A line that goes on behind a backslash is one example.
  const example = lines.replaceAll(/ \\\n\s*/g, ' ').replace(/\n.*/s, '')
  if (places.length > keys.length) {
    const most = keys.length === 0 ? 'no argument' : `at most ${keys.length}`
    const left = places.slice(keys.length).map((place) => `"${place}"`)
    throw new RightsizeError('ARGUMENT_EXTRA', `${name} takes ${most}: ${left.join(', ')} is left`)
  }
  return Object.fromEntries(
    Object.entries(rows).map(([key, row], i) =>
      entry(key, row, { name, label: `<${key}>`, given: places.slice(i, i + 1), example }),
    ),
  )
}

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
