import type { EnergyQuery, Selector } from './promql.ts'
import type { SeriesKind } from './series-unit.ts'

export type Labels = Readonly<Record<string, string>>

/**
 * Why the series that a selector finds cannot be counted together; null where they can. Zones contain each other, a device
 * that is exported twice counts once, and several series need an explicit sum.
 */
export function whyNotAdded(
  { name, text, row }: Selector,
  found: readonly Labels[],
  form: EnergyQuery['form'],
): string | null {
  const zone = row?.zones?.find((label) => valuesOf(found, label).length > 1)
  if (zone !== undefined)
    return `the values of \`${zone}\` contain each other (${listed(valuesOf(found, zone))}) and are never added; name one in the query, such as ${name}{${zone}="${valuesOf(found, zone)[0]}"}`
  if (form === 'one' && found.length > 1)
    return `it finds ${found.length} series; name one by its labels, or write sum(${text}) to add them`
  return whyTwice({ name, text, row }, found)
}

function whyTwice({ name, text, row }: Selector, found: readonly Labels[]): string | null {
  if (row?.device !== undefined) {
    const twice = repeated(found.flatMap((labels) => labels[row.device ?? ''] ?? []))
    if (twice !== null)
      return `the device with ${row.device} ${twice} occurs more than once; name one of its series by its labels`
  }
  const { copies } = row ?? {}
  if (copies) {
    const copied = found.filter((labels) => labels[copies.label]?.includes(copies.text))
    if (copied.length > 0 && copied.length < found.length)
      return `series with ${copies.text} in \`${copies.label}\` are copies of the others; leave them out: ${name}{${copies.label}!~".*${copies.text}.*"}`
  }
  if (row?.listed !== undefined && valuesOf(found, row.listed).length > 1 && !names(text, row))
    return `it would add ${listed(valuesOf(found, row.listed))}; name what belongs to this work: ${name}{${row.listed}=~"..."}`
  const scraped = repeated(found.map(({ job: _job, ...rest }) => JSON.stringify(rest)))
  return scraped === null ? null : 'two jobs scrape the same series; name one `job` in the query'
}

const names = (text: string, { listed: label = '' }: { readonly listed?: string }): boolean =>
  new RegExp(`[{,\\s]${label}\\s*=~?\\s*["']`).test(text)

const valuesOf = (found: readonly Labels[], label: string): readonly string[] => [
  ...new Set(found.flatMap((labels) => labels[label] ?? [])),
]

const repeated = (values: readonly string[]): string | null =>
  values.find((value, i) => values.indexOf(value) !== i) ?? null

const listed = (values: readonly string[]): string =>
  values.length > 6
    ? `${values.slice(0, 6).join(', ')} and ${values.length - 6} more`
    : values.join(', ')

/** What a window of one query showed. */
export interface SeriesWindow {
  readonly kind: SeriesKind
  /** J of a counter, W of a gauge, in order of time. */
  readonly values: readonly number[]
  readonly wallS: number
  /** Energy of the window, J; null where it is unknown. */
  readonly joules: number | null
  /** Readings that Prometheus scraped in it; null where a query does not show them. */
  readonly scrapes: number | null
}

/** A window that is shorter says nothing of a value that does not move, s. */
const constantS = 10
/** Readings that a window must hold for that, at one a second. */
const constantReadings = 5

/** Whether a counter went down: its exporter started again, or it is no counter. */
export const wentDown = ({ kind, values }: SeriesWindow): boolean =>
  kind === 'counter' && values.some((value, i) => value < (values[i - 1] ?? value))

/**
 * Why what the windows of a query showed cannot be energy, from the last window and the one before; null where it can:
 * a negative power, a counter that goes down twice, more watts than `limitW`, a gauge that never moves.
 */
export function impossible(windows: readonly SeriesWindow[], limitW: number | null): string | null {
  const [before, last] = [windows.at(-2), windows.at(-1)]
  if (last === undefined) return null
  const negative = last.values.find((value) => value < 0)
  if (negative !== undefined)
    return `it shows ${negative} ${last.kind === 'gauge' ? 'W' : 'J'}, and energy is never negative`
  if (before && wentDown(before) && wentDown(last))
    return 'it goes down in one window after the other: no counter does'
  const watts = last.joules === null ? 0 : last.joules / last.wallS
  if (limitW !== null && watts > limitW)
    return `it shows ${Math.round(watts)} W, more than the ${limitW} W that it can draw; check unit, kind and the series that are added`
  if (before && isConstant(before) && isConstant(last) && before.values[0] === last.values[0])
    return `it shows ${last.values[0]} ${last.kind === 'gauge' ? 'W' : 'J'} through two windows: a limit, or a sensor that is not read`
  return null
}

const isConstant = ({ kind, values, wallS, scrapes }: SeriesWindow): boolean =>
  kind === 'gauge' &&
  wallS >= constantS &&
  (scrapes ?? 2) >= 2 &&
  values.length >= constantReadings &&
  values.every((value) => value === values[0])
