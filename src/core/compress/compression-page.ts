import { escapeHtml } from '../report/kit/escape.ts'
import { bytes, grouped } from '../report/kit/number.ts'
import { pageHtml } from '../report/kit/page.ts'
import { factList, figureHtml, tableHtml } from '../report/kit/table.ts'
import { factorChart, qualityChart, showsFactors, stepsChart } from './compression-charts.ts'
import { boundText, foundHeadline, nextSteps, verdictWord, warnings } from './compression-claim.ts'
import { type Fact, factsOf, provenanceOf, searchFacts, steeredNote } from './compression-facts.ts'
import {
  chosenFinalist,
  chosenRow,
  energyText,
  factorRange,
  factorText,
  itemEnergyText,
  levelText,
  lossText,
  payBackText,
  secondsText,
  singleCost,
  sizeWords,
} from './compression-figures.ts'
import {
  costTable,
  type FoundCell,
  type FoundTable,
  finalistTable,
  gaveNothingTable,
  notApplicableTable,
  pathTable,
  profileTable,
  runtimeTable,
  sliceTable,
} from './compression-tables.ts'
import { onThePath } from './compression-text.ts'
import type { Compression } from './trial.ts'

/** The report of a compression as one self-contained HTML file: opens from disk, no network, no script. A function of the compression alone. */
export function compressionPage(found: Compression): string {
  return pageHtml({
    title: `${found.task.slice(0, 120)}: ${badgeOf(found).word}${found.synthetic ? ' (synthetic data)' : ''}`,
    skipTo: ['figures', 'the figures'],
    header: header(found),
    sections: [
      figuresSection(found),
      pathSection(found),
      proofSection(found),
      triedSection(found),
      runtimeSection(found),
      slicesSection(found),
      profileSection(found),
      section('search', 'What the search cost', factList(searchFacts(found))),
      provenanceSection(found),
    ],
    footer: `rightsize shrink · ${found.schema} · seed ${found.seed}`,
  })
}

/** The word of the outcome and the tone in which it is shown. */
function badgeOf({ outcome, holdoutLooks }: Compression): {
  readonly word: string
  readonly tone: string
} {
  if (outcome === 'nothing') return { word: 'nothing smaller held', tone: 'none' }
  if (outcome === 'undecided') return { word: 'not proven', tone: 'undecided' }
  return holdoutLooks > 1
    ? { word: 'level weakened by earlier looks', tone: 'undecided' }
    : { word: 'proven on the hold-out', tone: 'certified' }
}

function header(found: Compression): string {
  const { first, rest } = foundHeadline(found)
  const { word, tone } = badgeOf(found)
  const evidence = rest === '' ? '' : `<p class="evidence">${escapeHtml(rest, 1200)}</p>`
  return `<header>
<h1>rightsize shrink · ${escapeHtml(found.task, 200)}</h1>
<p><span class="badge ${tone}">${word}</span></p>
<p class="headline">${escapeHtml(first)}</p>
${evidence}
<div class="claims">${tiles(found).join('')}</div>
${boxed('mind', 'Mind', warnings(found))}
${boxed('next', 'Next', nextSteps(found))}
</header>`
}

function boxed(id: string, name: string, texts: readonly string[]): string {
  if (texts.length === 0) return ''
  const list = texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('')
  return `<section class="next" aria-labelledby="${id}"><h2 id="${id}">${name}</h2><ul>${list}</ul></section>`
}

/** Size, CPU time, loss and what the search cost: the four figures that the rest explains. */
function tiles(found: Compression): readonly string[] {
  const { original, result } = found
  const search = tile(
    'The search',
    `${secondsText(found.search.wallS)}, ${energyText(found.search)}`,
    [`pays back ${payBackText(found)}`],
  )
  if (result === null) return [search]
  const size = tile('Size', sizeWords(original.bytes, result.bytes), [
    `${bytes(original.bytes)} to ${bytes(result.bytes)}, the model file, counted`,
  ])
  return [size, cpuTile(found), lossTile(found), search]
}

function cpuTile(found: Compression): string {
  const cost = singleCost(found)
  if (cost === null) return tile('CPU time', 'not measured', [])
  const sure = cost.low > 1 || cost.high < 1
  const energy = itemEnergyText(cost)
  return tile('CPU time', sure ? factorText(cost) : 'about the same', [
    `${factorRange(cost)} (95 %), ${secondsText(cost.originalCpuS)} to ${secondsText(cost.cpuS)} per item at batch ${grouped(cost.batch)}, measured`,
    ...(energy === '' ? [] : [`energy ${energy}`]),
  ])
}

