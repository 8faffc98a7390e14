/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compressionPage } from '../../src/core/report/shrink/page.ts'
import type { Compression } from '../../src/core/result/compression.ts'
import {
  certified,
  everyCompression,
  hostileCompression,
  slower,
  undecided,
} from './compressions.ts'
import { faintTexts } from './faint-texts.ts'
import {
  absent,
  type Browser,
  expectHarmless,
  expectReachable,
  launch,
  openPage,
} from './opened-page.ts'

let browser: Browser

const open = (found: Compression, width: number, colorScheme: 'light' | 'dark' = 'light') =>
  openPage(browser, compressionPage(found), { width, colorScheme })

/** Texts of charts that leave their picture, or lie over a text beside them. */
function crowdedTexts(): string[] {
  const crowded: string[] = []
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect()
    const boxes = [...svg.querySelectorAll('text')].map((text) => ({
      words: text.textContent ?? '',
      box: text.getBoundingClientRect(),
    }))
    for (const [i, { words, box }] of boxes.entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1)
        crowded.push(`outside: ${words}`)
      for (const other of boxes.slice(i + 1)) {
        const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left)
        const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top)
        if (wide > 1 && high > 4) crowded.push(`${words} / ${other.words}`)
      }
    }
  }
  return crowded
}

describe.skipIf(absent !== '')(`the report of a compression in Chromium${absent}`, () => {
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  test.each(Object.entries(everyCompression))(
    '%s: says nothing on the console, asks nothing of the network, is not wider than a phone or a screen',
    async (_, found) => {
      for (const width of [380, 1280]) {
        const { page, said, requests } = await open(found, width)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        expect(wide).toBeLessThanOrEqual(width)
        expect(said).toEqual([])
        expect(requests).toEqual([])
        await page.context().close()
      }
    },
  )

  test('at 1280 pixels no table and no chart has to be scrolled', async () => {
    for (const found of [certified, slower, undecided]) {
      const { page } = await open(found, 1280)
      const hidden = await page.evaluate(() =>
        [...document.querySelectorAll('.scroll')]
          .filter((each) => each.scrollWidth > each.clientWidth)
          .map((each) => each.getAttribute('aria-label')),
      )
      expect(hidden).toEqual([])
      await page.context().close()
    }
  })

  test.each(['light', 'dark'] as const)(
    '%s: every text has a contrast of at least 4.5',
    async (scheme) => {
      for (const found of [certified, slower, undecided]) {
        const { page } = await open(found, 1280, scheme)
        expect(await page.evaluate(faintTexts)).toEqual([])
        await page.context().close()
      }
    },
  )

  test('texts of the charts stay inside and apart, and the check sees one that does not', async () => {
    for (const found of [certified, slower, undecided]) {
      const { page } = await open(found, 1280)
      expect(await page.evaluate(crowdedTexts)).toEqual([])
      await page.addStyleTag({ content: 'svg text{font-size:26px!important}' })
      expect((await page.evaluate(crowdedTexts)).length).toBeGreaterThan(0)
      await page.context().close()
    }
  })

  test('nothing of a hostile payload runs, loads, or becomes an element', async () => {
    const opened = await open(hostileCompression(certified), 380)
    await expectHarmless(opened, 380)
    await opened.page.context().close()
  })

  test('the keyboard reaches the skip link first, then every region that scrolls', async () => {
    const opened = await open(certified, 380)
    await expectReachable(opened)
    await opened.page.context().close()
  })
})
