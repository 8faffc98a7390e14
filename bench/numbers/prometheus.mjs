// prometheus: queries of real exporters' series against a real server: the true power, or refused; never a wrong one.
import { load } from '../peers/counts.mjs'
import { judgeQueries, prometheusVersion, startPrometheus } from '../peers/prometheus.mjs'

const { openPrometheusMeter } = await load('adapters/meter/prometheus.js')
const { writtenQuery } = await load('core/energy/promql.js')

export const bar =
  'every query shows the true power, inside its interval, or is refused with a reason; a real Prometheus, one scrape a second'

export async function measure() {
  const version = prometheusVersion()
  if (version === null)
    return { held: false, lines: ['not measured: no prometheus on this machine'] }
  const server = await startPrometheus()
  const parts = { baseUrl: server.baseUrl, fetch, nowS: () => performance.now() / 1000 }
  const rows = await judgeQueries((written) => openPrometheusMeter(writtenQuery(written), parts))
  await server.close()
  const wrong = rows.filter(({ holds }) => !holds)
  const refused = rows.filter(({ truth }) => truth === 'refused').length
  return {
    held: wrong.length === 0,
    lines: [
      `Prometheus ${version}: ${rows.length} queries, ${rows.length - refused} to be shown and ${refused} to be refused; ${wrong.length} wrong`,
      ...wrong.map(({ query, truth, shown }) => `${query}: ${truth} expected, ${shown}`),
    ],
  }
}
