import { findingLine } from '../core/lint/lint.ts'
import { openWorld } from '../wire/effects.ts'
import { lintReport } from '../wire/lint-report.ts'
import type { Invocation } from './command.ts'

export async function lintReportAction({ args, flags, io }: Invocation): Promise<number> {
  const world = openWorld({ env: io.env, cwd: io.cwd, noExec: true })
  const findings = await lintReport(args[0] ?? '', flags['part'] !== true, world)
  if (flags['json'] === true) io.out(JSON.stringify(findings, null, 2))
  else if (findings.length === 0) io.out('ok: nothing found')
  else for (const finding of findings) io.out(findingLine(finding))
  return findings.some((finding) => finding.severity === 'error') ? 1 : 0
}
