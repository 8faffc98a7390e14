import { escapeMarkdown, plainText } from '../report/kit/escape.ts'
import { wrap } from '../report/kit/wrap.ts'
import { foundHeadline, nextSteps, warnings } from './compression-claim.ts'
import { type Fact, factsOf, provenanceOf, searchFacts, steeredNote } from './compression-facts.ts'
import { chosenRow } from './compression-figures.ts'
import { markdownTable } from './compression-markdown.ts'
import {
  costTable,
  finalistTable,
  gaveNothingTable,
  notApplicableTable,
  pathTable,
  profileTable,
  runtimeTable,
  sliceTable,
} from './compression-tables.ts'
import type { Compression, Trial } from './trial.ts'

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

/** The trials that lead from the original to the result, in order. */
export function onThePath({ trials, result, original }: Compression): readonly Trial[] {
  const path: Trial[] = []
  let model = result?.model
  while (model !== undefined && model !== original.model) {
    const trial = trials.find((one) => one.model === model && one.verdict === 'kept')
    if (trial === undefined || path.includes(trial)) break
    path.unshift(trial)
    model = trial.parent
  }
  return path
}

/** The search as Markdown: the claim, the waterfall, what gave nothing, and everything that it rests on. */
export function compressionMarkdown(found: Compression): string {
  return [
    `# Compression of ${escapeMarkdown(found.task)}`,
    '',
    ...claimLines(found),
    ...section('From the original to the result', markdownTable(pathTable(found)), [steeredNote]),
    ...section('The proof', markdownTable(finalistTable(found))),
    ...section(
      'What was tried and is not in the result',
      markdownTable(gaveNothingTable(found, onThePath(found))),
    ),
    ...section('What does not apply', markdownTable(notApplicableTable(found))),
    ...section('CPU time', markdownTable(costTable(found))),
    ...section('Settings of the runtime', markdownTable(runtimeTable(found, chosenRow(found)))),
    ...section('Slices', markdownTable(sliceTable(found))),
    ...section('Where the original spends its time', markdownTable(profileTable(found))),
    ...section('What the search cost', searchFacts(found).map(bullet)),
    ...section('Where this comes from', provenanceOf(found).map(bullet)),
  ].join('\n')
}

/** A section, or nothing where its body is empty. */
function section(
  title: string,
  body: readonly string[],
  notes: readonly string[] = [],
): readonly string[] {
  return body.length === 0
    ? []
    : [`## ${title}`, '', ...body, '', ...notes.flatMap((note) => [note, ''])]
}

const bullet = ([name, text]: Fact): string =>
  `- ${name === '' ? '' : `**${escapeMarkdown(name)}**: `}${escapeMarkdown(text, 900)}`

/** Headline, figures, warnings and next steps as Markdown. */
function claimLines(found: Compression): readonly string[] {
  const { first, rest } = foundHeadline(found)
  const list = (name: string, texts: readonly string[]) =>
    texts.length === 0
      ? []
      : [`${name}:`, '', ...texts.map((text) => `- ${escapeMarkdown(text, 600)}`), '']
  return [
    `**${escapeMarkdown(first, 600)}** ${escapeMarkdown(rest, 600)}`.trimEnd(),
    '',
    ...factsOf(found).map(bullet),
    '',
    ...list('Mind', warnings(found)),
    ...list('Next', nextSteps(found)),
  ]
}

/** Changes of one step that the card lists; compression.json has them all. */
const mostChanges = 12

/** The card beside the model: what it is, what is proven of it, how it was made. */
export function compressionCard(found: Compression, name: string): string {
  const steps = onThePath(found).flatMap((trial) => [
    `- ${escapeMarkdown(`${trial.step.pass}: ${trial.text}`, 300)}`,
    ...trial.changes.slice(0, mostChanges).map((change) => `  - ${escapeMarkdown(change, 300)}`),
  ])
  const proven = found.outcome === 'proven' ? '' : '**Not proven.** '
  return [
    `# ${escapeMarkdown(name)}`,
    '',
    `${proven}Made by \`rightsize shrink\` from the model with digest ${escapeMarkdown(found.original.model)}, for the task ${escapeMarkdown(found.task)}.`,
    '',
    ...claimLines(found),
    ...section('Steps', steps),
    ...section('What each step gave', markdownTable(pathTable(found)), [steeredNote]),
    ...section('Slices', markdownTable(sliceTable(found))),
    ...section('Where this comes from', provenanceOf(found).map(bullet)),
    'compression.json holds every trial, report.html shows them.',
    '',
  ].join('\n')
}
