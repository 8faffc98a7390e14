import { entriesOf, type Fields, fieldsOf } from '../../../core/data/fields.ts'
import type { Labels } from '../../../core/energy/series-check.ts'
import { RightsizeError } from '../../../core/error/error.ts'
import { redact } from '../../../core/error/secret.ts'
import { networkReason } from '../../../core/error/system.ts'

export interface Server {
  /** Base of the Prometheus API, for example http://127.0.0.1:9090. */
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
}

export interface FoundSeries {
  readonly labels: Labels
  readonly value: number
}

/** The series of an instant query that have a number. Throws METER_UNAVAILABLE with the server's reason. */
export async function instant(server: Server, query: string): Promise<readonly FoundSeries[]> {
  const { resultType, result } = fieldsOf(
    await get(server, `query?query=${encodeURIComponent(query)}`),
  )
  const found =
    resultType === 'scalar' ? [{ metric: {}, value: result }] : entriesOf(result).map(fieldsOf)
  return found.flatMap(({ metric, value }) => {
    const number = Number(entriesOf(value)[1] ?? Number.NaN)
    const { __name__: _, ...labels } = fieldsOf(metric) as Labels
    return Number.isFinite(number) ? [{ labels, value: number }] : []
  })
}

/** The names of all series that the server holds. */
export async function seriesNames(server: Server): Promise<readonly string[]> {
  return entriesOf(await get(server, 'label/__name__/values')).map(String)
}

async function get({ baseUrl, fetch }: Server, path: string): Promise<unknown> {
  const url = `${baseUrl.replace(/\/+$/, '')}/api/v1/${path}`
  const reply: Fields = await fetch(url, { signal: AbortSignal.timeout(5000) })
    .then(async (response) => fieldsOf(await response.json()))
    .catch((cause: unknown) => {
      throw unavailable(`${baseUrl} does not answer as Prometheus does: ${networkReason(cause)}`)
    })
  if (reply['status'] === 'success') return reply['data']
  const { error } = reply
  throw unavailable(typeof error === 'string' ? error : 'the query failed')
}

export const unavailable = (what: string): RightsizeError =>
  new RightsizeError('METER_UNAVAILABLE', redact(what).slice(0, 300), {
    next: 'Try the query in the Prometheus web page; PROMETHEUS_URL names the server.',
  })
