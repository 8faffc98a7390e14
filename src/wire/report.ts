import { join, relative, resolve } from 'node:path'
import { writeWhole } from '../adapters/files/whole-file.ts'
import type { RunResult } from '../core/result/run-result.ts'
import type { At } from './world.ts'

/** Renders report.html and report.md into a folder: their paths, relative to the working folder. */
export async function writeReports(
  result: RunResult,
  dir: string,
  { cwd }: Pick<At, 'cwd'>,
): Promise<readonly string[]> {
  const { renderHtml } = await import('../core/report/run/html.ts')
  const { renderMarkdown } = await import('../core/report/run/markdown.ts')
  const paths = ['report.html', 'report.md'].map((name) => join(resolve(cwd, dir), name))
  const texts = [renderHtml(result), renderMarkdown(result)]
  for (const [i, path] of paths.entries()) await writeWhole(path, texts[i] ?? '')
  return paths.map((path) => relative(cwd, path))
}
