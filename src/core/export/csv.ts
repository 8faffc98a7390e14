import type { Account } from '../result/account.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'

const columns = [
  'candidate',
  'verdict',
  'rank',
  'meter',
  'grid_zone',
  'grid_period',
  'grid_kind',
  'grid_g_per_kwh',
  'pue',
  'energy_j_per_inference',
  'operational_g_per_inference',
  'embodied_g_per_inference',
  'accept_rate',
  'sci_g_per_inference',
  'sci_g_per_accepted_answer',
  'sci_g_per_resolved_task',
] as const

/**
 * One line per candidate; every estimate has three columns (value, low, high). Unknown is an empty cell, infinite
 * is the word. Decimal points, commas between cells, RFC 4180 quoting.
 */
export function accountCsv(account: Account): string {
  const estimates = new Set(columns.filter((c) => /_(g|j)_per_(inf|acc|res)|accept_rate/.test(c)))
  const head = columns.flatMap((c) => (estimates.has(c) ? [c, `${c}_low`, `${c}_high`] : [c]))
  return `${[head, ...account.consumer.rows.map((row) => cells(account, row))].map((r) => r.map(cell).join(',')).join('\r\n')}\r\n`
}

function cells(account: Account, row: Account['consumer']['rows'][number]): readonly string[] {
  const usage = account.usages.find(({ candidate }) => candidate === row.id)
  const grid = usage?.grid ?? account.grid
  return [
    row.id,
    row.verdict,
    row.rank === null ? '' : String(row.rank),
    usage?.meter ?? '',
    grid.zone,
    grid.period,
    grid.kind,
    String(grid.intensity.value),
    String(usage?.pue.value ?? ''),
    ...three(usage?.energy),
    ...three(row.sci.operational),
    ...three(row.sci.embodied),
    ...three(usage?.acceptRate),
    ...three(row.sci.perInference),
    ...three(row.sci.perAccepted),
    ...three(row.sci.perResolved),
  ]
}

function three(estimate: Estimate<Unit> | undefined): readonly string[] {
  if (estimate === undefined || estimate.kind === 'unknown') return ['', '', '']
  if (estimate.kind === 'infinite') return ['infinite', 'infinite', 'infinite']
  return [estimate.value, estimate.low, estimate.high].map(String)
}

/** Quoted where needed; a leading formula character is defused, because spreadsheets run it. */
function cell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
