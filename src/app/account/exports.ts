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
import type { CandidateResult } from '../../core/result/candidate.ts'
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
  csv: (account) => accountCsv(account),
  'model-card': (account, result) => modelCardBlock(account, cardContext(result)),
  boamps: (account, result) => json(boampsReport(account, boampsContext(account, result))),
  cyclonedx: (account, result) => json(mlBom(account, bomContext(account, result))),
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

function subject(result: RunResult): CandidateResult {
  const id = result.decision.chosen ?? result.incumbent
  const found = result.candidates.find((one) => one.id === id) ?? result.candidates[0]
  if (!found) throw new RightsizeError('SCI_NO_ACCOUNT', 'this run result has no candidates')
  return found
}

function cardContext(result: RunResult) {
  const hardware = `${result.environment.cpu}, ${result.environment.cores} processors`
  const trained = subject(result).trained !== null
  return { hardware, ...(trained ? { trainingType: 'fine-tuning' as const } : {}) }
}

function boampsContext(account: Account, result: RunResult) {
  return {
    candidate: subject(result),
    environment: result.environment,
    taskFamily: result.task.metric === 'accuracy' ? 'classification' : 'other',
    dataType: 'text',
    infraType: 'other',
    at: account.at.slice(0, 19).replace('T', ' '),
  } as const
}

function bomContext(account: Account, result: RunResult) {
  return {
    candidates: [subject(result)],
    toolVersion: result.provenance.generator.split('@').at(-1) ?? '0',
    timestamp: account.at,
  }
}
