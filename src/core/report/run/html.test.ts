import { expect, test } from 'vitest'
import { tagsOf } from '../../../../test/report/hostile.ts'
import {
  absolute,
  api,
  broken,
  every,
  hostile,
  none,
  supported,
  synthetic,
  twelve,
} from '../../../../test/report/results.ts'
import { renderHtml } from './html.ts'

/** What a reader sees: tags away, entities back, spaces one. */
const words = (html: string): string =>
  html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/[\s\u00a0]+/g, ' ')

test.each(Object.entries(every))('%s: complete, nothing undefined or not a number', (_, result) => {
  const html = renderHtml(result)
  expect(html).toMatch(/^<!doctype html>/)
  expect(words(html)).not.toMatch(/undefined|NaN|Infinity|\[object/)
  expect(html).not.toMatch(/="[^"]*NaN/)
})

test.each(Object.entries(every))(
  '%s: every table has a caption, every column a head',
  (_, result) => {
    const html = renderHtml(result)
    const count = (pattern: RegExp): number => [...html.matchAll(pattern)].length
    expect(count(/<table>/g)).toBeGreaterThan(0)
    expect(count(/<caption><span>[^<]/g)).toBe(count(/<table>/g))
    expect(count(/<th(?![^>]*scope=)[\s>]/g)).toBe(0)
    expect(count(/<main>/g)).toBe(1)
  },
)

test('every id of the page is there once, and what refers to one finds it', () => {
  const html = renderHtml(supported)
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const references = [...html.matchAll(/(?:aria-labelledby|href)="#?([^"]*)"/g)].map(([, id]) => id)
  expect(references.length).toBeGreaterThan(5)
  for (const id of references) expect(ids).toContain(id)
})

test('the account shows waterfall, intervals, both reports, pay-back, tornado, costs, load and boundary', () => {
  const text = words(renderHtml(supported))
  for (const part of [
    'From energy to SCI: small',
    'SCI of each candidate',
    'Two reports from one run, never added',
    'What would change this most',
    'Pay-back',
    'Costs',
    'Deployment',
    'Boundary: ',
    'Coefficients and their sources',
  ])
    expect(text).toContain(part)
  expect(renderHtml(supported)).toContain('class="curve"')
  expect(text).toContain('small against large : emits less')
})

test('without an account there is no account section', () => {
  expect(renderHtml(broken)).not.toContain('id="account"')
})

test('a broken candidate says why, and unknown figures are called unknown', () => {
  const text = words(renderHtml(broken))
  expect(text).toContain('its process ended by signal 9 twice')
  expect(text).toContain('4 answers failed and count as wrong')
  expect(text).toContain('unknown')
})

test('hosted candidates without energy have no score, and the page says why', () => {
  const text = words(renderHtml(api))
  expect(text).toContain('No score:')
  expect(text).toContain('no meter is bound to the endpoint')
})

test('constraints, training, failures, slices too small and label noise are shown', () => {
  const text = words(renderHtml(supported))
  expect(text).toContain('latency p95')
  expect(text).toContain('Temperature 1.3 from a calibration split.')
  expect(text).toContain('3 answers failed and count as wrong')
  expect(text).toContain('too small to judge')
  expect(text).toContain('is below this label noise')
})

test('the chance of losing more than the margin stands in the table', () => {
  const text = words(renderHtml(supported))
  expect(text).toContain('P(loss > 1)')
  expect(text).toContain('is more than 1 point')
})

test('"saves" says of what and against whom; without an incumbent nothing is said to be saved', () => {
  expect(words(renderHtml(supported))).toContain('how many times less energy than large')
  const text = words(renderHtml(absolute))
  expect(text).toContain('No incumbent is named, so no saving is stated.')
  expect(text).not.toContain('how many times less')
})

test('synthetic data are named in title and headline', () => {
  const html = renderHtml(synthetic)
  expect(html).toMatch(/<title>[^<]*synthetic data/)
  expect(html).toContain('<p class="headline">On synthetic data: Ship small')
  expect(renderHtml(supported).toLowerCase()).not.toContain('synthetic data</')
})

test('the claims do not say their name twice', () => {
  const text = words(renderHtml(none))
  expect(text).toContain('Matches: these items: no On these 1,000 items')
})

test('a policy forbids every script and every load, and no payload makes a tag of its own', () => {
  const html = renderHtml(hostile(supported))
  expect(html).toContain("default-src 'none'")
  expect(html).not.toMatch(/<(script|img|iframe|link|object|embed|base|form)\b/i)
  const handlers = [...html.replace(/="[^"]*"/g, '=""').matchAll(/<[^>]*\s(on\w+|style)=/g)]
  expect(handlers).toEqual([])
  expect([...html.matchAll(/<style\b/g)]).toHaveLength(1)
})

test.each(Object.entries(every))(
  '%s: a payload in every text adds no tag and no attribute',
  (_, result) => {
    const harmless = tagsOf(renderHtml(hostile(result, 'x')))
    expect(tagsOf(renderHtml(hostile(result)))).toEqual(harmless)
  },
)

test('a megabyte in every field makes a page that still opens', () => {
  const html = renderHtml(hostile(supported, '<b>'.repeat(350_000)))
  expect(html.length).toBeLessThan(3_000_000)
})

test('of twelve candidates the plot numbers those that do not matter most, and says which is which', () => {
  const text = words(renderHtml(twelve))
  expect(text).toContain('small (chosen)')
  expect(text).toContain('large (incumbent)')
  expect(text).toMatch(/1 small · 2 candidate-number-1@prompt-0 · 3 /)
})
