import { describe, expect, test } from 'vitest'
import {
  bare,
  certified,
  everyCompression,
  goalMissed,
  hostileCompression,
  linear,
  none,
  slower,
  supported,
  undecided,
  unmeasured,
} from '../../../../test/report/compressions.ts'
import { payload } from '../../../../test/report/hostile.ts'
import type { ConstraintResult } from '../../result/candidate.ts'
import type { Compression } from '../../result/compression.ts'
import { foundHeadline, nextSteps, warnings } from './claim.ts'
import { compressionPage } from './page.ts'
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

test('a certified result is named with its bound, level, items and margin, and with no more', () => {
  const text = oneLine(compressionSummary(certified))
  expect(text).toContain('14.7x smaller and 5.72x less CPU time per inference, certified within')
  expect(text).toContain('1-point margin. On future items like these it loses at most 0.73 points')
  expect(text).toContain('Level 95.5 %, on 2,000 items that the search never saw.')
  expect(text).toContain('Chance that the loss exceeds the margin: < 1 %.')
  expect(text).toContain('1.29 kJ (581 J to 2.84 kJ, 90 %, modeled)')
  expect(text).toContain('after 59,500 calls (58,200 to 61,300, 95 %')
  expect(text).toContain('1 thread, no spinning, the quantized file, texts cut to 48 tokens')
  expect(text).toContain('p95 1.95 ms, measured')
  expect(text).toContain('1,466 of 1,500 other texts tokenized as before')
})

test.each([
  [0.0099, '0.99'],
  [0.009901, '1.00'],
  [0.00724, '0.73'],
  [0.0073, '0.73'],
])('a bound of %f is rounded up to %s points, never down', (upper, text) => {
  const [first] = certified.finalists
  const finalists = [{ ...first!, claim: { ...first!.claim!, upper } }]
  expect(headline({ ...certified, finalists })).toContain(`loses at most ${text} points`)
})

test('every headline states its claim word, the level where it is a later look, and no more', () => {
  const named = every.filter(([, found]) => /, certified within/.test(headline(found)))
  expect(named.map(([name]) => name)).toEqual(['certified', 'linear', 'goalMissed', 'slower'])
  expect(headline(supported)).toContain('supported, not certified within the 1-point margin')
  expect(oneLine(compressionSummary(supported))).toContain('Level look 3, at 99.9 %, on')
  expect(headline(unmeasured)).toMatch(/^Undecided/)
  expect(headline(none)).toMatch(/^Keep the incumbent \(52\.4 MiB\)/)
  expect(headline(undecided)).toMatch(
    /^Undecided: the hold-out supports none of the 2 smaller models/,
  )
  expect(foundHeadline(undecided).rest).toContain('loses at most 1.33 points (look 2, at 99.5 %)')
  expect(headline({ ...undecided, finalists: undecided.finalists.slice(0, 1) })).toMatch(
    /does not support the only smaller model/,
  )
})

test('a negative bound is a gain, and an n-gram model is called one', () => {
  expect(headline(linear)).toMatch(/^A linear n-gram model does the job: 250x smaller/)
  expect(headline(linear)).toContain('gains at least 0.04 points')
})

test('a search that ended early says so beside the claim', () => {
  const why = 'the hold-out certifies it; the search ended early because the time is spent'
  expect(foundHeadline({ ...certified, why }).rest).toContain(
    'The search ended early because the time is spent.',
  )
})

