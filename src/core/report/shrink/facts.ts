import type { Compression, Finalist, Trial } from '../../result/compression.ts'
import { levelText } from '../../unit/figure-words.ts'
import { bytes, grouped, percent } from '../kit/number.ts'
import type { Fact } from '../kit/table.ts'
import { holdoutText } from './claim.ts'
import {
  chosenRow,
  counted,
  energyText,
  factorRange,
  factorText,
  goalText,
  itemEnergyText,
  milliseconds,
  payBackText,
  searchText,
  secondsText,
  settingsText,
  sizeWords,
  vocabularyText,
} from './figures.ts'

/** The figures in words, name and text, in the order in which they matter; plain text. */
export function factsOf(found: Compression): readonly Fact[] {
  const { incumbent, result } = found
  const facts: readonly Fact[] = [
    [
      'size',
      result === null
        ? bytes(incumbent.bytes)
        : `${bytes(incumbent.bytes)} -> ${bytes(result.bytes)}, ${sizeWords(incumbent.bytes, result.bytes)}`,
    ],
    ...found.cost.map((each, at): Fact => [at === 0 ? 'CPU time' : '', costText(each)]),
    ...found.cost.map((each, at): Fact => [at === 0 ? 'energy' : '', itemEnergyText(each)]),
    ...found.finalists.map(
      (each, at): Fact => [
        at === 0 ? 'hold-out' : '',
        `${nameOf(each, found)}: ${holdoutText(each)}`,
      ],
    ),
    ['accuracy', accuracyText(found)],
    ['goal', goalText(found)],
    ['runs with', runsWithText(found)],
    ['vocabulary', vocabularyText(found)],
    ['search', searchText(found)],
    ['pays back', payBackText(found)],
  ]
  return facts.filter(([, text]) => text !== '')
}

const costText = (cost: Compression['cost'][number]): string =>
  `${factorText(cost)} at batch ${grouped(cost.batch)} (${factorRange(cost)}, 95 %): ${secondsText(cost.incumbentCpuS)} -> ${secondsText(cost.cpuS)} an item, measured`

function accuracyText({ incumbent, result, path }: Compression): string {
  const items = path[0]?.items
  const of = items === undefined ? 'the items' : `${grouped(items)} items`
  const now = result === null ? '' : ` -> ${percent(result.accuracy)}`
  return `${percent(incumbent.accuracy)}${now} on ${of} of the search`
}

/** Runtime and settings of the result, with its measured p95 where there is one. */
function runsWithText(found: Compression): string {
  const { result } = found
  if (result === null) return ''
  const row = chosenRow(found)
  const measured =
    row === null
      ? ''
      : `; one item: median ${milliseconds(row.p50Ms)}, p95 ${milliseconds(row.p95Ms)}, measured`
  const settings = settingsText(result.settings)
  return `${[result.runtime, ...(settings === '' ? [] : [settings])].join(': ')}${measured}`
}

/** The result by its size; another finalist also by what it is, so that it can be told apart. */
const nameOf = (each: Finalist, { result }: Compression): string =>
  each.model === result?.model
    ? bytes(each.bytes)
    : `not chosen, ${bytes(each.bytes)} (${each.text})`

/** Said wherever losses of the search are shown. */
export const steeredNote =
  'Losses on the items of the search steered it: the best of many looks better there than it is. The claim rests on the hold-out alone.'

/** How the same bytes are made again. */
const replayCommand =
  'rightsize shrink INCUMBENT --task rightsize.yaml --replay compression.json --out FOLDER'

/** Digests, seeds, machine, energy and the command that makes the same bytes again. */
export function provenanceOf(found: Compression): readonly Fact[] {
  const { incumbent, result, processor } = found
  const features = processor.features.length === 0 ? 'not known' : processor.features.join(' ')
  return [
    ['outcome', `${found.outcome}${found.why === '' ? '' : `: ${found.why}`}`],
    ['incumbent', incumbent.identity],
    ['result', result === null ? 'none' : `${result.identity}; ${result.file}`],
    ...Object.entries(found.data).map(([part, digest]): Fact => [`${part} data`, digest]),
    ['margin, alpha, seed', `${found.margin}, ${found.risk.alpha}, ${found.seed}`],
    [
      'look',
      `${found.holdout.look} at these hold-out items, at ${levelText(1 - found.holdout.alpha)}; key ${found.holdout.key} in rightsize.lock`,
    ],
    ['trained and judged in', found.engine],
    ['costs measured in', found.costEngine],
    ['processor', `${processor.name ?? 'unnamed'}; instruction sets: ${features}`],
    ['the same bytes again', replayCommand],
  ]
}

/** What the search cost, on what it was spent, when it has earned itself back. */
export function searchFacts(found: Compression): readonly Fact[] {
  const { search, trials } = found
  const { how, source } = search.energy
  return [
    ['time', `${secondsText(search.wallS)}, ${grouped(search.cpuS, 1)} CPU-s, measured`],
    ['energy', `${energyText(search)}: ${how}; source: ${source}`],
    ['trials', `${grouped(trials.length)}: ${spentOn(trials)}`],
    ...taughtBy(found),
    ['pays back', payBackText(found)],
  ]
}

/** What the incumbent was asked about for the training of others; nothing where nothing was trained. */
function taughtBy({ training }: Compression): readonly Fact[] {
  const { rows, copies } = training
  if (rows === 0) return []
  const changed =
    copies === 0
      ? ''
      : ` and ${grouped(copies)} changed ${copies === 1 ? 'copy' : 'copies'} of each`
  return [
    ['taught by', `the incumbent's answers to ${counted(rows, 'row')} of the train part${changed}`],
  ]
}

/** CPU seconds by what came of the trials. */
function spentOn(trials: readonly Trial[]): string {
  const verdicts = ['kept', 'refused', 'probed', 'failed'] as const
  const parts = verdicts.flatMap((verdict) => {
    const own = trials.filter((trial) => trial.verdict === verdict)
    const cpuS = own.reduce((sum, trial) => sum + trial.cpuS, 0)
    return own.length === 0 ? [] : [`${grouped(own.length)} ${verdict} (${grouped(cpuS, 1)} CPU-s)`]
  })
  return parts.length === 0 ? 'none' : parts.join(', ')
}
