import { oneLine } from '../core/error/safe-text.ts'
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
    json: toggle('print kind, verdict and findings as JSON'),
  },
  example: 'rightsize lint-report sci-report.md',
  /** Exit code 1: a finding is an error. Without an error it is 0, also where nothing could be checked. */
  async action({ args, flags, io, world }) {
    const { findingLine } = await import('../core/lint/lint.ts')
    const { reportKinds } = await import('../core/lint/report-kind.ts')
    const { lintReport } = await import('../wire/lint-report.ts')
    const result = await lintReport(args.file, flags.part, world)
    const { kind, verdict, checks, findings } = result
    if (flags.json) {
      io.out(JSON.stringify(result, null, 2))
      return verdict === 'findings' ? 1 : 0
    }
    for (const finding of findings) io.out(oneLine(findingLine(finding)))
    const name = reportKinds[kind]
    if (verdict === 'ok')
      io.out(`ok: ${name}, ${checks} ${checks === 1 ? 'check' : 'checks'}, passed`)
    if (verdict === 'nothing')
      io.out(`nothing could be checked: ${name} without a calculation, a total or a field to check`)
    return verdict === 'findings' ? 1 : 0
  },
})
