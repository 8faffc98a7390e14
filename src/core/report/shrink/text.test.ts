import { describe, expect, test } from 'vitest'
import {
  bare,
  everyCompression,
  goalMissed,
  hostileCompression,
  linear,
  nothing,
  proven,
  reopened,
  slower,
  undecided,
  unmeasured,
} from '../../../../test/report/compressions.ts'
import { payload } from '../../../../test/report/hostile.ts'
import { holdoutVerdict } from '../../compress/gate.ts'
import { fewestItems } from '../../proof/forecast.ts'
import type { Compression } from '../../result/compression.ts'
import { foundHeadline, itemsToProve, nextSteps, warnings } from './claim.ts'
import { compressionCard, compressionMarkdown, compressionSummary, onThePath } from './text.ts'

const headline = (found: Compression): string => foundHeadline(found).first
const oneLine = (text: string): string => text.replace(/\s+/g, ' ')
const every = Object.entries(everyCompression)

test.each(every)('%s: 80 columns hold the summary, and no figure is missing', (_, found) => {
  const text = compressionSummary(found)
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(text).not.toMatch(/undefined|NaN|Infinity|null|\[object/)
  expect(text.split('\n').length).toBeLessThan(48)
})

test('what is proven is said with its bound, level, items and margin, and with no more', () => {
  const text = oneLine(compressionSummary(proven))
  expect(text).toContain('14.7x smaller and 5.72x less CPU time per inference, proven within')
  expect(text).toContain('1-point margin: on future items like these it loses at most 0.73 points')
  expect(text).toContain('Level 96 %, on 2,000 items that the search never saw.')
  expect(text).toContain('1.29 kJ (581 J to 2.84 kJ, 90 %, modeled)')
  expect(text).toContain('after 59,500 calls (58,200 to 61,300, 95 %')
  expect(text).toContain('1 thread, no spinning, the quantised file, texts cut to 48 tokens')
  expect(text).toContain('p95 1.95 ms, measured')
  expect(text).toContain('1,466 of 1,500 other texts tokenised as before')
})

test.each([
  [0.0099, '0.99'],
  [0.009901, '1.00'],
  [0.00724, '0.73'],
  [0.0073, '0.73'],
])('a bound of %f is rounded up to %s points, never down', (upper, text) => {
  const [first] = proven.finalists
  const finalists = [{ ...first!, holdout: { ...first!.holdout!, upper } }]
  expect(headline({ ...proven, finalists })).toContain(`loses at most ${text} points`)
})

test('no headline says proven but that of a hold-out that was opened once and says so', () => {
  const saying = every.filter(([, found]) => /proven within/.test(headline(found)))
  expect(saying.map(([name]) => name)).toEqual(['proven', 'linear', 'goalMissed', 'slower'])
  expect(compressionSummary(reopened)).not.toMatch(/\bproven\b/i)
  expect(headline(reopened)).toContain('on a hold-out that was opened 3 times')
  expect(headline(unmeasured)).toContain('no verdict of the hold-out is recorded')
  expect(headline(nothing)).toMatch(/^Keep the original \(52\.4 MiB\)/)
  expect(headline(undecided)).toMatch(/^Not decided: 2 smaller models .* proves none of them/)
  expect(headline({ ...undecided, finalists: undecided.finalists.slice(0, 1) })).toMatch(
    /one smaller model holds .* proves it not/,
  )
})

test('a negative bound is a gain, and an n-gram model is called one', () => {
  expect(headline(linear)).toMatch(/^A linear n-gram model does the job: 250x smaller/)
  expect(headline(linear)).toContain('gains at least 0.04 points')
})

test('a search that ended early says so beside the claim', () => {
  const why = 'the hold-out proves it; the search ended early because the time is spent'
  expect(foundHeadline({ ...proven, why }).rest).toContain(
    'The search ended early because the time is spent.',
  )
})

test('CPU time is less only where the whole interval says so', () => {
  const [cost] = proven.cost
  const withCost = (low: number, times: number, high: number): string =>
    headline({ ...proven, cost: [{ ...cost!, low, times, high }] })
  expect(withCost(0.99, 1.2, 1.4)).toContain('about the same CPU time')
  expect(withCost(1.01, 1.2, 1.4)).toContain('1.2x less CPU time')
  expect(withCost(0.5, 0.8, 0.9)).toContain('1.25x more CPU time')
  expect(compressionSummary(slower)).toMatch(/1\.61x more at batch 1 \(1\.55x to 1\.68x/)
  expect(compressionSummary(slower)).toContain('0.96x to 1.06x, may be none')
})

describe('warnings', () => {
  const said = (found: Compression): string => warnings(found).join('\n')

  test('of repeated looks, of a goal that was missed, of few items, of a model that is not proven', () => {
    expect(said(reopened)).toMatch(/opened 3 times: the stated level holds only where.*Fresh items/)
    expect(said(goalMissed)).toContain('a p95 of at most 1.2 ms for one item: not reached')
    const fewest = fewestItems(0.01, 0.04, null)
    expect(said(goalMissed)).toContain(`little more than the fewest (${fewest})`)
    expect(said(undecided)).toContain('The model that was written is not proven')
    expect(said(slower)).toContain('1.61x more CPU time than the original')
  })

  test('not of looks, where this search took none', () => {
    expect(warnings({ ...nothing, holdoutLooks: 3 })).toEqual([])
  })

  test('of items too few for any proof', () => {
    const few = { ...proven.finalists[0]!.holdout!, items: 120, proven: false }
    const found = { ...undecided, finalists: [{ ...undecided.finalists[0]!, holdout: few }] }
    expect(said(found)).toMatch(/120 items: at this margin not even a model without a single/)
    expect(said(proven)).not.toMatch(/items: at this margin|little more/)
  })

  test('of slices near and over their floor, the worst first, not of those within', () => {
    expect(said(proven)).toBe(
      'Slice locale=de: loss 1.89 points on 212 items, near its floor of 2.00 points.',
    )
    const lines = warnings(slower).filter((line) => line.startsWith('Slice'))
    expect(lines[0]).toContain('line-12: loss 3.40 points on 41 items, over its floor')
    expect(lines.length).toBeLessThanOrEqual(5)
  })
})

describe('what to do next', () => {
  test('is nothing where all that was asked for is proven', () => {
    expect(nextSteps(proven)).toEqual([])
    expect(nextSteps(goalMissed).join()).toContain('--seconds')
  })

  test('is a fresh hold-out of stated size where more items can prove it, another margin where they cannot', () => {
    const [near, far, last] = nextSteps(undecided)
    expect(near).toMatch(/3\.56 MiB model lost 0\.65 points.*about [\d,]+ items.*80 %/)
    expect(far).toMatch(/12\.7 MiB model lost 1\.10 points, which is not below the margin/)
    expect(last).toContain('no search has seen')
  })

  test('names the nearest that was refused, where nothing held', () => {
    expect(nextSteps(nothing)[0]).toMatch(
      /^Nearest: keep 12\.5 % of the feed-forward.* lost 4\.30 points/,
    )
    expect(nextSteps(bare)).toHaveLength(1)
  })
})

test.each([
  [0.004, 0.03],
  [0, 0.01],
  [0.006, 0.05],
])(
  'with the stated number of items a loss of %f at a disagreement of %f is proven; with a quarter of them it is not',
  (loss, differing) => {
    const seen = holdoutOf(2000, loss, differing)
    const need = itemsToProve(seen, 0.01)!
    expect(holdoutOf(need, loss, differing).proven).toBe(true)
    expect(holdoutOf(Math.floor(need / 4), loss, differing).proven).toBe(false)
  },
)

test('no number of items is named for a loss that is not below the margin', () => {
  expect(itemsToProve(holdoutOf(2000, 0.01, 0.03), 0.01)).toBeNull()
})

/** The verdict on `items` of which the share `differing` differs, `loss` more of them to the worse. */
function holdoutOf(items: number, loss: number, differing: number) {
  const [worse, better] = [(differing + loss) / 2, (differing - loss) / 2].map((share) =>
    Math.round(share * items),
  ) as [number, number]
  const original = Uint8Array.from({ length: items }, (_, at) => (at < better ? 0 : 1))
  const candidate = Uint8Array.from({ length: items }, (_, at) =>
    at >= better && at < better + worse ? 0 : 1,
  )
  return holdoutVerdict(candidate, original, { margin: 0.01, alpha: 0.04, traffic: null })
}

describe('Markdown', () => {
  const written = every.flatMap(([name, found]) => [
    [`${name}, report`, compressionMarkdown(found)],
    [`${name}, card`, compressionCard(found, 'small')],
  ]) as [string, string][]

  test.each(written)('%s: every table is as wide as its head, no figure is missing', (_, text) => {
    const widths = text
      .split('\n\n')
      .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
      .filter((rows) => rows.length > 0)
      .map((rows) => new Set(rows.map((row) => row.split(/(?<!\\)\|/).length)).size)
    expect(new Set(widths)).toEqual(new Set(widths.length === 0 ? [] : [1]))
    expect(text).not.toMatch(/undefined|NaN|Infinity|null|\[object/)
    expect(text).not.toMatch(/\n{3}/)
  })

  const text = compressionMarkdown(proven)

  test('has every model on the way with size, CPU factor and loss, each with its interval', () => {
    for (const { pass } of proven.path.slice(1)) expect(text).toMatch(new RegExp(`\\d\\. ${pass}`))
    expect(text).toContain(
      '| 3. neurons (keep 25 % of the feed-forward neurons of 4 layers) | 12.7 MiB (4.13x smaller) | 2.1x less (2.02x to 2.18x) | 93.9 % | 0.33 points (-0.28 to 1.01) |',
    )
  })

  test('has what gave nothing with its measured factor, and no trial of the result among it', () => {
    const table = /## What was tried and is not in the result\n\n([\s\S]*?)\n\n/.exec(text)?.[1]
    expect(table).toMatch(/2\. half .*1\.64x more \(1\.59x to 1\.69x\).*probed, not taken/)
    expect(table).toMatch(/5\. student-static .*, 1800 training steps.*11\.80 points.*refused/)
    expect(table).toMatch(/9\. heads .*failed \(outputs changed/)
    expect(table?.split('\n')).toHaveLength(2 + proven.trials.length - onThePath(proven).length)
    expect(table).not.toContain('12. int8')
  })

  test('says that the search was steered by its items, how the energy was had, and how to replay', () => {
    expect(text).toContain('The claim rests on the hold-out alone.')
    expect(text).toContain('CPU seconds x 3.15 W per busy thread')
    expect(text).toContain('--replay compression.json')
    for (const digest of Object.values(proven.data)) expect(text).toContain(digest)
    expect(text).toContain('**static-qdq**'.replaceAll('*', ''))
    expect(text).toContain('no convolutions')
    expect(text).toContain('68.3 %')
  })

  test('a card says first that its model is not proven, where it is not', () => {
    expect(compressionCard(undecided, 'x').split('\n')[2]).toMatch(/^\*\*Not proven\.\*\*/)
    expect(compressionCard(proven, 'x')).not.toContain('Not proven')
    expect(compressionCard(proven, 'x')).toContain('3072 of 4096 neurons left out')
  })

  test.each([
    ['report', compressionMarkdown],
    ['card', (found: Compression) => compressionCard(found, payload)],
  ])('%s: what others wrote stays text', (_, write) => {
    const text = write(hostileCompression(proven))
    expect(text.split('\n').filter((line) => /^\s*#/.test(line)).length).toBe(
      write(proven)
        .split('\n')
        .filter((line) => /^\s*#/.test(line)).length,
    )
    expect(text).not.toMatch(/(?<!\\)<\/?\w/)
    expect(text).not.toMatch(/(?<!\\)\[/)
    expect(text).not.toMatch(/@\w/)
    expect(text).not.toMatch(/https?:\/\//)
    expect(text.replaceAll('`rightsize shrink`', '')).not.toMatch(/(?<!\\)`/)
  })
})

const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

test('no control character of what others wrote reaches the terminal, and no line is too long', () => {
  for (const text of [payload, 'x'.repeat(500), 'y z '.repeat(5000)]) {
    const summary = compressionSummary(hostileCompression(goalMissed, text))
    expect(summary).not.toMatch(unsafe)
    expect(summary.split('\n').filter((line) => line.length > 80)).toEqual([])
  }
})

test('the way from the original to the result is found, and a circle in a damaged file ends', () => {
  expect(onThePath(proven).map(({ step }) => step.pass)).toEqual(
    proven.path.slice(1).map(({ pass }) => pass),
  )
  const [first] = onThePath(proven)
  const circle = { ...first!, parent: proven.result!.model, model: proven.result!.model }
  expect(onThePath({ ...proven, trials: [circle] })).toEqual([circle])
})

test('made up data are named before anything is said of them', () => {
  const found = { ...proven, synthetic: true }
  expect(compressionSummary(found)).toMatch(/^[^:]+: On synthetic data: /)
  expect(compressionSummary(proven)).not.toContain('synthetic')
})
