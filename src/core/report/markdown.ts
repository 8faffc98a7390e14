import type { RunResult } from '../spec/run-result.ts'
import { renderTerminal } from './terminal.ts'

/** The report as Markdown that fits a pull request. */
export function renderMarkdown(result: RunResult): string {
  return `\`\`\`\n${renderTerminal(result, { columns: 100, color: false })}\`\`\`\n`
}
