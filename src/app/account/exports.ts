import { stringify } from 'yaml'
import { RightsizeError } from '../../core/error/error.ts'
import { boampsReport } from '../../core/export/boamps.ts'
import { modelCardBlock } from '../../core/export/card.ts'
import { accountCsv } from '../../core/export/csv.ts'
import { mlBom } from '../../core/export/cyclonedx.ts'
import { ifManifest } from '../../core/export/if.ts'
import { reportMarkdown } from '../../core/export/markdown.ts'
import { sciReport } from '../../core/export/sci-report.ts'
import type { Account } from '../../core/result/account.ts'
import type { RunResult } from '../../core/result/run-result.ts'

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

type Write = (account: Account, result: RunResult) => string

/** Every form in which an account can leave the house, by name. */
export const accountExports = {
  markdown: (account) => reportMarkdown(sciReport(account, 'consumer')),
  'markdown-provider': (account) => reportMarkdown(sciReport(account, 'provider')),
  json: (account) => json(sciReport(account, 'consumer')),
  'json-provider': (account) => json(sciReport(account, 'provider')),
  'impact-framework': (account) => stringify(ifManifest(account).manifest),
  csv: accountCsv,
  'model-card': modelCardBlock,
  boamps: (account, result) => json(boampsReport(account, result)),
  cyclonedx: (account, result) => json(mlBom(account, result)),
} as const satisfies Readonly<Record<string, Write>>

/** The account of a result in one of the forms. Throws SCI_EXPORT_UNKNOWN and SCI_NO_ACCOUNT. */
export function exportAccount(result: RunResult, form: string): string {
  if (!Object.hasOwn(accountExports, form)) {
    throw new RightsizeError('SCI_EXPORT_UNKNOWN', `there is no export "${form}"`, {
      next: `Use one of: ${Object.keys(accountExports).join(', ')}.`,
    })
  }
  return accountExports[form as keyof typeof accountExports](accountOf(result), result)
}

/** The account of a result, or SCI_NO_ACCOUNT. */
export function accountOf(result: RunResult): Account {
  if (result.account !== null) return result.account
  throw new RightsizeError('SCI_NO_ACCOUNT', 'this run result has no account')
}
