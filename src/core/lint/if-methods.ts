import type { Fields } from './if-tree.ts'

/** What a builtin of Impact Framework needs and writes, from its configuration. */
interface Method {
  /** Keys of the configuration that it refuses to go without. */
  readonly config: readonly string[]
  /** Parameters that every step must have as numbers. */
  readonly inputs: (config: Fields) => readonly string[]
  /** Parameters that it writes; null: they are not known from the manifest. */
  readonly outputs: (config: Fields) => readonly string[] | null
}

const text = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : [])
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value.flatMap((one) => (Array.isArray(one) ? texts(one) : text(one)))
    : text(value)
const out = (key: string) => (config: Fields) => text(config[key])

const ofList: Method = {
  config: ['input-parameters', 'output-parameter'],
  inputs: (config) => texts(config['input-parameters']),
  outputs: out('output-parameter'),
}
const ofOne = (...more: readonly string[]): Method => ({
  config: ['input-parameter', ...more, 'output-parameter'],
  inputs: (config) => text(config['input-parameter']),
  outputs: out('output-parameter'),
})

/** Builtins of @grnsft/if 1.1.0. Source: src/if-run/builtins. */
export const methods: Readonly<Record<string, Method>> = {
  Sum: ofList,
  Multiply: ofList,
  Subtract: ofList,
  Coefficient: ofOne('coefficient'),
  Exponent: ofOne('exponent'),
  Interpolation: ofOne('x', 'y'),
  TimeConverter: ofOne('original-time-unit', 'new-time-unit'),
  Divide: {
    config: ['numerator', 'denominator', 'output'],
    inputs: (config) => [...text(config['numerator']), ...text(config['denominator'])],
    outputs: out('output'),
  },
  Copy: { config: ['from', 'to'], inputs: () => [], outputs: out('to') },
  Regex: { config: ['parameter', 'match', 'output'], inputs: () => [], outputs: out('output') },
  Sci: {
    config: ['functional-unit'],
    inputs: (config) => ['carbon', ...text(config['functional-unit'])],
    outputs: () => ['sci'],
  },
  SciEmbodied: {
    config: [],
    inputs: () => [],
    outputs: (config) => [String(config['output-parameter'] ?? 'embodied-carbon')],
  },
  CSVLookup: {
    config: ['filepath', 'query', 'output'],
    inputs: () => [],
    outputs: ({ output }) => (output === '*' ? null : texts(output)),
  },
  TimeSync: { config: ['start-time', 'end-time', 'interval'], inputs: () => [], outputs: () => [] },
  CSVImport: { config: ['filepath'], inputs: () => [], outputs: () => null },
  MockObservations: { config: [], inputs: () => [], outputs: () => null },
  Shell: { config: [], inputs: () => [], outputs: () => null },
}

/** Keys whose value is the name of a parameter. */
export const nameKeys = [
  'input-parameter',
  'output-parameter',
  'output',
  'from',
  'to',
  'functional-unit',
]
