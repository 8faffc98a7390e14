import { RightsizeError } from '../error/error.ts'
import { allOf, type Checked, findingOf, type LintFinding } from './finding.ts'
import { evaluateManifest, type IfStep } from './if-evaluate.ts'
import { flowChecks } from './if-flow.ts'
import { outputChecks } from './if-outputs.ts'
import { fieldsOf, readTree } from './if-tree.ts'

const finding = findingOf('manifest')

/** Checks a parsed Impact Framework manifest: what IF refuses, its traps, code that would run, outputs that do not follow. */
export function manifestChecks(manifest: unknown): Checked {
  try {
    const tree = readTree(manifest)
    const { nodes, notRun, traps } = evaluateManifest(manifest)
    const own = [
      ...statusFindings(manifest),
      ...notRun.map(({ plugin, method, why }) =>
        finding(`plugin ${plugin}`, `${method}: ${why}`, method === 'Shell' ? 'error' : 'warning'),
      ),
      ...traps.map(({ path, what, severity }) => finding(path, what, severity)),
      ...nodes.flatMap(({ path, steps }) =>
        steps.flatMap((step, i) =>
          stepProblems(step).map((what) => finding(`${path}[${i}]`, what)),
        ),
      ),
    ]
    return allOf([{ checks: 0, findings: own }, flowChecks(manifest, tree), outputChecks(tree)])
  } catch (error) {
    if (error instanceof RightsizeError)
      return { checks: 1, findings: [finding('manifest', error.message)] }
    throw error
  }
}

/** IF exits 0 even when the pipeline failed: only this field shows it. */
function statusFindings(manifest: unknown): readonly LintFinding[] {
  const { status } = fieldsOf(fieldsOf(manifest)['execution'])
  return status === 'fail' ? [finding('execution', 'the run failed (execution.status: fail)')] : []
}

const notNegative = (value: number) => (value >= 0 ? null : 'is negative')
const intensity = (value: number) =>
  value === 0 || (value >= 2 && value <= 1500)
    ? null
    : `is ${value} gCO2e/kWh; possible values are 0 and 2 to 1500`

/** What is wrong with a value of a step, by its name; null where it is possible. */
const checks: readonly (readonly [RegExp, (value: number, step: IfStep) => string | null])[] = [
  [
    /^((it-|cpu-|memory-|operational-)?energy|carbon(-operational|-embodied)?|duration)$/,
    notNegative,
  ],
  [/^(grid|carbon|grid\/carbon|grid-carbon)-intensity$/, intensity],
  [
    /^pue$/,
    (value) => (value >= 1 && value <= 4 ? null : `is ${value}; possible values are 1 to 4`),
  ],
  [
    /^usage-ratio$/,
    (value) => (value > 0 && value <= 1 ? null : `is ${value}; it must be above 0 and at most 1`),
  ],
  [/^memory-coefficient$/, memoryCoefficient],
]

/** kWh per GB over the step. Memory draws about 0.4 W per GB; ten times more or less is a slip of the unit. */
function memoryCoefficient(value: number, { duration }: IfStep): string | null {
  const hours = typeof duration === 'number' ? duration / 3600 : 1
  const perHour = [value, value / hours]
  const possible = perHour.some((one) => one >= 4e-5 && one <= 4e-3)
  return possible
    ? null
    : `is ${value} kWh per GB over ${hours} h; memory draws about 0.0004 kWh per GB and hour`
}

function stepProblems(step: IfStep): readonly string[] {
  return Object.entries(step).flatMap(([name, value]) => {
    const check = checks.find(([pattern]) => pattern.test(name))?.[1]
    const problem = typeof value === 'number' && check !== undefined ? check(value, step) : null
    return problem === null ? [] : [`${name} ${problem}`]
  })
}
