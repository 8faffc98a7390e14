import { RightsizeError } from '../error/error.ts'
import { type KnownSeries, knownSeriesOf, seriesScopes } from './known-series.ts'
import { type Series, type SeriesKind, type SeriesUnit, seriesIn } from './series-unit.ts'

/** A query of Prometheus as it is written: alone where its series is known, with unit and kind where not. */
export interface WrittenQuery {
  readonly query: string
  readonly unit?: SeriesUnit | undefined
  readonly kind?: SeriesKind | undefined
  /** More than this the query cannot show, W. */
  readonly limitW?: number | undefined
}

/** A query as a spec holds it. */
export const writtenQuery = (written: string | WrittenQuery): WrittenQuery =>
  typeof written === 'string' ? { query: written } : written

/** A series that a query reads, with its labels as written. */
export interface Selector {
  readonly text: string
  readonly name: string
  readonly row: KnownSeries | null
}

/** A query whose unit and kind are certain. */
export interface EnergyQuery {
  readonly text: string
  readonly series: Series
  /** The series that the query reads, as far as they can change what it means. */
  readonly selectors: readonly Selector[]
  /** `one`: a series alone; `sum`: series that are added; `other`: functions or arithmetic. */
  readonly form: 'one' | 'sum' | 'other'
  /** What the series sees, in words. */
  readonly sees: string
  /** Most watts of one series; null where nothing limits it. */
  readonly limitW: number | null
  /** Whether the exporter attributes joules of a machine by use. */
  readonly attributed: boolean
}

const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\x60[^\x60]*\x60`
const labels = String.raw`\{(?:[^{}"'\x60]|${quoted})*\}`
const selector = String.raw`([a-zA-Z_:][\w:]*)(${labels})?`
const grouping = String.raw`(?:(?:by|without)\s*\([^()]*\))?`
const alone = new RegExp(`^\\s*${selector}\\s*$`)
const sum = new RegExp(`^\\s*sum\\s*${grouping}\\s*\\(\\s*(${selector})\\s*\\)\\s*${grouping}\\s*$`)
/** Functions of a range whose result is a rate, a difference or a mean: no counter any more. */
const ofRange =
  /\b(rate|irate|increase|delta|idelta|deriv|(avg|min|max|sum|last|quantile)_over_time)\s*\(/
const perSecond = new RegExp(
  `^\\s*(?:sum\\s*${grouping}\\s*\\(\\s*)?(?:rate|irate|deriv)\\s*\\(\\s*${selector}\\s*\\[[^\\]]*\\]\\s*\\)\\s*\\)?\\s*${grouping}\\s*$`,
)

/**
 * Reads a query: `series{labels}` and `sum(series{labels})` of a known series need nothing more; any other name, function or
 * arithmetic needs `unit` and `kind`. Nothing is guessed from a name. Throws METER_QUERY, at `at`.
 */
export function readQuery(written: WrittenQuery, at?: string): EnergyQuery {
  const text = written.query
  const plain = alone.exec(text)?.slice(0, 3) ?? sum.exec(text)?.slice(1, 4) ?? null
  const selectors = plain ? [selectorOf(plain)] : knownIn(text)
  const form = plain === null ? 'other' : alone.test(text) ? 'one' : 'sum'
  const row = plain === null ? null : (selectors[0]?.row ?? null)
  const series = seriesOf(written, { row, selectors, form }, at)
  const scope = row && seriesScopes[row.scope]
  return {
    ...{ text, series, selectors, form },
    sees: scope ? `${row.exporter}: ${scope.sees}` : 'what the query returns',
    limitW: written.limitW ?? scope?.mostW ?? null,
    attributed: selectors.some((one) => one.row?.scope === 'share'),
  }
}

function selectorOf([text = '', name = '']: readonly (string | undefined)[]): Selector {
  return { text: text.trim(), name, row: knownSeriesOf(name) }
}

/** The known series inside an expression; what is quoted is no name. */
function knownIn(text: string): readonly Selector[] {
  const parts = [...text.matchAll(new RegExp(`${quoted}|${selector}`, 'g'))]
  return parts.map((part) => selectorOf([...part])).filter(({ row }) => row !== null)
}

interface Read {
  readonly row: KnownSeries | null
  readonly selectors: readonly Selector[]
  readonly form: EnergyQuery['form']
}

function seriesOf(written: WrittenQuery, read: Read, at: string | undefined): Series {
  const { unit, kind, query } = written
  const known = read.row && seriesIn(read.row.unit)
  if (unit === undefined || kind === undefined) {
    if (known && unit === undefined && kind === undefined) return known
    throw refused(query, whyUnread(read), at, 'State its `unit` and its `kind`.')
  }
  const stated = seriesIn(unit)
  if (stated.kind !== kind)
    throw refused(
      query,
      `a ${kind} cannot be in ${unit}: a counter counts energy, a gauge shows power`,
      at,
    )
  const conflict = conflictOf(query, stated, read)
  if (conflict !== null) throw refused(query, conflict, at)
  return stated
}

function whyUnread({ row, selectors, form }: Read): string {
  if (row !== null) return 'unit and kind go together'
  const [name] = selectors.map((one) => one.name)
  if (form !== 'other') return `the unit of ${name} is unknown`
  return 'the unit of a function or of arithmetic is not that of its series'
}

/** Why what is stated of a query contradicts the series in it; null where it does not. */
function conflictOf(query: string, stated: Series, { row, selectors, form }: Read): string | null {
  if (row !== null && form !== 'other') {
    const { kind, factor } = seriesIn(row.unit)
    if (kind !== stated.kind || factor !== stated.factor)
      return `${row.exporter} documents it as a ${kind} in ${row.unit}`
    return null
  }
  const ranged = ofRange.test(query)
  if (ranged && stated.kind === 'counter')
    return 'a rate, a difference or a mean is not a counter: state it as a gauge in watts'
  const kinds = new Set(selectors.flatMap((one) => (one.row ? seriesIn(one.row.unit).kind : [])))
  if (!ranged && kinds.size === 1 && !kinds.has(stated.kind))
    return `${selectors.map(({ name }) => name).join(', ')} is a ${[...kinds][0]}`
  const rated = knownSeriesOf(perSecond.exec(query)?.[1] ?? '')
  if (rated !== null && seriesIn(rated.unit).factor !== stated.factor)
    return `per second, ${rated.unit} is ${seriesIn(rated.unit).factor} W`
  return null
}

export const refused = (query: string, why: string, at?: string, next?: string): RightsizeError =>
  new RightsizeError('METER_QUERY', `"${query}": ${why}.`, {
    ...(at === undefined ? {} : { at }),
    ...(next === undefined ? {} : { next: `${next} ${example}` }),
  })

const example =
  'Example: `energy: { prometheus: { query: "my_plug_power", unit: W, kind: gauge } }`.'
