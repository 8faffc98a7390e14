import { RightsizeError } from '../../core/error/error.ts'
import { type Part, type Parts, partName, unknownPart } from '../../core/part/part.ts'
import type { Account } from '../../core/result/account.ts'
import type { RunResult } from '../../core/result/run-result.ts'

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

type Write = (account: Account, result: RunResult) => string | Promise<string>

/** One form in which an account can leave the house. */
interface ExportPart extends Part {
  load(): Promise<Write>
}

/** Every form, by name. */
export const exportForms = {
  markdown: {
    summary: 'the SCI report of the Consumer, as Markdown',
    example: 'rightsize sci --export markdown > sci.md',
    load: async () => (account) => markdownReport(account, 'consumer'),
  },
  'markdown-provider': {
    summary: 'the SCI report of the Provider, as Markdown',
    example: 'rightsize sci --export markdown-provider > sci-provider.md',
    load: async () => (account) => markdownReport(account, 'provider'),
  },
  json: {
    summary: 'the SCI report of the Consumer, as JSON',
    example: 'rightsize sci --export json > sci.json',
    load: async () => (account) => jsonReport(account, 'consumer'),
  },
  'json-provider': {
    summary: 'the SCI report of the Provider, as JSON',
    example: 'rightsize sci --export json-provider > sci-provider.json',
    load: async () => (account) => jsonReport(account, 'provider'),
  },
  'impact-framework': {
    summary: 'a manifest that the Impact Framework computes again',
    example: 'rightsize sci --export impact-framework > manifest.yml',
    load: async () => {
      const { ifManifest } = await import('../../core/export/if.ts')
      const { stringify } = await import('yaml')
      return (account) => stringify(ifManifest(account).manifest)
    },
  },
  csv: {
    summary: 'one row of figures per candidate',
    example: 'rightsize sci --export csv > sci.csv',
    load: async () => (await import('../../core/export/csv.ts')).accountCsv,
  },
  'model-card': {
    summary: 'the co2_eq_emissions block of a Hugging Face model card',
    example: 'rightsize sci --export model-card >> README.md',
    load: async () => (await import('../../core/export/card.ts')).modelCardBlock,
  },
  boamps: {
    summary: 'a BoAmps report of the energy of an AI task',
    example: 'rightsize sci --export boamps > boamps.json',
    load: async () => {
      const { boampsReport } = await import('../../core/export/boamps.ts')
      return (account, result) => json(boampsReport(account, result))
    },
  },
  cyclonedx: {
    summary: 'a CycloneDX bill of materials with the energy of the model',
    example: 'rightsize sci --export cyclonedx > bom.json',
    load: async () => {
      const { mlBom } = await import('../../core/export/cyclonedx.ts')
      return (account, result) => json(mlBom(account, result))
    },
  },
} as const satisfies Parts<ExportPart>

type Side = 'consumer' | 'provider'

async function report(account: Account, side: Side) {
  const { sciReport } = await import('../../core/export/sci-report.ts')
  return sciReport(account, side)
}

async function markdownReport(account: Account, side: Side): Promise<string> {
  const { reportMarkdown } = await import('../../core/export/markdown.ts')
  return reportMarkdown(await report(account, side))
}

const jsonReport = async (account: Account, side: Side): Promise<string> =>
  json(await report(account, side))

/** The account of a result in one of the forms. Throws SCI_EXPORT_UNKNOWN and SCI_NO_ACCOUNT. */
export async function exportAccount(result: RunResult, form: string): Promise<string> {
  const name = partName(exportForms, form)
  if (name === null)
    throw unknownPart(exportForms, form, { code: 'SCI_EXPORT_UNKNOWN', noun: 'export' }, '--export')
  const write = await exportForms[name].load()
  return write(accountOf(result), result)
}

/** The account of a result, or SCI_NO_ACCOUNT. */
export function accountOf(result: RunResult): Account {
  if (result.account !== null) return result.account
  throw new RightsizeError('SCI_NO_ACCOUNT', 'this run result has no account')
}
