/**
 * Renders a run result, or the result of a search for a smaller model: HTML that opens from disk and runs no code, Markdown,
 * and text for a terminal. Pure functions of the result.
 *
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { run } from 'rightsize'
 * import { renderHtml, renderTerminal } from 'rightsize/report'
 *
 * const result = await run('rightsize.yaml')
 * await writeFile('report.html', renderHtml(result))
 * console.log(renderTerminal(result, { columns: 80, color: false }))
 * ```
 */

export { renderHtml } from './core/report/run/html.ts'
export { renderMarkdown } from './core/report/run/markdown.ts'
export { renderTerminal, type TerminalOptions } from './core/report/run/terminal.ts'
export { compressionPage as renderCompressionHtml } from './core/report/shrink/page.ts'
export {
  compressionMarkdown as renderCompressionMarkdown,
  compressionSummary as renderCompressionTerminal,
} from './core/report/shrink/text.ts'
export type { Compression } from './core/result/compression.ts'
export type { RunResult } from './core/result/run-result.ts'