function lossTile(found: Compression): string {
  const { outcome, holdoutLooks } = found
  const holdout = chosenFinalist(found)?.holdout ?? null
  if (holdout === null) return tile('Loss', 'not shown to the hold-out', [], 'no')
  const { loss, items, counts, alpha } = holdout
  return tile(
    'Loss on future items like these',
    boundText(holdout),
    [
      `${lossText(loss)} on ${grouped(items)} items of the hold-out (${grouped(counts.lose)} worse, ${grouped(counts.win)} better), level ${levelText(alpha)}: ${verdictWord(holdout, holdoutLooks)}`,
    ],
    outcome === 'proven' && holdoutLooks <= 1 ? 'yes' : 'no',
  )
}

const tile = (name: string, main: string, below: readonly string[], tone = ''): string =>
  `<div class="claim${tone === '' ? '' : ` ${tone}`}"><span class="soft">${name}</span><b>${escapeHtml(main)}</b>${below.map((text) => escapeHtml(text)).join('<br>')}</div>`

const section = (id: string, title: string, ...parts: readonly string[]): string =>
  parts.every((part) => part === '')
    ? ''
    : `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${parts.join('')}</section>`

const note = (text: string): string => `<p class="soft">${escapeHtml(text)}</p>`

/** What the tiles do not say. */
const beside = ['accuracy', 'goal', 'runs with', 'vocabulary']

const arrows = (facts: readonly Fact[]): readonly Fact[] =>
  facts.map(([name, text]) => [name, text.replaceAll(' -> ', ' → ')])

const figuresSection = (found: Compression): string =>
  section(
    'figures',
    found.result === null ? 'The original' : 'The result',
    factList(arrows(factsOf(found).filter(([name]) => beside.includes(name)))),
  )

const leftKey =
  'What is left after each pass: solid what remains, pale what the pass took away, orange what it added.'
const factorKey =
  'How many times less than the original, on a logarithmic scale, so that factors are lengths: solid what the pass saved, pale what those before it saved, orange what it gave back.'

function pathSection(found: Compression): string {
  if (found.path.length < 2) return ''
  return section(
    'path',
    'What each pass gave',
    figureHtml(
      'Size and CPU time after each pass',
      stepsChart(found),
      `${showsFactors(found) ? factorKey : leftKey} Thin lines are 95 % intervals. Sizes are counted, CPU times measured against the original at batch 1.`,
    ),
    figureHtml(
      'Loss after each pass',
      qualityChart(found),
      `Loss after each pass on the items of the search (95 % intervals, both sides), and the result on the hold-out up to its bound, against the margin. ${steeredNote}`,
    ),
    table(pathTable(found)),
  )
}

const proofSection = (found: Compression): string =>
  section('proof', 'What the hold-out says', table(finalistTable(found)))

function triedSection(found: Compression): string {
  const path = onThePath(found)
  const left = found.trials.filter((trial) => !path.includes(trial))
  return section(
    'tried',
    'What was tried and is not in the result',
    figureHtml(
      'CPU time of what was probed',
      factorChart(left),
      'Measured CPU factor with its 95 % interval of what was tried and not taken, against the model that it was tried on.',
    ),
    table(gaveNothingTable(found, path)),
    table(notApplicableTable(found)),
  )
}

const runtimeSection = (found: Compression): string =>
  section(
    'runtime',
    'Runtime',
    table(costTable(found)),
    table(runtimeTable(found, chosenRow(found))),
  )

const slicesSection = (found: Compression): string =>
  section('slices', 'Slices', table(sliceTable(found), true))

const profileSection = (found: Compression): string =>
  section('profile', 'Where the original spends its time', table(profileTable(found), true))

/** What the result rests on; the changes of each pass are folded away. */
function provenanceSection(found: Compression): string {
  const steps = onThePath(found).map(({ step, text, changes }) => {
    const list = changes.map((change) => `<li>${escapeHtml(change)}</li>`).join('')
    return `<li>${escapeHtml(`${step.pass}: ${text}`)}<ul>${list}</ul></li>`
  })
  const recipe =
    steps.length === 0
      ? ''
      : `<details><summary>Every change of the result</summary><ol>${steps.join('')}</ol></details>`
  return section(
    'origin',
    'Where this comes from',
    factList(provenanceOf(found)),
    recipe,
    note(
      'compression.json holds every trial with its parameters; this page is made from it alone.',
    ),
  )
}

/** The table as HTML; empty where it has no rows. */
function table({ label, caption, columns, rows, chosen }: FoundTable, narrow = false): string {
  if (rows.length === 0) return ''
  return tableHtml({
    label,
    caption,
    columns,
    narrow,
    rows: rows.map((cells, at) => ({
      cells: cells.map((each, i) => cellHtml(each, i === 0 || (columns[i]?.words ?? false))),
      chosen: at === chosen,
    })),
  })
}

/** Beside figures only commas break the line. */
function cellHtml({ text, small }: FoundCell, words: boolean): string {
  const main = words ? `<span class="name">${escapeHtml(text, 300)}</span>` : escapeHtml(text)
  if (small === undefined) return main
  const below = words ? small : small.replaceAll(/(?<!,) /g, '\u00a0')
  return `${main}<small>${escapeHtml(below, 400)}</small>`
}
