import { RightsizeError } from '../error/error.ts'
import { evaluateManifest, type IfEvaluation, type IfStep } from './if-evaluate.ts'
import { type LintFinding, short } from './rules.ts'

/** Findings on a parsed Impact Framework manifest: traps, code that would run, and outputs that do not follow. */
export function manifestFindings(manifest: unknown): readonly LintFinding[] {
  try {
    const { nodes, notRun, traps } = evaluateManifest(manifest)
    return [
      ...statusFindings(manifest),
      ...notRun.map(({ plugin, method, why }) =>
        finding(`plugin ${plugin}`, `${method}: ${why}`, method === 'Shell' ? 'error' : 'warning'),
      ),
      ...traps.map(({ path, what }) => finding(path, what)),
      ...nodes.flatMap(({ path, steps }) =>
        steps.flatMap((step, i) =>
          stepProblems(step).map((what) => finding(`${path}[${i}]`, what)),
        ),
      ),
      ...nodes.flatMap((node) => outputFindings(manifest, node)),
    ]
  } catch (error) {
    if (error instanceof RightsizeError) return [finding('manifest', error.message)]
    throw error
  }
}

/** IF exits 0 even when the pipeline failed: only this field shows it. */
function statusFindings(manifest: unknown): readonly LintFinding[] {
  const { execution } = (manifest ?? {}) as { execution?: { status?: unknown } }
  return execution?.status === 'fail'
    ? [finding('execution', 'the run failed (execution.status: fail)')]
    : []
}

const notNegative = (value: number) => (value >= 0 ? null : 'is negative')

/** What is wrong with a value of a step, by its name; null where it is possible. */
const checks: Readonly<Record<string, (value: number) => string | null>> = {
  energy: notNegative,
  'it-energy': notNegative,
  carbon: notNegative,
  'carbon-operational': notNegative,
  'carbon-embodied': notNegative,
  duration: notNegative,
  'grid/carbon-intensity': (value) =>
    value === 0 || (value >= 2 && value <= 1500)
      ? null
      : `is ${value} gCO2e/kWh; possible values are 0 and 2 to 1500`,
  pue: (value) => (value >= 1 && value <= 4 ? null : `is ${value}; possible values are 1 to 4`),
  'usage-ratio': (value) =>
    value > 0 && value <= 1 ? null : `is ${value}; it must be above 0 and at most 1`,
}

function stepProblems(step: IfStep): readonly string[] {
  return Object.entries(checks).flatMap(([name, check]) => {
    const value = step[name]
    const problem = typeof value === 'number' ? check(value) : null
    return problem === null ? [] : [`${name} ${problem}`]
  })
}

/** Outputs in the file that do not follow from its inputs. */
function outputFindings(
  manifest: unknown,
  { path, steps }: IfEvaluation['nodes'][number],
): readonly LintFinding[] {
  return outputsAt(manifest, path).flatMap((output, i) =>
    ['sci', 'carbon', 'energy'].flatMap((name) => {
      const [theirs, ours] = [output[name], steps[i]?.[name]]
      if (typeof theirs !== 'number' || typeof ours !== 'number') return []
      if (Math.abs(theirs - ours) <= 1e-6 * Math.abs(ours)) return []
      const what = `${name} is ${short(theirs)} in the file, but the inputs give ${short(ours)}`
      return [finding(`${path}[${i}]`, what)]
    }),
  )
}

function outputsAt(manifest: unknown, path: string): readonly IfStep[] {
  let node: unknown = (manifest as { tree?: unknown }).tree
  for (const name of path === '' ? [] : path.split('/'))
    node = (node as { children?: Record<string, unknown> } | undefined)?.children?.[name]
  const { outputs } = (node ?? {}) as { outputs?: unknown }
  return Array.isArray(outputs) ? outputs : []
}

const finding = (
  where: string,
  what: string,
  severity: LintFinding['severity'] = 'error',
): LintFinding => ({ rule: 'manifest', severity, where, what })
