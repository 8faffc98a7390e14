import { runtimeFor } from '../core/part/runtimes.ts'
import type { RunResult } from '../core/result/run-result.ts'
import type { Spec } from '../core/spec/spec.ts'

export interface Decided {
  readonly result: Pick<RunResult, 'decision' | 'incumbent'>
  readonly spec: Pick<Spec, 'candidates'>
  /** Whether a file holds the spec. */
  readonly saved: boolean
  /** Files that were written, as the user would name them. */
  readonly files: readonly string[]
  /** The spec as the user would name it. */
  readonly specFile: string
}

/** Commands that a reader of a decision is likely to want now, each with its purpose. */
export function nextSteps({ result, spec, saved, files, specFile }: Decided): readonly string[] {
  const written = (name: string) => files.find((file) => file.endsWith(name)) ?? name
  const behind = (command: string, file: string, usual: string) =>
    file === usual ? command : `${command} ${file}`
  return table([
    [`open ${written('report.html')}`, 'shows the evidence with charts'],
    ...(saved
      ? forDecision(result, spec, {
          lock: written('rightsize.lock'),
          check: behind('rightsize check', specFile, 'rightsize.yaml'),
          plan: behind('rightsize plan', specFile, 'rightsize.yaml'),
          specFile,
        })
      : unsaved),
    [behind('rightsize sci', written('result.json'), 'result.json'), 'shows the carbon score'],
  ])
}

const unsaved: readonly Step[] = [
  ['the same command with --save', 'keeps spec and decision: rightsize.yaml and its lock'],
]

type Step = readonly [command: string, purpose: string]

function forDecision(
  { decision, incumbent }: Decided['result'],
  { candidates }: Decided['spec'],
  named: Readonly<Record<'lock' | 'check' | 'plan' | 'specFile', string>>,
): readonly Step[] {
  if (decision.kind === 'undecided')
    return decision.next.some(({ kind }) => kind === 'labels')
      ? [[named.plan, 'shows how many labels would decide']]
      : []
  if (decision.kind !== 'none')
    return [
      [`git add ${named.lock}`, 'keeps the decision with your code'],
      [named.check, 'fails in CI once spec, data or model change'],
    ]
  const old = candidates.find(({ id }) => id === incumbent)
  return old?.runtime === runtimeFor.graph && old.model !== undefined
    ? [[`rightsize shrink ${old.model}`, 'builds a smaller model from the incumbent']]
    : [[`edit ${named.specFile}`, 'to add candidates; stored answers are reused']]
}

function table(steps: readonly Step[]): readonly string[] {
  const width = Math.max(...steps.map(([command]) => command.length)) + 2
  return steps.map(([command, purpose]) => `  ${command.padEnd(width)}${purpose}`)
}
