/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderHtml } from '../../src/core/report/html.ts'
import type { RunResult } from '../../src/core/spec/run-result.ts'
import { faintTexts } from './faint-texts.ts'
import { api, every, hostile, supported, twelve } from './results.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const absent = existsSync(executablePath) ? '' : ` (skipped: no Chromium at ${executablePath})`

interface Opened {
  readonly page: Page
  readonly said: string[]
  readonly requests: string[]
}

let browser: Browser

/** The page in a context of its own, with what it said on the console and what it asked the network for. */
async function open(result: RunResult, width: number, colorScheme: 'light' | 'dark' = 'light') {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
  const page = await context.newPage()
  const opened: Opened = { page, said: [], requests: [] }
  page.on('console', (message) => opened.said.push(message.text()))
  page.on('pageerror', (error) => opened.said.push(error.message))
  page.on('dialog', (dialog) => opened.said.push(dialog.message()))
  page.on('request', (request) => opened.requests.push(request.url()))
  await page.setContent(renderHtml(result), { waitUntil: 'load' })
  await page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true
  })
  return opened
}

describe.skipIf(absent !== '')(`the report in Chromium${absent}`, () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
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
    const { page, said, requests } = await open(hostile(supported), 360)
    const found = await page.evaluate(() => ({
      title: document.title.includes('rightsize'),
      foreign: document.querySelectorAll('script,img,iframe,link,object,embed,base,form').length,
      handlers: [...document.querySelectorAll('*')].flatMap((each) =>
        [...each.attributes].filter(({ name }) => name.startsWith('on') || name === 'style'),
      ).length,
      wide: document.documentElement.scrollWidth,
    }))
    expect(found).toEqual({ title: true, foreign: 0, handlers: 0, wide: 360 })
    expect(said).toEqual([])
    expect(requests).toEqual([])
    await page.context().close()
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
    const { page } = await open(supported, 360)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip')
    const regions = await page.evaluate(() =>
      [...document.querySelectorAll('.scroll')].map(
        (each) => `${each.getAttribute('tabindex')} ${each.getAttribute('aria-label') !== null}`,
      ),
    )
    expect(new Set(regions)).toEqual(new Set(['0 true']))
    await page.context().close()
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
