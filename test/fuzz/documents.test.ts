import { expect, test } from 'vitest'
import { rightsizeImporter } from '../../src/adapters/importer/rightsize.ts'
import { explainRun } from '../../src/app/account/explain.ts'
import { exportAccount, exportForms } from '../../src/app/account/exports.ts'
import { RightsizeError } from '../../src/core/error/error.ts'
import { checkLock } from '../../src/core/keep/check.ts'
import { spendLook } from '../../src/core/proof/spend-look.ts'
import { renderHtml } from '../../src/core/report/run/html.ts'
import { renderMarkdown } from '../../src/core/report/run/markdown.ts'
import { renderTerminal } from '../../src/core/report/run/terminal.ts'
import { compressionPage } from '../../src/core/report/shrink/page.ts'
import {
  compressionCard,
  compressionMarkdown,
  compressionSummary,
} from '../../src/core/report/shrink/text.ts'
import { readDocument } from '../../src/core/result/document.ts'
import { lockText, readLock } from '../../src/core/result/lock-text.ts'
import { bar, decision, lockOf, look } from '../locks.ts'
import { certified } from '../report/compressions.ts'
import { supported } from '../report/results.ts'
import { mutants } from './mutations.ts'

/** Mutants of each document; RIGHTSIZE_FUZZ sets another number. */
const count = Number(process.env['RIGHTSIZE_FUZZ'] ?? 2000)

/** Reads every mutant: a RightsizeError, or a document that `show` must show without any other error. */
async function fuzz<T>(
  document: unknown,
  read: (text: string) => Promise<T>,
  show: (document: T) => unknown,
): Promise<{ readonly accepted: number; readonly refused: number }> {
  const tally = { accepted: 0, refused: 0 }
  let mutant = 0
  for (const text of mutants(document, count, 20_260_801)) {
    mutant++
    const found = await read(text).catch((error: unknown) => {
      if (error instanceof RightsizeError) return null
      throw new Error(`mutant ${mutant} is read with ${error}`, { cause: error })
    })
    if (found === null) tally.refused++
    else {
      tally.accepted++
      try {
        await show(found)
      } catch (error) {
        throw new Error(`mutant ${mutant} is shown with ${error}`, { cause: error })
      }
    }
  }
  return tally
}

/** What may refuse a document that it cannot use, but not break. */
async function mayRefuse(act: () => unknown): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof RightsizeError)) throw error
  }
}

const enough = {
  accepted: expect.toSatisfy((n) => n > count / 20),
  refused: expect.toSatisfy((n) => n > count / 5),
}

test('mutants of a run result are refused by name, or shown', async () => {
  const tally = await fuzz(
    { ...supported, account: null, outcomes: { items: ['1', '2'], scores: { small: [1, null] } } },
    (text) => readDocument(text, 'run-result', 'result.json'),
    async (result) => {
      renderTerminal(result, { columns: 80, color: true })
      renderMarkdown(result)
      expect(renderHtml(result)).toContain('</html>')
      await mayRefuse(() =>
        rightsizeImporter.read({ text: JSON.stringify(result), file: 'r', name: 'n' }),
      )
    },
  )
  expect(tally).toEqual(enough)
})

test('mutants of an account are refused by name, or shown and exported', async () => {
  let shown = 0
  const tally = await fuzz(
    supported.account,
    (text) => readDocument(text, 'account', 'account.json'),
    async (account) => {
      const result = { ...supported, account }
      renderTerminal(result, { columns: 60, color: false })
      renderMarkdown(result)
      expect(renderHtml(result)).toContain('</html>')
      for (const form of Object.keys(exportForms))
        await mayRefuse(() => exportAccount(result, form))
      // Simulates, which takes as long as a hundred pages.
      if (shown++ % 100 === 0) await mayRefuse(() => explainRun(result, []))
    },
  )
  expect(tally).toEqual(enough)
})

test('mutants of a compression are refused by name, or shown', async () => {
  const tally = await fuzz(
    certified,
    (text) => readDocument(text, 'compression', 'compression.json'),
    (found) => {
      compressionSummary(found)
      compressionMarkdown(found)
      compressionCard(found, 'name')
      expect(compressionPage(found)).toContain('</html>')
    },
  )
  expect(tally).toEqual(enough)
})

test('mutants of a lock are refused by name, or checked, spent on and written', async () => {
  const whole = lockOf([look('a'), look('bb', { set: null })], [decision('tickets', '2026-01-01')])
  const nothing = new Map<string, null>([['linear', null]])
  const facts = {
    ...{ task: 'tickets', now: '2026-02-01', specDigest: 's', timeOf: () => 0 },
    spec: {
      bar,
      incumbent: null,
      candidates: [],
      scorers: [],
      validDays: 1,
      risk: {},
      dataset: {},
    } as never,
    ...{ data: nothing, revisions: nothing, scorers: nothing, evidence: null },
  }
  const asked = { by: 'run', task: 't', asked: 'q', key: 'k', alpha: 0.05, bar, incumbent: null }
  const tally = await fuzz(
    JSON.parse(lockText(whole)),
    (text) => readLock(text, 'rightsize.lock'),
    async (lock) => {
      checkLock(lock, facts)
      const items = ['0123456789abcdef']
      spendLook(lock, { ...asked, items, test: 'part', at: 'now', candidates: [] })
      expect(await readLock(lockText(lock), 'again')).toBeDefined()
    },
  )
  expect(tally).toEqual(enough)
})
