import { findingLine } from '../core/lint/lint.ts'
import { openWire } from '../wire.ts'
import type { Invocation } from './command.ts'

export async function lintReportAction({ args, flags, io }: Invocation): Promise<number> {
  const wire = await openWire({ env: io.env, cwd: io.cwd, noExec: true })
  const findings = await wire.lintReport(args[0] ?? '', flags['part'] !== true)
  if (flags['json'] === true) io.out(JSON.stringify(findings, null, 2))
  else if (findings.length === 0) io.out('ok: nothing found')
  else for (const finding of findings) io.out(findingLine(finding))
  return findings.some((finding) => finding.severity === 'error') ? 1 : 0
}