test('CPU time is less only where the whole interval says so', () => {
  const [cost] = certified.cost
  const withCost = (low: number, times: number, high: number): string =>
    headline({ ...certified, cost: [{ ...cost!, low, times, high }] })
  expect(withCost(0.99, 1.2, 1.4)).toContain('about the same CPU time')
  expect(withCost(1.01, 1.2, 1.4)).toContain('1.2x less CPU time')
  expect(withCost(0.5, 0.8, 0.9)).toContain('1.25x more CPU time')
  expect(compressionSummary(slower)).toMatch(/1\.61x more at batch 1 \(1\.55x to 1\.68x/)
  expect(compressionSummary(slower)).toContain('0.96x to 1.06x, may be none')
})

describe('warnings', () => {
  const said = (found: Compression): string => warnings(found).join('\n')

  test('rows that were left out are counted with the reason, in every form', () => {
    const row = { what: 'row', code: 'no-label', why: 'no label', partial: false }
    const leftOut = [{ ...row, count: 7, of: null, examples: ['line 3'] }]
    const found = { ...certified, leftOut }
    for (const text of [
      compressionSummary(found),
      compressionMarkdown(found),
      compressionPage(found),
    ])
      expect(text).toContain('7 rows were left out: no label (line 3')
  })

  test('of later looks, of a goal that was missed, of few items, of a model that is undecided', () => {
    expect(said(supported)).toMatch(/look 3 at this question.*at 99\.9 %\./)
    expect(said(goalMissed)).toContain('a p95 of at most 1.2 ms for one item: not reached')
    expect(said(goalMissed)).toContain('little more than the minimum (420)')
    expect(said(undecided)).toContain('is undecided: do not use it as a certified one')
    expect(said(slower)).toContain('1.61x more CPU time than the incumbent')
  })

  test('not of looks, where this search took none', () => {
    expect(warnings({ ...none, holdout: { ...none.holdout, look: 3 } })).toEqual([])
  })

  test('of items too few for any certificate', () => {
    const few = { ...undecided, holdout: { ...undecided.holdout, items: 120 } }
    expect(said(few)).toMatch(/120 items: at this margin and level even a model without a single/)
    expect(said(certified)).not.toMatch(/items: at this margin|little more/)
  })

  test('of slices of the spec that the hold-out does not show to hold', () => {
    const [first] = certified.finalists
    const constraint: ConstraintResult = {
      ...{ name: 'slice locale=de', limit: 0.01, unit: 'share', verdict: 'inconclusive' },
      value: { kind: 'unknown', why: 'few items' },
      why: 'undecided: loss 1 point',
    }
    const found = { ...certified, finalists: [{ ...first!, constraints: [constraint] }] }
    expect(said(found)).toContain('slice locale=de on the hold-out: undecided: loss 1 point.')
  })

  test('of slices near and over their limit, the worst first, not of those within', () => {
    expect(said(certified)).toBe(
      'Slice locale=de: loss 1.89 points on 212 items of the search, near its limit of 2.00 points.',
    )
    const lines = warnings(slower).filter((line) => line.startsWith('Slice'))
    expect(lines[0]).toContain(
      'line-12: loss 3.40 points on 41 items of the search, over its limit',
    )
    expect(lines.length).toBeLessThanOrEqual(5)
  })
})

describe('what to do next', () => {
  test('is nothing where all that was requested is certified', () => {
    expect(nextSteps(certified)).toEqual([])
    expect(nextSteps(goalMissed).join()).toContain('--seconds')
  })

  test('is what would settle the model, and items that no search has seen', () => {
    const [labels, last] = nextSteps(undecided)
    expect(labels).toMatch(/about 5,200 more items: settles it with 80 % chance/)
    expect(last).toContain('no search has seen')
  })

  test('names the nearest that was refused, where nothing held', () => {
    expect(nextSteps(none)[0]).toMatch(
      /^Nearest: keep 12\.5 % of the feed-forward.* lost 4\.30 points/,
    )
    expect(nextSteps(bare)).toHaveLength(1)
  })
})

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

  const text = compressionMarkdown(certified)

  test('has every model on the way with size, CPU factor and loss, each with its interval', () => {
    for (const { pass } of certified.path.slice(1))
      expect(text).toMatch(new RegExp(`\\d\\. ${pass}`))
    expect(text).toContain(
      '| 3. neurons (keep 25 % of the feed-forward neurons of 4 layers) | 12.7 MiB (4.13x smaller) | 2.1x less (2.02x to 2.18x) | 93.9 % | 0.33 points (-0.28 to 1.01) |',
    )
  })

  test('has what gave nothing with its measured factor, and no trial of the result among it', () => {
    const table = /## What was tried and is not in the result\n\n([\s\S]*?)\n\n/.exec(text)?.[1]
    expect(table).toMatch(/2\. half .*1\.64x more \(1\.59x to 1\.69x\).*probed, not taken/)
    expect(table).toMatch(/5\. student-static .*, 1800 training steps.*11\.80 points.*refused/)
    expect(table).toMatch(/9\. heads .*failed \(outputs changed/)
    expect(table?.split('\n')).toHaveLength(
      2 + certified.trials.length - onThePath(certified).length,
    )
    expect(table).not.toContain('12. int8')
  })

  test('says that the search was steered by its items, how the energy was had, and how to replay', () => {
    expect(text).toContain('The claim rests on the hold-out alone.')
    expect(text).toContain('CPU seconds x 3.15 W per busy thread')
    expect(text).toContain('--replay compression.json')
    for (const digest of Object.values(certified.data)) expect(text).toContain(digest)
    expect(text).toContain('**static-qdq**'.replaceAll('*', ''))
    expect(text).toContain('no convolutions')
    expect(text).toContain('68.3 %')
  })

  test('a card says first that its model is not certified, where it is not', () => {
    expect(compressionCard(undecided, 'x').split('\n')[2]).toMatch(/^\*\*Undecided\.\*\*/)
    expect(compressionCard(certified, 'x')).not.toContain('Undecided')
    expect(compressionCard(certified, 'x')).toContain('3072 of 4096 neurons left out')
  })

  test.each([
    ['report', compressionMarkdown],
    ['card', (found: Compression) => compressionCard(found, payload)],
  ])('%s: what others wrote stays text', (_, write) => {
    const text = write(hostileCompression(certified))
    expect(text.split('\n').filter((line) => /^\s*#/.test(line)).length).toBe(
      write(certified)
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

test('the way from the incumbent to the result is found, and a circle in a damaged file ends', () => {
  expect(onThePath(certified).map(({ step }) => step.pass)).toEqual(
    certified.path.slice(1).map(({ pass }) => pass),
  )
  const [first] = onThePath(certified)
  const circle = { ...first!, parent: certified.result!.model, model: certified.result!.model }
  expect(onThePath({ ...certified, trials: [circle] })).toEqual([circle])
})

test('made up data are named before anything is said of them', () => {
  const found = { ...certified, synthetic: true }
  expect(compressionSummary(found)).toMatch(/^[^:]+: On synthetic data: /)
  expect(compressionSummary(certified)).not.toContain('synthetic')
})
