import { type Checked, findingOf, type LintFinding } from './finding.ts'
import { methods, nameKeys } from './if-methods.ts'
import { embodiedInputs } from './if-traps.ts'
import {
  type Fields,
  fieldsOf,
  type IfLeaf,
  type IfPlugin,
  type IfTree,
  rowsOf,
} from './if-tree.ts'

const finding = findingOf('manifest')

/** What Impact Framework would refuse: plugins, pipelines, steps and metrics that do not fit together. */
export function flowChecks(manifest: unknown, tree: IfTree): Checked {
  const findings = [
    ...shapeFindings(tree.root, 'tree'),
    ...[...tree.plugins.values()].flatMap(pluginFindings),
    ...tree.leaves.flatMap((leaf) => [
      ...pipelineFindings(leaf, tree),
      ...leafFindings(leaf, metricsOf(manifest)),
    ]),
  ]
  const seen = new Set<string>()
  const once = findings.filter(
    ({ where, what }) => !seen.has(`${where} ${what}`) && seen.add(`${where} ${what}`),
  )
  return { checks: tree.leaves.length, findings: once }
}

/** A list under `pipeline` is the form of IF before 1.0. */
function shapeFindings(node: Fields, path: string): readonly LintFinding[] {
  const own = Array.isArray(node['pipeline'])
    ? [
        finding(
          path,
          'its pipeline is a list; IF 1 reads `observe`, `regroup` and `compute` under it',
        ),
      ]
    : []
  return [
    ...own,
    ...Object.entries(fieldsOf(node['children'])).flatMap(([name, child]) =>
      shapeFindings(fieldsOf(child), `${path}/${name}`),
    ),
  ]
}

function pluginFindings({ name, method, path, config, mapped }: IfPlugin): readonly LintFinding[] {
  if (path !== 'builtin') return []
  const where = `plugin ${name}`
  const known = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (known === undefined) return [finding(where, `Impact Framework has no builtin "${method}"`)]
  const missing = known.config.filter((key) => config[key] === undefined || config[key] === null)
  const odd = nameKeys.filter((key) => typeof config[key] === 'number')
  return mapped
    ? []
    : [
        ...missing.map((key) => finding(where, `${method} needs \`${key}\` in its config`)),
        ...odd.map((key) =>
          finding(
            where,
            `\`${key}\` is the number ${config[key]} where the name of a parameter belongs`,
          ),
        ),
      ]
}

function pipelineFindings({ path, compute }: IfLeaf, { plugins }: IfTree): readonly LintFinding[] {
  return compute
    .filter((name) => !plugins.has(name))
    .map((name) =>
      finding(path, `its pipeline names "${name}", which initialize.plugins does not hold`),
    )
}

const metricsOf = (manifest: unknown): readonly string[] => {
  const { metrics } = fieldsOf(fieldsOf(manifest)['aggregation'])
  return Array.isArray(metrics) ? metrics.map(String) : []
}

function leafFindings(leaf: IfLeaf, metrics: readonly string[]): readonly LintFinding[] {
  const { path, node, defaults } = leaf
  const observes = fieldsOf(node['pipeline'])['observe'] !== undefined
  const steps = rowsOf(node['inputs']).map((row) => ({ ...defaults, ...row }))
  return [
    ...[...rowsOf(node['inputs']), ...rowsOf(node['outputs'])].flatMap((row) =>
      timeFindings(path, row),
    ),
    ...(observes ? [] : steps.flatMap((step) => stepFindings(leaf, step, metrics))),
  ]
}

const timestamp = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/

function timeFindings(path: string, { timestamp: at, duration }: Fields): readonly LintFinding[] {
  return [
    ...(at === undefined || (typeof at === 'string' && !timestamp.test(at.trim()))
      ? [
          finding(
            path,
            at === undefined
              ? 'a step has no timestamp'
              : `the timestamp "${String(at)}" is not a single time`,
          ),
        ]
      : []),
    ...(typeof duration === 'number' && duration > 0
      ? []
      : [
          finding(
            path,
            duration === undefined
              ? 'a step has no duration'
              : `duration is ${String(duration)}; it is a number of seconds above 0`,
          ),
        ]),
  ]
}

/** Follows a step through its pipeline: every parameter must be there, as a number, when a plugin reads it. */
function stepFindings(
  { path, plugins }: IfLeaf,
  step: Fields,
  metrics: readonly string[],
): readonly LintFinding[] {
  const there = new Map<string, unknown>(Object.entries(step))
  const findings: LintFinding[] = []
  for (const plugin of plugins) {
    const method =
      plugin.path === 'builtin' && !plugin.mapped && Object.hasOwn(methods, plugin.method)
        ? methods[plugin.method]
        : undefined
    const outputs = method?.outputs(plugin.config) ?? null
    findings.push(...inputFindings(path, plugin, method?.inputs(plugin.config) ?? [], there))
    // What such a plugin writes is not known, so nothing more can be missing.
    if (outputs === null) return findings
    for (const name of outputs) there.set(name, undefined)
  }
  const absent = metrics.filter((metric) => !there.has(metric))
  return [
    ...findings,
    ...absent.map((metric) =>
      finding(path, `aggregation wants "${metric}", which no input or plugin provides`),
    ),
  ]
}

function inputFindings(
  path: string,
  { name, method }: IfPlugin,
  inputs: readonly string[],
  there: ReadonlyMap<string, unknown>,
): readonly LintFinding[] {
  const numeric =
    method === 'SciEmbodied' ? embodiedInputs.filter((input) => there.has(input)) : inputs
  return numeric.flatMap((input) => {
    if (!there.has(input))
      return [finding(path, `${name} reads "${input}", which no input or earlier plugin provides`)]
    const value = there.get(input)
    const fits = value === undefined || typeof value === 'number'
    return fits
      ? []
      : [finding(path, `${name} reads "${input}", which is "${String(value)}" and not a number`)]
  })
}
