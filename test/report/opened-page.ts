/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import { benchPackage } from '../bench-package.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const playwright = benchPackage('playwright-core')
/** Why tests in Chromium are skipped; empty where it is there. */
export const absent = existsSync(executablePath)
  ? playwright.absent
  : ` (skipped: no Chromium at ${executablePath})`

/** The part of playwright-core that these tests use: the package and its types are in bench/. */
export interface Page {
  on(
    event: 'console' | 'dialog',
    hear: (message: { text(): string; message(): string }) => void,
  ): void
  on(event: 'pageerror', hear: (error: Error) => void): void
  on(event: 'request', hear: (request: { url(): string }) => void): void
  setContent(html: string, options: { readonly waitUntil: 'load' }): Promise<void>
  /** Runs in the page: `work` sees nothing outside itself. */
  evaluate<T>(work: () => T): Promise<T>
  addStyleTag(style: { readonly content: string }): Promise<unknown>
  emulateMedia(media: {
    readonly media: 'print'
    readonly colorScheme: 'light' | 'dark'
  }): Promise<void>
  readonly keyboard: { press(key: string): Promise<void> }
  context(): { close(): Promise<void> }
}

export interface Browser {
  newContext(options: object): Promise<{ newPage(): Promise<Page> }>
  close(): Promise<void>
}

export function launch(): Promise<Browser> {
  const { chromium } = playwright.load('playwright-core') as {
    chromium: { launch(options: object): Promise<Browser> }
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

export interface Opened {
  readonly page: Page
  readonly said: string[]
  readonly requests: string[]
}

export interface Window {
  readonly width: number
  readonly colorScheme: 'light' | 'dark'
}

/** A page in a context of its own, everything unfolded, with what it said and what it asked the network for. */
export async function openPage(
  browser: Browser,
  html: string,
  { width, colorScheme }: Window,
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
  const page = await context.newPage()
  const opened: Opened = { page, said: [], requests: [] }
  page.on('console', (message) => opened.said.push(message.text()))
  page.on('pageerror', (error) => opened.said.push(error.message))
  page.on('dialog', (dialog) => opened.said.push(dialog.message()))
  page.on('request', (request) => opened.requests.push(request.url()))
  await page.setContent(html, { waitUntil: 'load' })
  await page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true
  })
  return opened
}

/** Nothing that others wrote runs, loads, or becomes an element. */
export async function expectHarmless(
  { page, said, requests }: Opened,
  width: number,
): Promise<void> {
  const found = await page.evaluate(() => ({
    title: document.title.includes('rightsize'),
    foreign: document.querySelectorAll('script,img,iframe,link,object,embed,base,form').length,
    handlers: [...document.querySelectorAll('*')].flatMap((each) =>
      [...each.attributes].filter(({ name }) => name.startsWith('on') || name === 'style'),
    ).length,
    wide: document.documentElement.scrollWidth,
  }))
  expect(found).toEqual({ title: true, foreign: 0, handlers: 0, wide: width })
  expect(said).toEqual([])
  expect(requests).toEqual([])
}

/** The keyboard reaches the skip link first; every region that scrolls can be reached and has a name. */
export async function expectReachable({ page }: Opened): Promise<void> {
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip')
  const regions = await page.evaluate(() =>
    [...document.querySelectorAll('.scroll')].map(
      (each) => `${each.getAttribute('tabindex')} ${each.getAttribute('aria-label') !== null}`,
    ),
  )
  expect(new Set(regions)).toEqual(new Set(['0 true']))
}
