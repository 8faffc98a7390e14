import { oneLine } from '../core/error/safe-text.ts'
import { command } from './command.ts'
import { needed, toggle } from './flag.ts'
import { file } from './kind.ts'

export const lintReport = command({
  args: { file: needed(file, 'a report (Markdown, JSON) or a manifest (YAML)') },
  flags: {
    part: toggle('the file is a passage of a report: missing fields are fine'),
    json: toggle('print the findings as JSON'),
  },
  example: 'rightsize lint-report sci-report.md',
  /** Exit code 1: a finding is an error. */
  async action({ args, flags, io, world }) {
    const { findingLine } = await import('../core/lint/lint.ts')
    const { lintReport } = await import('../wire/lint-report.ts')
    const findings = await lintReport(args.file, !flags.part, world)
    if (flags.json) io.out(JSON.stringify(findings, null, 2))
    else if (findings.length === 0) io.out('ok: nothing found')
    else for (const finding of findings) io.out(oneLine(findingLine(finding)))
    return findings.some((finding) => finding.severity === 'error') ? 1 : 0
  },
})
