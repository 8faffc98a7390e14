import { dirname } from 'node:path'
import type { RunResult } from '../core/result/run-result.ts'
import { command, type Io } from './command.ts'
import { flag } from './flag.ts'
import { file, folder, oneOf } from './kind.ts'

const formats = ['html', 'markdown', 'terminal', 'json'] as const

export const report = command({
  args: { result: flag(file, 'the run result', 'result.json') },
  flags: {
    out: flag(folder, 'where the files are written (default: beside the result)'),
    format: flag(oneOf('form', formats), 'print one form to stdout, write nothing'),
  },
  example: [
    'rightsize report result.json --out reports',
    'rightsize report --format markdown',
  ].join('\n'),
  async action({ args, flags, io }) {
    const { writeReports } = await import('../wire/report.ts')
    const { readResult } = await import('../wire/world.ts')
    const result = await readResult(args.result, io)
    if (flags.format !== undefined) io.out(await rendered(result, flags.format, io))
    else
      for (const path of await writeReports(result, flags.out ?? dirname(args.result), io))
        io.err(`wrote ${path}`)
    return 0
  },
})

async function rendered(
  result: RunResult,
  format: (typeof formats)[number],
  { columns, color }: Io,
): Promise<string> {
  if (format === 'html') return (await import('../core/report/run/html.ts')).renderHtml(result)
  if (format === 'markdown')
    return (await import('../core/report/run/markdown.ts')).renderMarkdown(result)
  if (format === 'json') return JSON.stringify(result, null, 2)
  const { renderTerminal } = await import('../core/report/run/terminal.ts')
  return renderTerminal(result, { columns, color })
}
