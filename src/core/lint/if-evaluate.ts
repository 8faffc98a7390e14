import { RightsizeError } from '../error/error.ts'

type Fields = Readonly<Record<string, unknown>>

/** One timestep of a node after its pipeline. */
export type IfStep = Fields

export interface IfEvaluation {
  readonly nodes: readonly {
    /** Names from the root, joined by a slash. */
    readonly path: string
    readonly steps: readonly IfStep[]
    /** The steps are those that IF wrote when it ran, not computed here. */
    readonly executed: boolean
    /** Name of the functional unit of its score; null without one. */
    readonly unit: string | null
  }[]
  /** Plugins that were not run, with the reason. */
  readonly notRun: readonly {
    readonly plugin: string
    readonly method: string
    readonly why: string
  }[]
  /** What Impact Framework itself would do silently with this manifest. */
  readonly traps: readonly { readonly path: string; readonly what: string }[]
}

interface Plugin {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly config: Fields
}

/**
 * Evaluates a parsed manifest with the arithmetic plugins of Impact Framework 1.1.0, re-implemented from their
 * behaviour; `takeOutputs` takes what IF wrote where it ran. Nothing else is ever run: no shell, no file, no other package. Source: @grnsft/if 1.1.0 builtins.
 */
export function evaluateManifest(
  manifest: unknown,
  { takeOutputs = false }: { readonly takeOutputs?: boolean } = {},
): IfEvaluation {
  const { initialize, tree } = record(manifest, 'the manifest')
  const raw = record(record(initialize, 'initialize')['plugins'], 'initialize.plugins')
  const plugins = new Map(Object.entries(raw).map(([name, one]) => [name, pluginOf(name, one)]))
  const nodes = leaves(record(tree, 'tree'), '', {}, 0).map(({ path, node, defaults }) => {
    const pipeline = pipelineOf(node).flatMap((name) => plugins.get(name) ?? [])
    const { inputs, outputs } = node
    const executed = takeOutputs && Array.isArray(outputs) && outputs.length > 0
    const rows: readonly unknown[] = executed ? outputs : Array.isArray(inputs) ? inputs : []
    const steps = rows.map((row) => ({ ...defaults, ...record(row, 'input') }))
    return { path, steps, pipeline, executed }
  })
  return {
    nodes: nodes.map(({ path, steps, pipeline, executed }) => ({
      path,
      executed,
      unit: unitOf(pipeline),
      steps: executed ? steps : steps.map((step) => pipeline.reduce(apply, step)),
    })),
    notRun: [...plugins.values()].flatMap((plugin) => {
      // What IF ran itself needs no run here.
      if (nodes.length > 0 && nodes.every(({ executed }) => executed)) return []
      const why = refusal(plugin)
      return why === null ? [] : [{ plugin: plugin.name, method: plugin.method, why }]
    }),
    traps: nodes.flatMap(({ path, steps, pipeline }) =>
      trapsIn(steps, pipeline).map((what) => ({ path, what })),
    ),
  }
}

/** The functional unit of the Sci plugin in a pipeline. */
function unitOf(pipeline: readonly Plugin[]): string | null {
  const unit = pipeline.find(({ method }) => method === 'Sci')?.config['functional-unit']
  return typeof unit === 'string' ? unit : null
}

function pluginOf(name: string, value: unknown): Plugin {
  const { method, path, config } = record(value, `plugin ${name}`)
  return { name, method: String(method ?? ''), path: String(path ?? ''), config: fieldsOf(config) }
}

function refusal({ method, path }: Plugin): string | null {
  if (method === 'Shell') return 'it runs a command, and commands of a manifest are never executed'
  if (path !== 'builtin') return `it loads code from ${path}, and external code is never executed`
  return formulas[method] === undefined ? 'only arithmetic plugins are supported' : null
}

const depthLimit = 20

/** Nodes without children, with the defaults of all nodes above them. */
function leaves(
  node: Fields,
  path: string,
  above: Fields,
  depth: number,
): readonly { readonly path: string; readonly node: Fields; readonly defaults: Fields }[] {
  if (depth > depthLimit) throw invalid(`the tree has more than ${depthLimit} levels`)
  const defaults = { ...above, ...fieldsOf(node['defaults']) }
  const { children } = node
  if (typeof children !== 'object' || children === null) return [{ path, node, defaults }]
  return Object.entries(children).flatMap(([name, child]) =>
    leaves(record(child, name), path === '' ? name : `${path}/${name}`, defaults, depth + 1),
  )
}

function pipelineOf({ pipeline }: Fields): readonly string[] {
  const { compute } = fieldsOf(pipeline)
  return Array.isArray(compute) ? compute.map(String) : []
}

