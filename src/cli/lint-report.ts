import { oneLine } from '../core/error/safe-text.ts'
import type { ReportKind } from '../core/lint/report-kind.ts'
import { command } from './command.ts'
import { needed, toggle } from './flag.ts'
import { file } from './kind.ts'

export const lintReport = command({
  args: {
    file: needed(
      file,
      'an SCI report or case study (Markdown, JSON), a manifest (YAML) or a model card',
    ),
  },
  flags: {
    part: toggle('the file is a passage of a report: missing fields are fine'),
    json: toggle(
      'print kind, verdict and findings as JSON; the exit code is 0 ok, 1 an error, 2 no report',
    ),
  },
  example: 'rightsize lint-report sci-report.md',
  /** Exit code 0: something was checked and nothing is wrong; 1: a finding is an error; 2: nothing could be checked. */
  async action({ args, flags, io, world }) {
    const { findingLine } = await import('../core/lint/lint.ts')
    const { reportKinds } = await import('../core/lint/report-kind.ts')
    const { lintReport } = await import('../wire/lint-report.ts')
    const result = await lintReport(args.file, flags.part, world)
    const { kind, verdict, checks, findings } = result
    if (flags.json) {
      io.out(JSON.stringify(result, null, 2))
      return exitCodes[verdict]
    }
    for (const finding of findings) io.out(oneLine(findingLine(finding)))
    const name = reportKinds[kind]
    if (verdict === 'ok')
      io.out(`ok: ${name}, ${checks} ${checks === 1 ? 'check' : 'checks'}, passed`)
    if (verdict === 'nothing') io.out(nothingLine(kind, name))
    return exitCodes[verdict]
  },
})

const exitCodes = { ok: 0, findings: 1, nothing: 2 } as const

/** Text of no known form is no report, as far as anyone can see; a gate must not take it for one that passed. */
const nothingLine = (kind: ReportKind, name: string) =>
  kind === 'case-study'
    ? 'no SCI report was recognized: the text has no calculation, no total and no score with a unit'
    : `nothing could be checked: ${name} without a calculation, a total or a field to check`
