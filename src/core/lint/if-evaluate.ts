import { type IfTrap, trapsIn } from './if-traps.ts'
import { type Fields, type IfPlugin, readTree, rowsOf } from './if-tree.ts'

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
  readonly traps: readonly (IfTrap & { readonly path: string })[]
}

/**
 * Evaluates a parsed manifest with the arithmetic plugins of Impact Framework 1.1.0, re-implemented from their
 * behaviour; `takeOutputs` takes what IF wrote where it ran. Nothing else is ever run: no shell, no file, no other package. Source: @grnsft/if 1.1.0 builtins.
 */
export function evaluateManifest(
  manifest: unknown,
  { takeOutputs = false }: { readonly takeOutputs?: boolean } = {},
): IfEvaluation {
  const { plugins, leaves } = readTree(manifest)
  const nodes = leaves.map(({ path, node, defaults, plugins: pipeline }) => {
    const outputs = takeOutputs ? rowsOf(node['outputs']) : []
    const executed = outputs.length > 0
    const steps = (executed ? outputs : rowsOf(node['inputs'])).map((row) => ({
      ...defaults,
      ...row,
    }))
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
      trapsIn(steps, pipeline).map((trap) => ({ path, ...trap })),
    ),
  }
}

/** The functional unit of the Sci plugin in a pipeline. */
function unitOf(pipeline: readonly IfPlugin[]): string | null {
  const unit = pipeline.find(({ method }) => method === 'Sci')?.config['functional-unit']
  return typeof unit === 'string' ? unit : null
}

export function refusal({ method, path }: IfPlugin): string | null {
  if (method === 'Shell') return 'it runs a command, and commands of a manifest are never executed'
  if (path !== 'builtin') return `it loads code from ${path}, and external code is never executed`
  return formulas[method] === undefined ? 'only arithmetic plugins are supported' : null
}

/** A plugin that was refused, or whose input is missing, leaves the step as it was. */
function apply(step: IfStep, plugin: IfPlugin): IfStep {
  const value = resultOf(step, plugin)
  return value === null ? step : { ...step, [outputOf(plugin)]: value }
}

/** What a plugin computes from a step; null where it is refused or lacks an input. */
export function resultOf(step: IfStep, plugin: IfPlugin): number | null {
  const value =
    refusal(plugin) === null ? formulas[plugin.method]?.(step, plugin.config) : undefined
  return value === undefined || !Number.isFinite(value) ? null : value
}

/** The parameter that an arithmetic plugin writes. */
export function outputOf({ method, config }: IfPlugin): string {
  const output = config['output-parameter'] ?? config['output'] ?? config['to']
  return String(method === 'Sci' ? 'sci' : (output ?? 'embodied-carbon'))
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
  Interpolation: interpolation,
  SciEmbodied: sciEmbodied,
  Sci: (step, config) => over(number(step, 'carbon'), number(step, config['functional-unit'])),
}

/** Between the two points around x, on a line; IF refuses x outside of them. */
function interpolation(step: IfStep, config: Fields): number {
  const [xs, ys] = [config['x'], config['y']].map((list) =>
    Array.isArray(list) ? list.map(Number) : [],
  )
  const x = number(step, config['input-parameter'])
  const at = xs?.findIndex((edge, i) => x >= edge && x <= (xs[i + 1] ?? Number.NaN)) ?? -1
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [xs?.[at], xs?.[at + 1], ys?.[at], ys?.[at + 1]]
  const linear = config['method'] === undefined || config['method'] === 'linear'
  return at < 0 || !linear ? Number.NaN : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
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
