/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderHtml } from '../../src/core/report/run/html.ts'
import type { RunResult } from '../../src/core/result/run-result.ts'
import { faintTexts } from './faint-texts.ts'
import {
  absent,
  type Browser,
  expectHarmless,
  expectReachable,
  launch,
  openPage,
} from './opened-page.ts'
import { api, every, hostile, supported, twelve } from './results.ts'

let browser: Browser

const open = (result: RunResult, width: number, colorScheme: 'light' | 'dark' = 'light') =>
  openPage(browser, renderHtml(result), { width, colorScheme })

describe.skipIf(absent !== '')(`the report in Chromium${absent}`, () => {
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  test.each(Object.entries(every))(
    '%s: says nothing on the console, asks nothing of the network, is not wider than a phone',
    async (_, result) => {
      const { page, said, requests } = await open(result, 360)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        360,
      )
      expect(said).toEqual([])
      expect(requests).toEqual([])
      await page.context().close()
    },
  )

  test.each([768, 1280])('at %i pixels the page does not scroll sideways', async (width) => {
    for (const result of [supported, twelve]) {
      const { page } = await open(result, width)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(wide).toBeLessThanOrEqual(width)
      await page.context().close()
    }
  })

  test('at 1280 pixels every column of the candidates is seen without scrolling', async () => {
    for (const result of [supported, twelve, api]) {
      const { page } = await open(result, 1280)
      const hidden = await page.evaluate(() => {
        const region = document.querySelector('#candidates ~ .scroll')
        return region ? region.scrollWidth - region.clientWidth : -1
      })
      expect(hidden).toBe(0)
      await page.context().close()
    }
  })

  test.each(['light', 'dark'] as const)(
    '%s: every text has a contrast of at least 4.5',
    async (scheme) => {
      for (const result of [supported, twelve]) {
        const { page } = await open(result, 1280, scheme)
        expect(await page.evaluate(faintTexts)).toEqual([])
        await page.context().close()
      }
    },
  )

  test('the contrast check sees a text that is too faint', async () => {
    const { page } = await open(supported, 1280)
    await page.addStyleTag({ content: 'figcaption{color:#999!important}' })
    const faint = await page.evaluate(faintTexts)
    expect(faint.length).toBeGreaterThan(0)
    await page.context().close()
  })

  test('nothing of a hostile payload runs, loads, or becomes an element', async () => {
    const opened = await open(hostile(supported), 360)
    await expectHarmless(opened, 360)
    await opened.page.context().close()
  })

  test('the policy stops a script even where one would get in', async () => {
    const { page } = await open(supported, 360)
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'document.documentElement.dataset.ran = "yes"'
      document.body.append(script)
      return document.documentElement.dataset.ran ?? 'no'
    })
    expect(ran).toBe('no')
    await page.context().close()
  })

  test('the keyboard reaches the skip link first, then every region that scrolls', async () => {
    const opened = await open(supported, 360)
    await expectReachable(opened)
    await opened.page.context().close()
  })

  test('on paper everything is open and light', async () => {
    const { page } = await open(supported, 1280, 'dark')
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const found = await page.evaluate(() => {
      for (const each of document.querySelectorAll('details')) each.open = false
      const inside = document.querySelector('details table')
      return {
        paper: getComputedStyle(document.documentElement).backgroundColor,
        seen: (inside?.getBoundingClientRect().height ?? 0) > 0,
      }
    })
    expect(found).toEqual({ paper: 'rgb(255, 255, 255)', seen: true })
    await page.context().close()
  })
})
