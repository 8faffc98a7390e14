import { join, relative, resolve } from 'node:path'
import { writeWhole } from '../adapters/files/whole-file.ts'
import type { RunResult } from '../core/result/run-result.ts'
import type { At } from './world.ts'

/** What a report can be rendered as. */
export const reportForms = ['html', 'markdown', 'terminal', 'json'] as const

/** The report of a run in one form; `layout` is that of a terminal. */
export async function renderReport(
  result: RunResult,
  form: (typeof reportForms)[number],
  layout = { columns: 80, color: false },
): Promise<string> {
  if (form === 'json') return JSON.stringify(result, null, 2)
  if (form === 'html') return (await import('../core/report/run/html.ts')).renderHtml(result)
  if (form === 'markdown')
    return (await import('../core/report/run/markdown.ts')).renderMarkdown(result)
  const { renderTerminal } = await import('../core/report/run/terminal.ts')
  return renderTerminal(result, layout)
}

/** Writes report.html and report.md into a folder: their paths, relative to the working folder. */
export async function writeReports(
  result: RunResult,
  dir: string,
  { cwd }: Pick<At, 'cwd'>,
): Promise<readonly string[]> {
  const written: string[] = []
  for (const [name, form] of [
    ['report.html', 'html'],
    ['report.md', 'markdown'],
  ] as const) {
    const path = join(resolve(cwd, dir), name)
    await writeWhole(path, await renderReport(result, form))
    written.push(relative(cwd, path))
  }
  return written
}