/** A plugin that was refused, or whose input is missing, leaves the step as it was. */
function apply(step: IfStep, plugin: Plugin): IfStep {
  const { method, config } = plugin
  const value = refusal(plugin) === null ? formulas[method]?.(step, config) : undefined
  if (value === undefined || !Number.isFinite(value)) return step
  const output = config['output-parameter'] ?? config['output'] ?? config['to']
  return { ...step, [String(method === 'Sci' ? 'sci' : (output ?? 'embodied-carbon'))]: value }
}

const number = (step: IfStep, name: unknown): number => {
  const value = typeof name === 'number' ? name : step[String(name)]
  return typeof value === 'number' ? value : Number.NaN
}
const inputsOf = (step: IfStep, { 'input-parameters': names }: Fields): readonly number[] =>
  Array.isArray(names) ? names.map((name) => number(step, name)) : []
const over = (top: number, bottom: number) => (bottom === 0 ? top : top / bottom)

const formulas: Readonly<Record<string, (step: IfStep, config: Fields) => number>> = {
  Sum: (step, config) => inputsOf(step, config).reduce((sum, n) => sum + n, 0),
  Multiply: (step, config) => inputsOf(step, config).reduce((product, n) => product * n, 1),
  Subtract: (step, config) => {
    const [first = Number.NaN, ...rest] = inputsOf(step, config)
    return rest.reduce((left, n) => left - n, first)
  },
  Divide: (step, { numerator, denominator }) =>
    over(number(step, numerator), number(step, denominator)),
  Coefficient: (step, config) =>
    number(step, config['input-parameter']) * Number(config['coefficient']),
  Exponent: (step, config) => number(step, config['input-parameter']) ** Number(config['exponent']),
  Copy: (step, { from }) => number(step, from),
  SciEmbodied: sciEmbodied,
  Sci: (step, config) => over(number(step, 'carbon'), number(step, config['functional-unit'])),
}

/** SciEmbodied's formula with its defaults, g. */
function sciEmbodied(step: IfStep, config: Fields): number {
  const or = (value: number, usual: number) => (Number.isNaN(value) ? usual : value)
  const given = (name: string, usual: number) => or(Number(config[name] ?? Number.NaN), usual)
  const input = (name: string, usual: number) => or(number(step, name), usual)
  const cpu =
    (input('vCPUs', 1) - given('baseline-vcpus', 1)) * given('vcpu-emissions-constant', 100_000)
  const memory =
    (input('memory', 16) - given('baseline-memory', 16)) *
    ((given('memory-emissions-constant', 533 / 384) * given('baseline-memory', 16)) / 16) *
    1000
  const total =
    given('baseline-emissions', 1_000_000) +
    cpu +
    memory +
    input('ssd', 0) * given('ssd-emissions-constant', 50_000) +
    input('hdd', 0) * given('hdd-emissions-constant', 100_000) +
    input('gpu', 0) * given('gpu-emissions-constant', 150_000)
  const time = or(number(step, 'time'), number(step, 'duration'))
  return total * input('usage-ratio', 1) * (time / given('lifespan', 126_144_000))
}

const legacyInputs = [
  'device/emissions-embodied',
  'device/expected-lifespan',
  'time-reserved',
  'resources-reserved',
  'resources-total',
]

function trapsIn(steps: readonly IfStep[], pipeline: readonly Plugin[]): readonly string[] {
  const uses = (method: string) => pipeline.filter((plugin) => plugin.method === method)
  const legacy = legacyInputs.filter((name) => steps.some((step) => name in step))
  const zeroUnits = uses('Sci')
    .map(({ config }) => String(config['functional-unit']))
    .filter((unit) => steps.some((step) => step[unit] === 0))
  const traps: readonly (readonly [boolean, string])[] = [
    [
      uses('TimeConverter').length > 0,
      'TimeConverter rounds to six decimals; small energies are lost',
    ],
    [
      uses('Sci').length > 0 && steps.length > 1,
      `${steps.length} timesteps; IF averages sci over timesteps without weights`,
    ],
    [
      uses('SciEmbodied').length > 0 && legacy.length > 0,
      `SciEmbodied ignores ${legacy.join(', ')} and takes 1 t CO2e instead`,
    ],
    ...zeroUnits.map(
      (unit) =>
        [
          true,
          `${unit} is 0, and IF reports the total carbon as the score without an error`,
        ] as const,
    ),
  ]
  return traps.filter(([applies]) => applies).map(([, what]) => what)
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} is not a mapping`)
  return value as Fields
}

function invalid(what: string): RightsizeError {
  return new RightsizeError('IMPORT_INVALID', `Impact Framework manifest: ${what}`)
}
