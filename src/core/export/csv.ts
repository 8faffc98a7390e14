import { safeText } from '../error/safe-text.ts'
import type { Account, ConsumerRow } from '../result/account.ts'
import type { GridFactor, Usage } from '../result/usage.ts'
import type { Estimate, Unit } from '../unit/estimate.ts'

interface Source {
  readonly row: ConsumerRow
  readonly usage: Usage | undefined
  readonly grid: GridFactor
}

const facts: Readonly<Record<string, (of: Source) => string | number | null | undefined>> = {
  candidate: ({ row }) => row.id,
  verdict: ({ row }) => row.verdict,
  rank: ({ row }) => row.rank,
  meter: ({ usage }) => usage?.meter,
  grid_zone: ({ grid }) => grid.zone,
  grid_period: ({ grid }) => grid.period,
  grid_kind: ({ grid }) => grid.kind,
  grid_g_per_kwh: ({ grid }) => grid.intensity.value,
  pue: ({ usage }) => usage?.pue.value,
}

/** Each has three columns: value, low, high. */
const estimates: Readonly<Record<string, (of: Source) => Estimate<Unit> | undefined>> = {
  energy_j_per_inference: ({ usage }) => usage?.energy,
  idle_j_per_inference: ({ usage }) => usage?.idle,
  operational_g_per_inference: ({ row }) => row.sci.operational,
  embodied_g_per_inference: ({ row }) => row.sci.embodied,
  accept_rate: ({ usage }) => usage?.acceptRate,
  sci_g_per_inference: ({ row }) => row.sci.perInference,
  sci_g_per_accepted_answer: ({ row }) => row.sci.perAccepted,
  sci_g_per_task_with_fallback: ({ row }) => row.withFallback?.sci,
}

/**
 * One line per candidate. Unknown is an empty cell, infinite is the word. Decimal points, commas between cells,
 * RFC 4180 quoting.
 */
export function accountCsv({ consumer, usages, grid }: Account): string {
  const triples = Object.keys(estimates).flatMap((name) => [name, `${name}_low`, `${name}_high`])
  const lines = consumer.rows.map((row) => {
    const usage = usages.find(({ candidate }) => candidate === row.id)
    const of = { row, usage, grid: usage?.grid ?? grid }
    return [
      ...Object.values(facts).map((fact) => String(fact(of) ?? '')),
      ...Object.values(estimates).flatMap((estimate) => three(estimate(of))),
    ]
  })
  const table = [[...Object.keys(facts), ...triples], ...lines]
  return table.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('')
}

function three(estimate: Estimate<Unit> | undefined): readonly string[] {
  if (estimate === undefined || estimate.kind === 'unknown') return ['', '', '']
  if (estimate.kind === 'infinite') return ['infinite', 'infinite', 'infinite']
  return [estimate.value, estimate.low, estimate.high].map(String)
}

/** Quoted where needed; a leading formula character is defused, because spreadsheets run it. */
function quoted(text: string): string {
  const shown = safeText(text, 2000)
  const formula = /^\s*[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(text)
  const safe = formula ? `'${shown}` : shown
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
