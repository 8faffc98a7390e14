import { RightsizeError } from '../error/error.ts'
import { evaluateManifest } from './if-evaluate.ts'
import type { Finding } from './rules.ts'
import { short } from './rules.ts'

/** Findings on a parsed Impact Framework manifest: traps, code that would run, and outputs that do not follow. */
export function manifestFindings(manifest: unknown): readonly Finding[] {
  try {
    const { nodes, notRun, traps } = evaluateManifest(manifest)
    return [
      ...statusFinding(manifest),
      ...notRun.map(({ plugin, method, why }) =>
        finding(`plugin ${plugin}`, `${method}: ${why}`, method === 'Shell' ? 'error' : 'warning'),
      ),
      ...traps.map((trap) =>
        finding(trap.split(':')[0] ?? 'tree', trap.replace(/^[^:]*:\s*/, ''), 'error'),
      ),
      ...nodes.flatMap(({ path, steps }) =>
        steps.flatMap((step, i) => stepFindings(step, `${path}[${i}]`)),
      ),
      ...outputFindings(manifest, nodes),
    ]
  } catch (error) {
    if (error instanceof RightsizeError) return [finding('manifest', error.message, 'error')]
    throw error
  }
}

/** IF exits 0 even when the pipeline failed: only this field says so. */
function statusFinding(manifest: unknown): readonly Finding[] {
  const { execution } = (manifest ?? {}) as { execution?: { status?: unknown } }
  return execution?.status === 'fail'
    ? [finding('execution', 'the run failed (execution.status: fail)', 'error')]
    : []
}

function stepFindings(step: Readonly<Record<string, unknown>>, where: string): readonly Finding[] {
  const found: Finding[] = []
  const value = (name: string) => (typeof step[name] === 'number' ? (step[name] as number) : null)
  for (const name of [
    'energy',
    'it-energy',
    'carbon',
    'carbon-operational',
    'carbon-embodied',
    'duration',
  ])
    if ((value(name) ?? 0) < 0) found.push(finding(where, `${name} is negative`, 'error'))
  const grid = value('grid/carbon-intensity')
  if (grid !== null && (grid < 0 || grid > 1500 || (grid > 0 && grid < 2)))
    found.push(
      finding(
        where,
        `grid/carbon-intensity is ${grid} gCO2e/kWh; possible values are 0 and 2 to 1500`,
        'error',
      ),
    )
  const pue = value('pue')
  if (pue !== null && (pue < 1 || pue > 4))
    found.push(finding(where, `pue is ${pue}; possible values are 1 to 4`, 'error'))
  const share = value('usage-ratio')
  if (share !== null && (share <= 0 || share > 1))
    found.push(finding(where, `usage-ratio is ${share}; it must be above 0 and at most 1`, 'error'))
  return found
}

/** Outputs that stand in the file against what follows from its inputs. */
function outputFindings(
  manifest: unknown,
  nodes: ReturnType<typeof evaluateManifest>['nodes'],
): readonly Finding[] {
  return nodes.flatMap(({ path, steps }) => {
    const outputs = outputsAt(manifest, path)
    return outputs.flatMap((output, i) =>
      ['sci', 'carbon', 'energy'].flatMap((name) => {
        const [theirs, ours] = [output[name], steps[i]?.[name]]
        if (typeof theirs !== 'number' || typeof ours !== 'number') return []
        return Math.abs(theirs - ours) <= 1e-6 * Math.abs(ours)
          ? []
          : [
              finding(
                `${path}[${i}]`,
                `${name} is ${short(theirs)} in the file, but the inputs give ${short(ours)}`,
                'error',
              ),
            ]
      }),
    )
  })
}

function outputsAt(manifest: unknown, path: string): readonly Readonly<Record<string, unknown>>[] {
  let node: unknown = (manifest as { tree?: unknown }).tree
  for (const name of path === '' ? [] : path.split('/'))
    node = (node as { children?: Record<string, unknown> } | undefined)?.children?.[name]
  const { outputs } = (node ?? {}) as { outputs?: unknown }
  return Array.isArray(outputs) ? outputs : []
}

const finding = (where: string, what: string, severity: Finding['severity']): Finding => ({
  rule: 'manifest',
  severity,
  where,
  what,
})
