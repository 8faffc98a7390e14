import { expect, test } from 'vitest'
import {
  bare,
  certified,
  everyCompression,
  hostileCompression,
  none,
  slower,
  supported,
  undecided,
  unmeasured,
} from '../../../../test/report/compressions.ts'
import { tagsOf } from '../../../../test/report/hostile.ts'
import { compressionPage } from './page.ts'

/** What a reader sees: tags away, entities back, spaces one. */
const words = (html: string): string =>
  html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/[\s\u00a0]+/g, ' ')

const every = Object.entries(everyCompression)

test.each(every)('%s: complete, nothing undefined or not a number', (_, found) => {
  const html = compressionPage(found)
  expect(html).toMatch(/^<!doctype html>/)
  expect(words(html)).not.toMatch(/undefined|NaN|Infinity|null|\[object/)
  expect(html).not.toMatch(/="[^"]*(NaN|undefined)/)
})

test.each(every)('%s: tables have captions and heads, ids are there once and found', (_, found) => {
  const html = compressionPage(found)
  const count = (pattern: RegExp): number => [...html.matchAll(pattern)].length
  expect(count(/<caption><span>[^<]/g)).toBe(count(/<table>/g))
  expect(count(/<th(?![^>]*scope=)[\s>]/g)).toBe(0)
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const references = [...html.matchAll(/(?:aria-labelledby|href)="#?([^"]*)"/g)].map(([, id]) => id)
  expect(references.length).toBeGreaterThan(2)
  for (const id of references) expect(ids).toContain(id)
})

test('the page shows the waterfall, quality, what gave nothing, proof, runtime, slices, cost and origin', () => {
  const text = words(compressionPage(certified))
  for (const part of [
    'certified on the hold-out',
    'What each pass gave',
    '47.6 %, 2.1x less',
    '0.33 points (-0.28 to 1.01)',
    'What the hold-out says',
    'What was tried and is not in the result',
    '1.64x more (1.59x to 1.69x)',
    'at most 12.40 points, 150 items',
    'no convolutions',
    'texts of like length together',
    'near its limit',
    'LayerNormalization',
    'What the search cost',
    '1 failed (0.4 CPU-s)',
    "the incumbent's answers to 8,000 rows of the train part and 2 changed copies of each",
    'modeled',
    'energy 5.72x less at batch 1 (3.55x to 9.21x, 95 %): 25.6 mJ to 4.47 mJ an item, modeled',
    'after 59,500 calls (58,200 to 61,300',
    '--replay compression.json',
    'The claim rests on the hold-out alone.',
  ])
    expect(text).toContain(part)
})

test('what is left is drawn from 0 while it can be seen, as factors on a logarithmic scale below an eighth', () => {
  const half = certified.path.slice(0, 4)
  const shallow = compressionPage({ ...certified, path: half })
  expect(words(shallow)).toContain('What is left after each pass: solid what remains')
  expect(words(compressionPage(certified))).toContain('on a logarithmic scale, so that factors')
})

test('what is not there is left out, what was not measured is said', () => {
  expect(compressionPage(bare)).not.toMatch(/<(table|figure|svg)\b/)
  expect(compressionPage(none)).not.toContain('id="path"')
  expect(words(compressionPage(none))).toContain('no smaller model holds')
  expect(words(compressionPage(unmeasured))).toContain('CPU time not measured')
  expect(words(compressionPage(slower))).toContain('1.61x more')
})

test('only what is certified or supported is shown in the tone of a claim that passed', () => {
  for (const found of [certified, supported])
    expect(compressionPage(found)).toContain('class="claim yes"')
  for (const found of [undecided, unmeasured, none])
    expect(compressionPage(found)).not.toContain('class="claim yes"')
  expect(compressionPage(supported)).toContain('badge supported')
})

test('nothing that others wrote becomes an element or a handler', () => {
  for (const found of [certified, undecided, slower]) {
    const html = compressionPage(hostileCompression(found))
    expect(html).toContain("default-src 'none'")
    expect(html).not.toMatch(/<(script|img|iframe|link|object|embed|base|form)\b/i)
    const handlers = [...html.replace(/="[^"]*"/g, '=""').matchAll(/<[^>]*\s(on\w+|style)=/g)]
    expect(handlers).toEqual([])
    expect([...html.matchAll(/<style\b/g)]).toHaveLength(1)
  }
})

test.each(every)('%s: a payload in every text adds no tag and no attribute', (_, found) => {
  const harmless = tagsOf(compressionPage(hostileCompression(found, 'x')))
  expect(tagsOf(compressionPage(hostileCompression(found)))).toEqual(harmless)
})

test('a megabyte in every field makes a page that still opens', () => {
  const html = compressionPage(hostileCompression(certified, '<b>'.repeat(350_000)))
  expect(html.length).toBeLessThan(3_000_000)
})
