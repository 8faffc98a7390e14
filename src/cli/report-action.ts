import { dirname } from 'node:path'
import { RightsizeError } from '../core/error/error.ts'
import { renderHtml } from '../core/report/run/html.ts'
import { renderMarkdown } from '../core/report/run/markdown.ts'
import { renderTerminal } from '../core/report/run/terminal.ts'
import type { RunResult } from '../core/result/run-result.ts'
import { writeReports } from '../wire/report.ts'
import { readResult } from '../wire/world.ts'
import type { Invocation, Io } from './command.ts'
import { text } from './flag.ts'

export async function reportAction({ args, flags, io }: Invocation): Promise<number> {
  const path = args[0] ?? 'result.json'
  const result = await readResult(path, io)
  const format = text(flags, 'format')
  if (format !== undefined) {
    io.out(rendered(result, format, io))
    return 0
  }
  for (const file of await writeReports(result, text(flags, 'out') ?? dirname(path), io)) {
    io.err(`wrote ${file}`)
  }
  return 0
}

function rendered(result: RunResult, format: string, io: Io): string {
  if (format === 'html') return renderHtml(result)
  if (format === 'markdown') return renderMarkdown(result)
  if (format === 'terminal') return renderTerminal(result, { columns: io.columns, color: io.color })
  if (format === 'json') return JSON.stringify(result, null, 2)
  const next = 'use html, markdown, terminal or json'
  throw new RightsizeError('FLAGS_MISSING', `--format knows no "${format}"`, { next })
}
