import { plainText } from '../../error/safe-text.ts'
import type { Compression, Trial } from '../../result/compression.ts'
import { cutMd, joinedMd, type Markdown, markdownText, md } from '../kit/markup.ts'
import { type Fact, type Table, tableMarkdown } from '../kit/table.ts'
import { wrap } from '../kit/wrap.ts'
import { foundHeadline, nextSteps, warnings } from './claim.ts'
import { factsOf, provenanceOf, searchFacts, steeredNote } from './facts.ts'
import { chosenRow } from './figures.ts'
import {
  costTable,
  finalistTable,
  gaveNothingTable,
  notApplicableTable,
  pathTable,
  profileTable,
  runtimeTable,
  sliceTable,
} from './tables.ts'

const width = 80
const nameWidth = 14

/** Text for the terminal; a word that no line could hold is cut. */
const shown = (text: string, limit?: number): string =>
  plainText(text, limit)
    .split(' ')
    .map((word) => (word.length > 60 ? `${word.slice(0, 59)}…` : word))
    .join(' ')

/** The search on one screen of 80 columns: what was found, its figures with their intervals, what to mind, what to do next. */
export function compressionSummary(found: Compression): string {
  const { first, rest } = foundHeadline(found)
  const blocks = [
    wrap(shown(`${found.task}: ${first}`, 600), width).join('\n'),
    wrap(shown(rest, 600), width).join('\n'),
    factsOf(found).flatMap(factLines).join('\n'),
    listed('Mind', warnings(found)),
    listed('Next', nextSteps(found)),
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

function factLines([name, text]: Fact): readonly string[] {
  const lead = `  ${name}`.padEnd(nameWidth)
  return wrap(shown(text, 600), width, lead, ' '.repeat(nameWidth))
}

function listed(name: string, texts: readonly string[]): string {
  if (texts.length === 0) return ''
  const lines = texts.flatMap((text) => wrap(shown(text), width, '  - ', '    '))
  return [name, ...lines].join('\n')
}

/** The trials that lead from the incumbent to the result, in order. */
export function onThePath({ trials, result, incumbent }: Compression): readonly Trial[] {
  const path: Trial[] = []
  let model = result?.model
  while (model !== undefined && model !== incumbent.model) {
    const trial = trials.find((one) => one.model === model && one.verdict === 'kept')
    if (trial === undefined || path.includes(trial)) break
    path.unshift(trial)
    model = trial.parent
  }
  return path
}

/** The search as Markdown: the claim, the waterfall, what gave nothing, and everything that it rests on. */
export function compressionMarkdown(found: Compression): string {
  return pageOf([
    md`# Compression of ${found.task}`,
    ...claimBlocks(found),
    ...tableSection('From the incumbent to the result', pathTable(found), steeredNote),
    ...tableSection('The hold-out', finalistTable(found)),
    ...tableSection(
      'What was tried and is not in the result',
      gaveNothingTable(found, onThePath(found)),
    ),
    ...tableSection('What does not apply', notApplicableTable(found)),
    ...tableSection('CPU time', costTable(found)),
    ...tableSection('Settings of the runtime', runtimeTable(found, chosenRow(found))),
    ...tableSection('Slices', sliceTable(found)),
    ...tableSection('Where the incumbent spends its time', profileTable(found)),
    ...section('What the search cost', searchFacts(found).map(bullet)),
    ...section('Where this comes from', provenanceOf(found).map(bullet)),
  ])
}

const pageOf = (blocks: readonly Markdown[]): string =>
  `${markdownText(joinedMd(blocks, md`\n\n`))}\n`

const linesOf = (lines: readonly Markdown[]): Markdown => joinedMd(lines, md`\n`)

/** A section, or nothing where its body is empty. */
const section = (title: string, body: readonly Markdown[]): readonly Markdown[] =>
  body.length === 0 ? [] : [md`## ${title}`, linesOf(body)]

function tableSection(title: string, table: Table, note?: string): readonly Markdown[] {
  const body = section(title, tableMarkdown(table))
  return body.length === 0 || note === undefined ? body : [...body, cutMd(note, 400)]
}

const bullet = ([name, text]: Fact): Markdown =>
  md`- ${name === '' ? null : md`**${name}**: `}${cutMd(text, 900)}`

/** Headline, figures, warnings and next steps as Markdown. */
function claimBlocks(found: Compression): readonly Markdown[] {
  const { first, rest } = foundHeadline(found)
  const list = (name: string, texts: readonly string[]) =>
    texts.length === 0
      ? []
      : [md`${name}:`, linesOf(texts.map((text) => md`- ${cutMd(text, 600)}`))]
  return [
    md`**${cutMd(first, 600)}**${rest === '' ? null : md` ${cutMd(rest, 600)}`}`,
    linesOf(factsOf(found).map(bullet)),
    ...list('Mind', warnings(found)),
    ...list('Next', nextSteps(found)),
  ]
}

/** Changes of one step that the card lists; compression.json has them all. */
const mostChanges = 12

/** The card beside the model: what it is, its claim, how it was made. */
export function compressionCard(found: Compression, name: string): string {
  const steps = onThePath(found).flatMap((trial) => [
    md`- ${cutMd(`${trial.step.pass}: ${trial.text}`, 300)}`,
    ...trial.changes.slice(0, mostChanges).map((change) => md`  - ${cutMd(change, 300)}`),
  ])
  const passed = found.outcome === 'certified' || found.outcome === 'supported'
  const warning = passed ? null : md`**Undecided.** `
  return pageOf([
    md`# ${name}`,
    md`${warning}Built by \`rightsize shrink\` from the model ${found.incumbent.identity}, for the task ${found.task}.`,
    ...claimBlocks(found),
    ...section('Steps', steps),
    ...tableSection('What each step gave', pathTable(found), steeredNote),
    ...tableSection('Slices', sliceTable(found)),
    ...section('Where this comes from', provenanceOf(found).map(bullet)),
    md`compression.json holds every trial, report.html shows them.`,
  ])
}
