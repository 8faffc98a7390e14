import { type Checked, findingOf, type LintFinding, short } from './finding.ts'
import { outputOf, refusal, resultOf } from './if-evaluate.ts'
import { methods } from './if-methods.ts'
import {
  type Fields,
  fieldsOf,
  type IfLeaf,
  type IfPlugin,
  type IfTree,
  rowsOf,
} from './if-tree.ts'

const finding = findingOf('manifest')

/** Whether what a file says Impact Framework computed follows from the rest of the file. */
export function outputChecks({ root, leaves }: IfTree): Checked {
  const ran = leaves.filter(({ node }) => rowsOf(node['outputs']).length > 0)
  const findings = [
    ...ran.flatMap(rowFindings),
    ...ran.flatMap(scoreFindings),
    ...aggregateFindings(root, ''),
  ]
  return { checks: ran.length, findings }
}

const off = (stated: number, expected: number, by = 1e-4) =>
  Math.abs(stated - expected) > by * Math.abs(expected) + 1e-12

/** Each value that a plugin wrote, from the values of its own row. */
function rowFindings({ path, node, defaults, plugins }: IfLeaf): readonly LintFinding[] {
  const [inputs, outputs] = [rowsOf(node['inputs']), rowsOf(node['outputs'])]
  const aligned = inputs.length === outputs.length
  // Rows are resampled by TimeSync; what was computed before it does not follow row by row.
  const from = plugins.map(({ method }) => method).lastIndexOf('TimeSync') + 1
  const checked = plugins.slice(from).filter((plugin) => isStable(plugin, plugins))
  return outputs.flatMap((output, i) => {
    const row = { ...defaults, ...(aligned ? inputs[i] : {}), ...output }
    return checked.flatMap((plugin) => {
      const [name, expected] = [outputOf(plugin), resultOf(row, plugin)]
      const stated = output[name]
      return typeof stated !== 'number' || expected === null || !off(stated, expected)
        ? []
        : [
            finding(
              `${path}[${i}]`,
              `${name} is ${short(stated)} in the file, but the inputs of ${plugin.name} give ${short(expected)}`,
            ),
          ]
    })
  })
}

/** A plugin whose inputs and output are still in the row as it saw them. */
function isStable(plugin: IfPlugin, pipeline: readonly IfPlugin[]): boolean {
  if (refusal(plugin) !== null || plugin.mapped) return false
  const touched = [outputOf(plugin), ...(methods[plugin.method]?.inputs(plugin.config) ?? [])]
  const later = pipeline.slice(pipeline.indexOf(plugin) + 1).map(outputOf)
  return !touched.some((name) => later.includes(name))
}

/** The score of several steps is their carbon over their units, which the average of scores need not be. */
function scoreFindings({ path, node, plugins }: IfLeaf): readonly LintFinding[] {
  const unit = plugins.find(({ method }) => method === 'Sci')?.config['functional-unit']
  const stated = fieldsOf(node['aggregated'])['sci']
  const rows = rowsOf(node['outputs'])
  const total = (name: string) => rows.reduce((sum, row) => sum + Number(row[name]), 0)
  const score = total('carbon') / total(String(unit))
  if (
    typeof stated !== 'number' ||
    rows.length < 2 ||
    !Number.isFinite(score) ||
    !off(stated, score, 0.02)
  )
    return []
  return [
    finding(
      path,
      `aggregated sci is ${short(stated)}: carbon over ${String(unit)} is ${short(score)}; IF averages scores without weights`,
    ),
  ]
}

/** Sums and averages over time and over children; which of the two a metric wants is not checked. */
function aggregateFindings(node: Fields, path: string): readonly LintFinding[] {
  const children = Object.entries(fieldsOf(node['children']))
  const of = path === '' ? 'tree' : path
  return [
    ...children.flatMap(([name, child]) =>
      aggregateFindings(fieldsOf(child), path === '' ? name : `${path}/${name}`),
    ),
    ...rowsOf(node['outputs']).flatMap((row, i) =>
      children.length === 0
        ? []
        : misfits(
            row,
            children.map(([, child]) => rowsOf(fieldsOf(child)['outputs'])[i] ?? {}),
            `${of}[${i}]`,
          ),
    ),
    ...misfits(
      fieldsOf(node['aggregated']),
      overTime(
        node,
        children.map(([, child]) => fieldsOf(child)),
      ),
      `${of}, aggregated`,
    ),
  ]
}

const overTime = (node: Fields, children: readonly Fields[]) => {
  const rows = rowsOf(node['outputs'])
  return rows.length > 0 ? rows : children.map((child) => fieldsOf(child['aggregated']))
}

function misfits(stated: Fields, parts: readonly Fields[], where: string): readonly LintFinding[] {
  return Object.entries(stated).flatMap(([name, value]) => {
    const values = parts.map((part) => part[name])
    if (
      name === 'duration' ||
      typeof value !== 'number' ||
      !values.every((one) => typeof one === 'number') ||
      values.length === 0
    )
      return []
    const sum = values.reduce((left, one) => left + one, 0)
    if (!off(value, sum) || !off(value, sum / values.length)) return []
    return [
      finding(
        where,
        `${name} is ${value}, its parts add up to ${digits(sum)} and average ${digits(sum / values.length)}`,
      ),
    ]
  })
}

const digits = (value: number) => String(Number(value.toPrecision(8)))
