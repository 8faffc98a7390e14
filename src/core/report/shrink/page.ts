import { levelOf } from '../../result/claim-text.ts'
import type { Compression } from '../../result/compression.ts'
import { figureHtml } from '../kit/figure.ts'
import { cut, type Html, html, joined } from '../kit/markup.ts'
import { bytes, grouped } from '../kit/number.ts'
import { boxed, bullets, folded, note, pageHtml, section } from '../kit/page.ts'
import { type Fact, factList, type Table, tableHtml } from '../kit/table.ts'
import { factorChart, qualityChart, showsFactors, stepsChart } from './charts.ts'
import { boundText, countsText, foundHeadline, nextSteps, verdictText, warnings } from './claim.ts'
import { factsOf, provenanceOf, searchFacts, steeredNote } from './facts.ts'
import {
  chosenFinalist,
  chosenRow,
  energyText,
  factorRange,
  factorText,
  itemEnergyText,
  lossText,
  payBackText,
  secondsText,
  singleCost,
  sizeWords,
} from './figures.ts'
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
import { onThePath } from './text.ts'

/** The report of a compression as one self-contained HTML file: opens from disk, no network, no script. A function of the compression alone. */
export function compressionPage(found: Compression): string {
  return pageHtml({
    title: `${found.task.slice(0, 120)}: ${badgeWords[found.outcome]}${found.synthetic ? ' (synthetic data)' : ''}`,
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

/** The word of the outcome; its tone has the same name. */
const badgeWords: Readonly<Record<Compression['outcome'], string>> = {
  certified: 'certified on the hold-out',
  supported: 'supported on the hold-out, not certified',
  undecided: 'undecided',
  none: 'no smaller model holds',
}

function header(found: Compression): Html {
  const { first, rest } = foundHeadline(found)
  return html`<header>
<h1>rightsize shrink · ${cut(found.task, 200)}</h1>
<p><span class="badge ${found.outcome}">${badgeWords[found.outcome]}</span></p>
<p class="headline">${first}</p>
${rest === '' ? null : html`<p class="evidence">${cut(rest, 1200)}</p>`}
<div class="claims">${tiles(found)}</div>
${boxed('mind', 'Mind', warnings(found))}
${boxed('next', 'Next', nextSteps(found))}
</header>`
}

/** Size, CPU time, loss and what the search cost: the four figures that the rest explains. */
function tiles(found: Compression): readonly Html[] {
  const { incumbent, result } = found
  const search = tile(
    'The search',
    `${secondsText(found.search.wallS)}, ${energyText(found.search)}`,
    [`pays back ${payBackText(found)}`],
  )
  if (result === null) return [search]
  const size = tile('Size', sizeWords(incumbent.bytes, result.bytes), [
    `${bytes(incumbent.bytes)} to ${bytes(result.bytes)}, the model file, counted`,
  ])
  return [size, cpuTile(found), lossTile(found), search]
}

function cpuTile(found: Compression): Html {
  const cost = singleCost(found)
  if (cost === null) return tile('CPU time', 'not measured', [])
  const sure = cost.low > 1 || cost.high < 1
  const energy = itemEnergyText(cost)
  return tile('CPU time', sure ? factorText(cost) : 'about the same', [
    `${factorRange(cost)} (95 %), ${secondsText(cost.incumbentCpuS)} to ${secondsText(cost.cpuS)} per item at batch ${grouped(cost.batch)}, measured`,
    ...(energy === '' ? [] : [`energy ${energy}`]),
  ])
}

function lossTile(found: Compression): Html {
  const { claim, verdict } = chosenFinalist(found) ?? { claim: null, verdict: null }
  if (claim === null) return tile('Loss', 'not shown to the hold-out', [], 'no')
  const below = `${lossText(claim.expected)} on the hold-out (${countsText(claim)}), ${levelOf(claim)}: ${verdictText(verdict)}`
  const passed = verdict === 'certified' || verdict === 'supported'
  return tile('Loss on future items like these', boundText(claim), [below], passed ? 'yes' : 'no')
}

const tile = (name: string, main: string, below: readonly string[], tone = ''): Html =>
  html`<div class="claim${tone === '' ? '' : ` ${tone}`}"><span class="soft">${name}</span><b>${main}</b>${joined(below, html`<br>`)}</div>`

/** What the tiles do not say. */
const beside = ['accuracy', 'goal', 'runs with', 'vocabulary']

const arrows = (facts: readonly Fact[]): readonly Fact[] =>
  facts.map(([name, text]) => [name, text.replaceAll(' -> ', ' → ')])

const figuresSection = (found: Compression): Html | null =>
  section(
    'figures',
    found.result === null ? 'The incumbent' : 'The result',
    factList(arrows(factsOf(found).filter(([name]) => beside.includes(name)))),
  )

const leftKey =
  'What is left after each pass: solid what remains, pale what the pass took away, orange what it added.'
const factorKey =
  'How many times less than the incumbent, on a logarithmic scale, so that factors are lengths: solid what the pass saved, pale what those before it saved, orange what it gave back.'

function pathSection(found: Compression): Html | null {
  if (found.path.length < 2) return null
  return section(
    'path',
    'What each pass gave',
    figureHtml(
      'Size and CPU time after each pass',
      stepsChart(found),
      `${showsFactors(found) ? factorKey : leftKey} Thin lines are 95 % intervals. Sizes are counted, CPU times measured against the incumbent at batch 1.`,
    ),
    figureHtml(
      'Loss after each pass',
      qualityChart(found),
      `Loss after each pass on the items of the search (95 % intervals, both sides), and the result on the hold-out up to its bound, against the margin. ${steeredNote}`,
    ),
    table(pathTable(found)),
  )
}

const proofSection = (found: Compression): Html | null =>
  section('proof', 'What the hold-out says', table(finalistTable(found)))

function triedSection(found: Compression): Html | null {
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

const runtimeSection = (found: Compression): Html | null =>
  section(
    'runtime',
    'Runtime',
    table(costTable(found)),
    table(runtimeTable(found, chosenRow(found))),
  )

const slicesSection = (found: Compression): Html | null =>
  section('slices', 'Slices', table(sliceTable(found), true))

const profileSection = (found: Compression): Html | null =>
  section('profile', 'Where the incumbent spends its time', table(profileTable(found), true))

/** What the result rests on; the changes of each pass are folded away. */
function provenanceSection(found: Compression): Html | null {
  const steps = onThePath(found).map(
    ({ step, text, changes }) => html`<li>${`${step.pass}: ${text}`}${bullets(changes)}</li>`,
  )
  return section(
    'origin',
    'Where this comes from',
    factList(provenanceOf(found)),
    folded('Every change of the result', steps.length === 0 ? null : html`<ol>${steps}</ol>`),
    note(
      'compression.json holds every trial with its parameters; this page is made from it alone.',
    ),
  )
}

const table = (found: Table, narrow = false): Html | null => tableHtml({ ...found, narrow })
