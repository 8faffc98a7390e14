import { RightsizeError } from '../error/error.ts'

/** One timestep of a node after its pipeline. */
export type IfStep = Readonly<Record<string, unknown>>

export interface IfNodeResult {
  /** Names from the root, joined by a slash. */
  readonly path: string
  readonly steps: readonly IfStep[]
}

export interface IfEvaluation {
  readonly nodes: readonly IfNodeResult[]
  /** Plugins that were not run, by name, with the reason. */
  readonly notRun: readonly {
    readonly plugin: string
    readonly method: string
    readonly why: string
  }[]
  /** What Impact Framework itself would do silently with this manifest. */
  readonly traps: readonly string[]
}

interface Plugin {
  readonly method: string
  readonly path: string
  readonly config: Readonly<Record<string, unknown>>
}

type Run = (step: IfStep, config: Readonly<Record<string, unknown>>) => IfStep

/**
 * Evaluates a parsed manifest with the arithmetic plugins of Impact Framework 1.1.0, re-implemented from their
 * behaviour. Nothing else is ever run: no shell, no file, no other package. Source: @grnsft/if 1.1.0 builtins.
 */
export function evaluateManifest(manifest: unknown): IfEvaluation {
  const { initialize, tree } = record(manifest, 'the manifest')
  const plugins = pluginsOf(
    record(record(initialize, 'initialize')['plugins'], 'initialize.plugins'),
  )
  const notRun = Object.entries(plugins).flatMap(([plugin, { method, path }]) => {
    const why = refusal(method, path)
    return why === null ? [] : [{ plugin, method, why }]
  })
  const nodes: IfNodeResult[] = []
  const traps = new Set<string>()
  walk(
    record(tree, 'tree'),
    '',
    {},
    (path, node, defaults) => {
      nodes.push(evaluateNode(path, node, defaults, plugins, traps))
    },
    0,
  )
  return { nodes, notRun, traps: [...traps] }
}

function pluginsOf(raw: Readonly<Record<string, unknown>>): Readonly<Record<string, Plugin>> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => {
      const { method, path, config } = record(value, `plugin ${name}`)
      return [
        name,
        {
          method: String(method ?? ''),
          path: String(path ?? ''),
          config:
            typeof config === 'object' && config !== null
              ? (config as Record<string, unknown>)
              : {},
        },
      ]
    }),
  )
}

function refusal(method: string, path: string): string | null {
  if (method === 'Shell') return 'it runs a command, and commands of a manifest are never executed'
  if (path !== 'builtin') return `it loads code from ${path}, and external code is never executed`
  return methods[method] === undefined ? 'only arithmetic plugins are supported' : null
}

const depthLimit = 20

function walk(
  node: Readonly<Record<string, unknown>>,
  path: string,
  defaults: Readonly<Record<string, unknown>>,
  leaf: (
    path: string,
    node: Readonly<Record<string, unknown>>,
    defaults: Readonly<Record<string, unknown>>,
  ) => void,
  depth: number,
): void {
  if (depth > depthLimit) throw invalid(`the tree has more than ${depthLimit} levels`)
  const own = node['defaults']
  const merged = typeof own === 'object' && own !== null ? { ...defaults, ...own } : defaults
  const { children } = node
  if (typeof children === 'object' && children !== null) {
    for (const [name, child] of Object.entries(children))
      walk(record(child, name), path === '' ? name : `${path}/${name}`, merged, leaf, depth + 1)
    return
  }
  leaf(path, node, merged)
}

function evaluateNode(
  path: string,
  node: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
  plugins: Readonly<Record<string, Plugin>>,
  traps: Set<string>,
): IfNodeResult {
  const { pipeline, inputs } = node
  const compute = pipelineOf(pipeline)
  const steps = (Array.isArray(inputs) ? inputs : []).map((input) => ({
    ...defaults,
    ...record(input, 'input'),
  }))
  noteTraps(path, steps, compute, plugins, traps)
  return {
    path,
    steps: steps.map((step) =>
      compute.reduce<IfStep>((at, name) => apply(at, plugins[name]), step),
    ),
  }
}

function pipelineOf(pipeline: unknown): readonly string[] {
  const { compute } = (pipeline ?? {}) as { compute?: unknown }
  return Array.isArray(compute) ? compute.map(String) : []
}

