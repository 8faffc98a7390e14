import fc from 'fast-check'
import { expect, test } from 'vitest'
import { edgeInput, edgeResult } from '../../../../test/report/edges.ts'
import type { RunResult } from '../../result/run-result.ts'
import { renderHtml } from './html.ts'
import { renderMarkdown } from './markdown.ts'
import { renderTerminal } from './terminal.ts'

/** Every sentence that a reader may see: of the decision, of the candidates, and of the three forms of the report. */
function textsOf(result: RunResult): readonly string[] {
  const { headline, matches, certified, next, gap } = result.decision
  const html = renderHtml(result)
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
  return [
    ...[headline, matches.text, certified.text, gap?.tryNext ?? ''],
    ...next.map(({ text }) => text),
    ...result.candidates.map(({ why }) => why),
    ...[renderTerminal(result, { columns: 80, color: false }), renderMarkdown(result), html],
  ].map((text) => text.replace(/[\s\u00a0]+/g, ' '))
}

const holds = (check: (result: RunResult) => void, numRuns = 150): void =>
  fc.assert(
    fc.property(edgeInput, (input) => check(edgeResult(input))),
    { numRuns },
  )

test('no text counts wrongly, promises a negative number or shows what is no number', () => {
  holds((result) => {
    for (const text of textsOf(result)) {
      expect(text).not.toMatch(/undefined|NaN|Infinity|\[object|\bnull\b/)
      expect(text).not.toMatch(
        /(?<![\d.,-])1 (?:more )?(?:items|labels|candidates|calls|answers|points|rows)\b/,
      )
      expect(text).not.toMatch(/\b(?:all|none of the|these|only) (?:0|1) (?!of )/i)
      expect(text).not.toMatch(/\b0 (?:more )?(?:candidates|labels|items)\b(?! were)/)
      expect(text).not.toMatch(/-\d[\d.,]* (?:more|calls|labels|items)|at least -\d|at most -\d/)
    }
  })
})

test('the headline is whole sentences, and its first word fits the kind of decision', () => {
  const starts = {
    certified: /^Ship /,
    supported: /^Ship /,
    undecided: /^Not decided[:.]/,
    none: /^(Keep |The only |Neither |None |No )/,
  } as const
  holds(({ decision: { kind, headline } }) => {
    expect(headline).toMatch(starts[kind])
    expect(headline).toMatch(/[.)]$/)
    expect(headline).not.toMatch(
      /\.\s+(?:accuracy|expected|chance|none|neither|the|it)\b|\.\.|\s\s|: \./,
    )
  })
})

test('labels are asked for only where they are missing', () => {
  holds((result) => {
    const { kind, next, headline, chosen } = result.decision
    const kinds = next.map((step) => step.kind)
    const asks = kinds.includes('labels') || /\blabels\b/.test(headline)
    if (!asks) return
    expect(kind === 'undecided' || kind === 'supported').toBe(true)
    expect(kinds).not.toContain('cost')
    // Some candidate was judged on every item, and that left it open.
    const open = result.candidates.filter(
      ({ id, role, n, loss }) =>
        role !== 'incumbent' &&
        n > 0 &&
        (loss?.kind === 'undecided' || (id === chosen && loss?.kind === 'supported')),
    )
    expect(open.length).toBeGreaterThan(0)
    expect(Math.max(...open.map(({ n }) => n))).toBe(result.task.items)
  })
})

test('what was not judged has no quality, no loss and no chance', () => {
  holds((result) => {
    for (const { n, quality, loss } of result.candidates) {
      if (n === 0) expect([quality.kind, loss]).toEqual(['unknown', null])
      if (loss === null) continue
      expect(loss.pOver).toBeGreaterThanOrEqual(0)
      expect(loss.pOver).toBeLessThanOrEqual(1)
      expect(loss.inPlay).toBeLessThanOrEqual(loss.candidates)
    }
    if (result.candidates.every(({ n }) => n === 0)) {
      expect(result.decision.matches.holds).toBe(false)
      expect(result.decision.certified.holds).toBe(false)
    }
  })
})

test('nothing is shipped unless it is known to be cheaper than the incumbent', () => {
  holds((result) => {
    const { chosen, kind } = result.decision
    if (result.incumbent === null || kind === 'none' || kind === 'undecided') return
    const price = (id: string | null) => {
      const cost = result.candidates.find((one) => one.id === id)?.cost.pricePerItem
      return cost?.kind === 'known' ? cost.value : null
    }
    const [own, other] = [price(chosen), price(result.incumbent)]
    if (result.bar.kind === 'absolute' && own !== null && other === null) return
    expect(own).not.toBeNull()
    if (result.bar.kind === 'relative') expect(own).toBeLessThan(other as number)
  })
})

test('a line of the terminal never passes its width, and every candidate keeps a name of its own', () => {
  holds((result) => {
    const lines = renderTerminal(result, { columns: 60, color: false }).split('\n')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60)
    const head = lines.findIndex((line) => /^candidate +verdict/.test(line))
    const rows = lines.slice(head + 1, head + 1 + result.candidates.length)
    const cells = rows.map(
      (row) => row.slice(2).split(/\s{2,}| (?=meets|fails|inconcl|broken|incumb)/)[0],
    )
    expect(new Set(cells).size).toBe(result.candidates.length)
  })
})
