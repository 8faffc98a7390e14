import type { RunResult } from '../spec/run-result.ts'
import { renderTerminal } from './terminal.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** One self-contained HTML file. */
export function renderHtml(result: RunResult): string {
  const text = renderTerminal(result, { columns: 100, color: false })
  const escaped = text.replace(/[&<>"']/g, (c) => escapes[c] ?? '')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>rightsize</title><pre>${escaped}</pre></html>`
}