/** A plugin that was refused, or whose input is missing, leaves the step as it was. */
function apply(step: IfStep, plugin: Plugin | undefined): IfStep {
  if (plugin === undefined || plugin.path !== 'builtin') return step
  const run = methods[plugin.method]
  return run === undefined ? step : run(step, plugin.config)
}

const number = (step: IfStep, name: unknown): number => {
  const value = typeof name === 'number' ? name : step[String(name)]
  return typeof value === 'number' ? value : Number.NaN
}
const names = (config: Readonly<Record<string, unknown>>) =>
  Array.isArray(config['input-parameters']) ? config['input-parameters'] : []
const put = (step: IfStep, name: unknown, value: number): IfStep =>
  Number.isFinite(value) ? { ...step, [String(name)]: value } : step

/** Number of vCPUs and the like, with SciEmbodied's own defaults. */
const or = (value: number, fallback: number) => (Number.isNaN(value) ? fallback : value)

const methods: Readonly<Record<string, Run>> = {
  Sum: (step, config) =>
    put(
      step,
      config['output-parameter'],
      names(config).reduce((sum: number, n) => sum + number(step, n), 0),
    ),
  Multiply: (step, config) =>
    put(
      step,
      config['output-parameter'],
      names(config).reduce((product: number, n) => product * number(step, n), 1),
    ),
  Subtract: (step, config) => {
    const [first, ...rest] = names(config)
    return put(
      step,
      config['output-parameter'],
      rest.reduce((left: number, n) => left - number(step, n), number(step, first)),
    )
  },
  Divide: (step, config) => {
    const [top, bottom] = [number(step, config['numerator']), number(step, config['denominator'])]
    return put(step, config['output'], bottom === 0 ? top : top / bottom)
  },
  Coefficient: (step, config) =>
    put(
      step,
      config['output-parameter'],
      number(step, config['input-parameter']) * Number(config['coefficient']),
    ),
  Exponent: (step, config) =>
    put(
      step,
      config['output-parameter'],
      number(step, config['input-parameter']) ** Number(config['exponent']),
    ),
  Copy: (step, config) => put(step, config['to'], number(step, config['from'])),
  SciEmbodied: (step, config) =>
    put(step, config['output-parameter'] ?? 'embodied-carbon', sciEmbodied(step, config)),
  Sci: (step, config) => {
    const units = number(step, config['functional-unit'])
    const carbon = number(step, 'carbon')
    return put(step, 'sci', units === 0 ? carbon : carbon / units)
  },
}

/** SciEmbodied's formula with its defaults, g. */
function sciEmbodied(step: IfStep, config: Readonly<Record<string, unknown>>): number {
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

function noteTraps(
  path: string,
  steps: readonly IfStep[],
  compute: readonly string[],
  plugins: Readonly<Record<string, Plugin>>,
  traps: Set<string>,
): void {
  const used = compute.map((name) => plugins[name]?.method)
  if (used.includes('TimeConverter'))
    traps.add(`${path}: TimeConverter rounds to six decimals; small energies are lost`)
  if (used.includes('Sci') && steps.length > 1)
    traps.add(`${path}: ${steps.length} timesteps; IF averages sci over timesteps without weights`)
  if (used.includes('SciEmbodied')) {
    const old = legacyInputs.filter((name) => steps.some((step) => name in step))
    if (old.length > 0)
      traps.add(`${path}: SciEmbodied ignores ${old.join(', ')} and takes 1 t CO2e instead`)
  }
  if (used.includes('Sci')) noteZeroUnits(path, steps, compute, plugins, traps)
}

function noteZeroUnits(
  path: string,
  steps: readonly IfStep[],
  compute: readonly string[],
  plugins: Readonly<Record<string, Plugin>>,
  traps: Set<string>,
): void {
  for (const name of compute.filter((each) => plugins[each]?.method === 'Sci')) {
    const unit = String(plugins[name]?.config['functional-unit'])
    if (steps.some((step) => step[unit] === 0))
      traps.add(
        `${path}: ${unit} is 0, and IF reports the total carbon as the score without an error`,
      )
  }
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} is not a mapping`)
  return value as Readonly<Record<string, unknown>>
}

function invalid(what: string): RightsizeError {
  return new RightsizeError('IMPORT_INVALID', `Impact Framework manifest: ${what}`)
}
